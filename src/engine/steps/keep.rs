//! Keeping a file's former content in the transaction's directory, and putting it back.

use crate::host::{Host, PathError};
use crate::model::RelPath;

/// Under which name a file is kept.
#[derive(Clone, Copy)]
pub(super) struct Kept {
    pub(super) name: &'static str,
}

impl Kept {
    fn content(self, directory: &RelPath) -> RelPath {
        directory.join(&format!("{}.json", self.name))
    }

    /// Stands for "there was no such file".
    fn absence(self, directory: &RelPath) -> RelPath {
        directory.join(&format!("{}.absent", self.name))
    }
}

/// No configuration is larger.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Keeps a file, or the fact that there is none, unless that was done before.
pub(super) fn keep(
    host: &Host,
    directory: &RelPath,
    kept: Kept,
    file: &RelPath,
) -> Result<(), PathError> {
    let tree = &host.tree;
    let (content, absence) = (kept.content(directory), kept.absence(directory));
    if tree.exists(&content)? || tree.exists(&absence)? {
        return Ok(());
    }
    match (tree.stat(file)?, tree.read(file, LARGEST)?) {
        // The copy carries mode and owner, so that putting it back needs nothing else.
        (Some(stat), Some(bytes)) => tree.replace(&content, &bytes, stat.mode, Some(stat.owner)),
        _ => tree.replace(&absence, b"", 0o600, None),
    }
}

/// Puts a kept file back, or removes one that was not there. What was never kept was never changed.
pub(super) fn put_back(
    host: &Host,
    directory: &RelPath,
    kept: Kept,
    file: &RelPath,
) -> Result<(), PathError> {
    let tree = &host.tree;
    let content = kept.content(directory);
    if let (Some(stat), Some(bytes)) = (tree.stat(&content)?, tree.read(&content, LARGEST)?) {
        return tree.replace(file, &bytes, stat.mode, Some(stat.owner));
    }
    if tree.exists(&kept.absence(directory))? {
        return tree.remove_file(file);
    }
    Ok(())
}
