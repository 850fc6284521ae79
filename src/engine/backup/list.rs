//! Which backups there are, and which of them may go.

use super::error::BackupError;
use super::manifest::{manifest_of, remove};
use crate::engine::open::find_open;
use crate::host::{Host, Lock};
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

/// Backups that belong to a release whose former tree is still kept: together they are the way back to it.
pub fn protected_backups(host: &Host, prefix: &Prefix) -> Result<Vec<BackupId>, BackupError> {
    let mut protected = Vec::new();
    for seen in list_backups(host, prefix)? {
        let retired = seen.manifest.ok().and_then(|manifest| manifest.retired);
        if let Some(retired) = retired
            && host.tree.exists(&retired)?
        {
            protected.push(seen.id);
        }
    }
    Ok(protected)
}

/// Removes all finished backups but the newest `keep` and those that are protected, and what was never finished and
/// belongs to no open transaction. What is finished and cannot be read is left for people to look at. Says which are gone.
pub fn prune_backups(
    host: &Host,
    prefix: &Prefix,
    _lock: &Lock,
    keep: usize,
    protected: &[BackupId],
) -> Result<Vec<BackupId>, BackupError> {
    let open = find_open(host, prefix)?.map(|open| BackupId::from(open.id));
    let is_protected = |id: &BackupId| protected.contains(id) || open.as_ref() == Some(id);
    let mut finished = Vec::new();
    let mut going = Vec::new();
    for seen in list_backups(host, prefix)? {
        match seen.manifest {
            Ok(_) => finished.push(seen.id),
            Err(BackupError::Unfinished { .. }) => going.push(seen.id),
            Err(_) => {}
        }
    }
    finished.truncate(finished.len().saturating_sub(keep));
    going.extend(finished);
    going.retain(|id| !is_protected(id));
    going.sort();
    for id in &going {
        remove(host, prefix, id)?;
    }
    Ok(going)
}
