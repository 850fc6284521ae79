//! Removing what serves nobody any more, after the commit: old backups, and the trees that they would have needed.

use super::context::StepContext;
use super::error::StepError;
use crate::engine::backup::retain;
use crate::model::{BackupId, Event};

/// Keeps the newest backups, that of this transaction and those that are needed among them, each with its tree.
pub(super) fn perform(
    keep: u32,
    needed: &[BackupId],
    cx: &mut StepContext<'_>,
) -> Result<(), StepError> {
    let own = BackupId::from(cx.plan.id.clone());
    let protected: Vec<BackupId> = needed.iter().cloned().chain([own]).collect();
    let keep = usize::try_from(keep).unwrap_or(usize::MAX);
    let pruned = retain(cx.host, &cx.plan.prefix, keep, &protected)?;
    let backups = pruned.backups.iter().map(|id| format!("the backup {id} was removed"));
    let staying = pruned.staying.iter().map(|tree| {
        format!(
            "{tree} stays: it cannot be told which of its files the release brought; remove it once nothing in it is missed"
        )
    });
    for text in backups.chain(staying) {
        cx.reporter.hear(&Event::Note { text });
    }
    Ok(())
}
