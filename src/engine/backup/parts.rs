//! The files of a backup that is being made: each is counted and hashed as it is written, and read back at the end.

use super::error::BackupError;
use crate::host::{Host, PathError, Written};
use crate::model::{BackupPart, RelPath, Sha256Digest};

/// The parts so far.
pub(super) struct Parts<'p> {
    host: &'p Host,
    directory: RelPath,
    list: Vec<BackupPart>,
}

impl<'p> Parts<'p> {
    pub(super) const fn new(host: &'p Host, directory: RelPath) -> Self {
        Self { host, directory, list: Vec::new() }
    }

    /// Where a part lies below the root.
    pub(super) fn path(&self, name: &str) -> RelPath {
        self.directory.join(name)
    }

    /// Where a part lies in the backup.
    pub(super) fn relative(&self, path: &RelPath) -> RelPath {
        let below = path.as_str().strip_prefix(self.directory.as_str()).unwrap_or_default();
        RelPath::here().join(below.trim_start_matches('/'))
    }

    pub(super) fn list(&self) -> &[BackupPart] {
        &self.list
    }

    pub(super) fn make_dir(&self, name: &str) -> Result<(), PathError> {
        self.host.tree.make_dir(&self.path(name), 0o700)
    }

    /// Writes a small part. Gives its place in the backup.
    pub(super) fn write(&mut self, name: &str, bytes: &[u8]) -> Result<RelPath, PathError> {
        let path = self.path(name);
        self.host.tree.replace(&path, bytes, 0o600, None)?;
        let written = Written { bytes: bytes.len() as u64, sha256: Sha256Digest::of(bytes) };
        Ok(self.add(&path, written))
    }

    /// Takes a part that was written already. Gives its place in the backup.
    pub(super) fn add(&mut self, path: &RelPath, written: Written) -> RelPath {
        let path = self.relative(path);
        let part = BackupPart { path: path.clone(), size: written.bytes, sha256: written.sha256 };
        self.list.push(part);
        path
    }

    /// Reads every part back: what the disk did not keep is found while the original is still there.
    pub(super) fn read_back(&self) -> Result<(), BackupError> {
        for part in &self.list {
            let path = self.directory.below(&part.path);
            let read = self.host.tree.open_file(&path)?.measure()?;
            if read != (Written { bytes: part.size, sha256: part.sha256 }) {
                let source = std::io::Error::other("it is not what was written");
                let path = self.host.tree.absolute(&path);
                return Err(PathError { verb: "read back", path, source }.into());
            }
        }
        Ok(())
    }
}
