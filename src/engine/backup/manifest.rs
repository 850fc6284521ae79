//! Reading a backup's manifest, and writing it: from then on the backup counts.

use super::error::BackupError;
use crate::host::{Host, PathError};
use crate::model::{BackupId, BackupManifest, Prefix};

/// A manifest has a line for each table.
const LARGEST: u64 = 64 * 1024 * 1024;

/// The manifest of a finished backup.
pub(crate) fn manifest_of(
    host: &Host,
    prefix: &Prefix,
    id: &BackupId,
) -> Result<BackupManifest, BackupError> {
    manifest_text(host, prefix, id).map(|(manifest, _)| manifest)
}

/// The same with its text, and what the file beside it says of it.
pub(super) fn manifest_text(
    host: &Host,
    prefix: &Prefix,
    id: &BackupId,
) -> Result<(BackupManifest, bool), BackupError> {
    let directory = prefix.backup(id);
    if !host.tree.exists(&directory)? {
        return Err(BackupError::Unknown { id: id.clone() });
    }
    let path = directory.join(BackupManifest::FILE);
    let Some(text) = host.tree.read(&path, LARGEST)? else {
        return Err(BackupError::Unfinished { id: id.clone() });
    };
    let stated = host.tree.read(&directory.join(BackupManifest::DIGEST_FILE), 4096)?;
    let is_whole = stated.as_deref() == Some(BackupManifest::digest_line(&text).as_bytes());
    let manifest = BackupManifest::parse(&text)
        .map_err(|source| BackupError::Manifest { path: host.tree.absolute(&path), source })?;
    Ok((manifest, is_whole))
}

/// Makes a backup count.
pub(super) fn seal(
    host: &Host,
    prefix: &Prefix,
    manifest: &BackupManifest,
) -> Result<(), PathError> {
    let directory = prefix.backup(&manifest.id);
    let text = serde_json::to_vec_pretty(manifest).expect("a manifest is plain data");
    let line = BackupManifest::digest_line(&text);
    let digest_file = directory.join(BackupManifest::DIGEST_FILE);
    host.tree.replace(&digest_file, line.as_bytes(), 0o600, None)?;
    host.tree.replace(&directory.join(BackupManifest::FILE), &text, 0o600, None)
}

/// Removes a backup, finished or not. From the first moment on it does not count any more.
pub(crate) fn remove(host: &Host, prefix: &Prefix, id: &BackupId) -> Result<(), PathError> {
    let directory = prefix.backup(id);
    host.tree.remove_file(&directory.join(BackupManifest::FILE))?;
    host.tree.remove_tree(&directory)
}
