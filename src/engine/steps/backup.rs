//! Making the backup of a transaction, and removing it again.

use super::context::StepContext;
use super::error::StepError;
use crate::engine::backup::{BackupError, create, manifest_of, open_vault, remove};
use crate::engine::dump::sweep;
use crate::model::{BackUp, Event};

/// Says, in the transaction's directory, that the database was brought back from this transaction's backup: then the
/// backup is worth keeping, as nobody knows yet why that was necessary.
pub(crate) const RESTORED: &str = "database-restored";

/// Makes the backup, unless it is made and whole.
pub(super) fn perform(what: &BackUp, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    match create(cx.host, &cx.plan.prefix, what, cx.reporter) {
        Err(error) if error.is_cancelled() => Err(StepError::Cancelled),
        made => {
            made?;
            Ok(())
        }
    }
}

/// Removes it, unless the database was brought back from it.
pub(super) fn undo(what: &BackUp, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    let prefix = &cx.plan.prefix;
    sweep(cx.host, prefix)?;
    let is_finished = match manifest_of(cx.host, prefix, &what.id) {
        Ok(_) => true,
        Err(BackupError::Unknown { .. }) => return remove_empty(cx),
        Err(BackupError::Path(error)) => return Err(error.into()),
        Err(_) => false,
    };
    if is_finished && cx.host.tree.exists(&cx.directory().join(RESTORED))? {
        let place = cx.host.tree.absolute(&prefix.backup(&what.id));
        let text = format!(
            "the backup that the database was restored from is kept in {}",
            place.display()
        );
        cx.reporter.hear(&Event::Note { text });
        return Ok(());
    }
    if what.verify_restore && !is_finished {
        drop_scratch(what, cx);
    }
    remove(cx.host, prefix, &what.id)?;
    remove_empty(cx)
}

/// The directory of all backups was made with the first one.
fn remove_empty(cx: &StepContext<'_>) -> Result<(), StepError> {
    cx.host.tree.remove_if_empty(&cx.plan.prefix.backups())?;
    Ok(())
}

/// An interrupted trial may have left its scratch database. It is in nobody's way, so that it is no failure if it stays.
fn drop_scratch(what: &BackUp, cx: &mut StepContext<'_>) {
    let vault = open_vault(cx.host, &cx.plan.prefix, &what.config, what.run_as);
    if let Err(error) = vault.and_then(|vault| Ok(vault.drop_scratch(&what.id)?)) {
        let text = format!("a scratch database of {} may be left: {error}", what.id);
        cx.reporter.hear(&Event::Note { text });
    }
}
