//! Which backups there are.

use super::error::BackupError;
use super::manifest::manifest_of;
use crate::host::Host;
use crate::model::{BackupId, BackupManifest, Prefix};

/// A backup as one finds it.
#[derive(Debug)]
pub struct BackupSeen {
    /// Its name.
    pub id: BackupId,
    /// Its manifest, or why there is none that can be used: it was never finished, or is damaged.
    pub manifest: Result<BackupManifest, BackupError>,
}

/// All backups, oldest first. Nothing but their manifests is read.
pub fn list_backups(host: &Host, prefix: &Prefix) -> Result<Vec<BackupSeen>, BackupError> {
    let names = host.tree.list(&prefix.backups())?;
    let ids = names.iter().filter_map(|name| name.parse::<BackupId>().ok());
    Ok(ids.map(|id| BackupSeen { manifest: manifest_of(host, prefix, &id), id }).collect())
}
