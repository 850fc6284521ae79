//! How each step is performed and undone: one match, nothing else.
//!
//! The rules for both directions: `perform` makes it so, and changes nothing where it already is so; `undo` accepts a
//! step that is not done, half done or done; both work only from the step, the transaction's directory and what they
//! see; what they did is durable when they return.

mod activate;
mod carry;
mod carry_list;
mod configure;
mod confirm;
mod context;
mod directory;
mod error;
mod gather;
mod identify;
mod inherit;
mod keep;
mod keep_modified;
mod prove;
mod relocate;
mod rewritten;
mod settle;
mod take_over;
mod unpack;

pub use activate::ActivateError;
pub use carry_list::CarryError;
pub use configure::ConfigureError;
pub(crate) use configure::{DEFAULTS, ENFORCED, read_document};
pub use confirm::ConfirmError;
pub(super) use context::Losses;
pub(crate) use context::StepContext;
pub use error::StepError;
pub use identify::IdentifyError;
pub use inherit::InheritError;
pub use prove::AcceptError;
pub(crate) use prove::site_path;
pub use relocate::RelocationError;
pub use take_over::TakeOverError;

use carry::Carry;

use crate::model::Step;

pub(crate) fn perform(step: &Step, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    match step {
        Step::MakeDirectory { path, mode, owner, .. } => directory::make(path, *mode, *owner, cx),
        Step::RemoveEmptyDirectory { path, .. } => {
            cx.host.tree.remove_if_empty(path)?;
            Ok(())
        }
        Step::Unpack { archive, release, expect, into } => {
            unpack::perform(archive, release, *expect, into, cx)
        }
        Step::ConfirmRelease { tree, release, run_as } => {
            confirm::perform(tree, release, *run_as, cx)
        }
        Step::SetOwner { tree, owner } => {
            cx.host.tree.set_owner_of_all(tree, *owner)?;
            Ok(cx.host.tree.sync_file_system(tree)?)
        }
        Step::GrantDirectory { path, owner } => directory::grant(path, *owner, cx),
        Step::Configure(configure) => configure::perform(configure, cx),
        Step::MoveDirectory { from, to } => directory::rename(from, to, cx),
        Step::Activate { staged, live, retired } => {
            activate::perform(staged, live, retired.as_ref(), cx)
        }
        Step::CheckCarry { from, to, in_tree, expected } => {
            carry::check(Carry { from, to, in_tree, expected }, cx)
        }
        Step::Carry { from, to, in_tree, expected } => {
            carry::perform(Carry { from, to, in_tree, expected }, cx)
        }
        Step::KeepModified { tree, into } => keep_modified::perform(tree, into, cx),
        Step::InheritAttributes { from, to } => inherit::perform(from, to, cx),
        Step::Identify { tree, release, like, in_tree } => {
            identify::perform(tree, release, like.as_ref(), in_tree, cx)
        }
        Step::TakeOver { from, live } => take_over::perform(from, live, cx),
        Step::GatherSettings { config, environment, version, into } => {
            gather::perform(config, environment, version, into, cx)
        }
        Step::CopyDirectory { from, to } => relocate::copy(from, to, cx),
        Step::RemoveDirectory { path } => relocate::remove_original(path, cx),
        Step::Prove(prove) => prove::perform(prove, cx),
        Step::Settle => settle::perform(cx),
    }
}

pub(crate) fn undo(step: &Step, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    match step {
        Step::MakeDirectory { path, content, .. } => directory::unmake(path, *content, cx),
        Step::RemoveEmptyDirectory { path, mode, owner } => {
            directory::put_back_empty(path, *mode, *owner, cx)
        }
        Step::Unpack { into, .. } => unpack::undo(into, cx),
        Step::Configure(configure) => configure::undo(configure, cx),
        Step::MoveDirectory { from, to } => directory::rename_back(from, to, cx),
        Step::Activate { staged, live, retired } => {
            activate::undo(staged, live, retired.as_ref(), cx)
        }
        Step::Carry { from, to, in_tree, expected } => {
            carry::undo(Carry { from, to, in_tree, expected }, cx)
        }
        Step::KeepModified { into, .. } => keep_modified::undo(into, cx),
        Step::Identify { tree, .. } => identify::undo(tree, cx),
        Step::TakeOver { from, live } => take_over::undo(from, live, cx),
        Step::CopyDirectory { to, .. } => relocate::undo(to, cx),
        Step::Prove(prove) => prove::undo(prove, cx),
        // The first ones change nothing but the staged tree, which the undo of unpacking takes away, if anything; the
        // last two run after the commit, from where there is no way back.
        Step::ConfirmRelease { .. }
        | Step::SetOwner { .. }
        | Step::GatherSettings { .. }
        | Step::GrantDirectory { .. }
        | Step::CheckCarry { .. }
        | Step::InheritAttributes { .. }
        | Step::RemoveDirectory { .. }
        | Step::Settle => Ok(()),
    }
}
