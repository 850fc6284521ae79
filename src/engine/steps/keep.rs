//! Keeping a file's former content in the transaction's directory, and putting it back.

use crate::host::{Host, PathError};
use crate::model::{Owner, RelPath, Sha256Digest};

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

impl Kept {
    /// The digest of what was written instead.
    fn written(self, directory: &RelPath) -> RelPath {
        directory.join(&format!("{}.written", self.name))
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

/// Writes a kept file anew, private to its owner. The digest of what is written is kept first, so that the undo can
/// tell it from what somebody else has written later.
pub(super) fn overwrite(
    host: &Host,
    directory: &RelPath,
    kept: Kept,
    file: &RelPath,
    content: &[u8],
    owner: Option<Owner>,
) -> Result<(), PathError> {
    let digest = Sha256Digest::of(content).to_string();
    host.tree.replace(&kept.written(directory), digest.as_bytes(), 0o600, None)?;
    host.tree.replace(file, content, 0o600, owner)
}

/// Puts a kept file back, or removes one that was not there. What was never kept was never changed.
///
/// A file that somebody else has written since is not lost: it gets another name, which is returned.
pub(super) fn put_back(
    host: &Host,
    directory: &RelPath,
    kept: Kept,
    file: &RelPath,
) -> Result<Option<RelPath>, PathError> {
    let tree = &host.tree;
    let content = kept.content(directory);
    let before = tree.stat(&content)?.zip(tree.read(&content, LARGEST)?);
    if before.is_none() && !tree.exists(&kept.absence(directory))? {
        return Ok(None);
    }
    tree.remove_draft(file)?;
    let now = tree.read(file, LARGEST)?;
    let is_as_before = now.as_ref() == before.as_ref().map(|(_, bytes)| bytes);
    if is_as_before {
        return Ok(None);
    }
    let aside = set_newer_aside(host, directory, kept, file, now.as_deref())?;
    match before {
        Some((stat, bytes)) => tree.replace(file, &bytes, stat.mode, Some(stat.owner))?,
        None => tree.remove_file(file)?,
    }
    Ok(aside)
}

/// Keeps what is there under another name, if it is not what this transaction wrote.
fn set_newer_aside(
    host: &Host,
    directory: &RelPath,
    kept: Kept,
    file: &RelPath,
    now: Option<&[u8]>,
) -> Result<Option<RelPath>, PathError> {
    let Some(now) = now else { return Ok(None) };
    let written = host.tree.read(&kept.written(directory), LARGEST)?;
    if written == Some(Sha256Digest::of(now).to_string().into_bytes()) {
        return Ok(None);
    }
    // Beside the receipt: the tree that held it may go.
    let state = directory.parent().and_then(|transactions| transactions.parent());
    let state = state.unwrap_or_else(RelPath::here);
    let aside = state.join(&format!("{}-newer-{}", directory.name(), file.name()));
    host.tree.replace(&aside, now, 0o600, None)?;
    Ok(Some(aside))
}
