//! How each step is performed and undone: one match, nothing else.
//!
//! The rules for both directions: `perform` makes it so, and changes nothing where it already is so; `undo` accepts a
//! step that is not done, half done or done; both work only from the step, the transaction's directory and what they
//! see; what they did is durable when they return.

mod activate;
mod context;
mod directory;
mod error;

pub(crate) use context::StepContext;
pub use error::StepError;

use crate::model::Step;

pub(crate) fn perform(step: &Step, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    match step {
        Step::MakeDirectory { path, mode, owner } => directory::make(path, *mode, *owner, cx),
        Step::Activate { staged, live } => activate::perform(staged, live, cx),
        _ => unreachable!(),
    }
}

pub(crate) fn undo(step: &Step, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    match step {
        Step::MakeDirectory { path, .. } => directory::unmake(path, cx),
        Step::Activate { staged, live } => activate::undo(staged, live, cx),
        _ => unreachable!(),
    }
}
