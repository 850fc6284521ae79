//! The newest backup whose configuration can be used: where to turn when the one in use is torn.

use super::list::list_backups;
use crate::engine::steps::read_document;
use crate::host::Host;
use crate::model::{BackupId, Prefix};

/// The newest backup with a readable configuration; `None` where there is none, or nobody may look.
#[must_use]
pub fn newest_good_config(host: &Host, prefix: &Prefix) -> Option<BackupId> {
    let backups = list_backups(host, prefix).ok()?;
    let found = backups.into_iter().rev().find(|seen| {
        let part = seen.manifest.as_ref().ok().map(|manifest| &manifest.config.part);
        let path = part.map(|part| prefix.backup(&seen.id).below(part));
        path.is_some_and(|path| matches!(read_document(host, &path), Ok(Some(_))))
    });
    found.map(|seen| seen.id)
}
