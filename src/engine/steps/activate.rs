//! Making the staged tree the live one.

use super::context::StepContext;
use super::error::StepError;
use crate::model::RelPath;

/// Gives the staged tree the live name. Found under the live name already, it stays there.
pub(super) fn perform(
    staged: &RelPath,
    live: &RelPath,
    cx: &StepContext<'_>,
) -> Result<(), StepError> {
    rename_if_there(staged, live, cx)
}

/// Gives the live tree its staged name back.
pub(super) fn undo(
    staged: &RelPath,
    live: &RelPath,
    cx: &StepContext<'_>,
) -> Result<(), StepError> {
    rename_if_there(live, staged, cx)
}

/// One of the two names is taken and the other free, at every moment: where the tree is tells whether the rename has
/// happened. Should both be taken, the rename refuses, because it never replaces.
fn rename_if_there(from: &RelPath, to: &RelPath, cx: &StepContext<'_>) -> Result<(), StepError> {
    if cx.host.tree.exists(from)? {
        cx.host.tree.rename(from, to)?;
    }
    Ok(())
}
