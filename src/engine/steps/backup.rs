//! Making the backup of a transaction, and removing it again.

use super::context::StepContext;
use super::error::StepError;
use crate::engine::backup::{
    BackupError, create, manifest_of, open_vault, prepare, remove, site_of,
};
use crate::engine::dump::sweep;
use crate::engine::state_files::read_receipt;
use crate::model::{BackUp, Event};

/// Says, in the transaction's directory, that the database was brought back from this transaction's backup: then the
/// backup is worth keeping, as nobody knows yet why that was necessary.
pub(crate) const RESTORED: &str = "database-restored";

/// Finds out what the backup has to know while the server still runs.
pub(super) fn look_ahead(what: &BackUp, cx: &StepContext<'_>) -> Result<(), StepError> {
    let environment = cx.environment()?;
    Ok(prepare(cx.host, &cx.plan.prefix, what, &environment)?)
}

/// Makes the backup, unless it is made and whole.
pub(super) fn perform(what: &BackUp, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    let environment = cx.environment()?;
    match create(cx.host, &cx.plan.prefix, what, &environment, cx.reporter) {
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

fn try_drop_scratch(what: &BackUp, cx: &StepContext<'_>) -> Result<(), StepError> {
    let environment = cx.environment()?;
    let prefix = &cx.plan.prefix;
    let receipt = read_receipt(cx.host, prefix)?.ok_or(BackupError::NotInstalled)?;
    let site = site_of(cx.host, what, &environment, &receipt.release.version);
    let vault = open_vault(cx.host, prefix, &site)?;
    Ok(vault.drop_scratch(&what.id).map_err(BackupError::from)?)
}

/// An interrupted trial may have left its scratch database. It is in nobody's way, so that it is no failure if it stays.
fn drop_scratch(what: &BackUp, cx: &mut StepContext<'_>) {
    if let Err(error) = try_drop_scratch(what, cx) {
        let text = format!("a scratch database of {} may be left: {error}", what.id);
        cx.reporter.hear(&Event::Note { text });
    }
}
