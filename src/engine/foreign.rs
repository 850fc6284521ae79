//! What lies in a tree beyond its release, and which of the release's own files are no longer as it brought them.
//! It only looks.

use std::path::PathBuf;

use crate::host::{Host, Kind, Level, PathError, is_executable_mode};
use crate::model::{Belonging, Entry, EntryKind, RelPath, TreeIdentity};

/// How a file differs from its release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deviation {
    /// It is not there.
    Missing,
    /// It has another content, or is something else.
    Changed,
    /// The release did not bring it.
    Extra,
}

/// Why it cannot be told what lies in a tree.
#[derive(Debug, thiserror::Error)]
pub enum ForeignError {
    /// A file operation failed.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A name cannot be written down, and so what has it could get lost.
    #[error("a name in {} is not UTF-8: rename it", directory.display())]
    Nameless {
        /// The directory that holds it.
        directory: PathBuf,
    },
}

impl ForeignError {
    pub(crate) fn is_crash(&self) -> bool {
        matches!(self, Self::Path(error) if error.is_crash())
    }
}

/// What lies in a tree beyond its release.
#[derive(Debug, Default)]
pub(crate) struct Beyond {
    /// The topmost paths that are not the release's, sorted, and whose they are. What is below them is not looked at.
    pub(crate) paths: Vec<(RelPath, Belonging)>,
    /// Paths that cannot be spelled, as nearly as they can.
    pub(crate) nameless: Vec<RelPath>,
}

/// Looks for what lies in a tree beyond its release, where these mutable directories are kept in it.
pub(crate) fn look_beyond(
    host: &Host,
    tree: &RelPath,
    identity: &TreeIdentity,
    in_tree: &[RelPath],
) -> Result<Beyond, PathError> {
    let mut beyond = Beyond::default();
    let mut pending = vec![RelPath::here()];
    while let Some(directory) = pending.pop() {
        for name in host.tree.names(&tree.below(&directory))? {
            // The name of a file has no part that a path could not have, if only it is text.
            let spelled: Option<RelPath> = name.to_str().and_then(|name| name.parse().ok());
            let Some(name) = spelled else {
                let nearly = name.to_string_lossy().parse().unwrap_or_else(|_| RelPath::here());
                beyond.nameless.push(directory.below(&nearly));
                continue;
            };
            let path = directory.below(&name);
            let whose = identity.belonging(&path, in_tree);
            if whose != Belonging::Release {
                beyond.paths.push((path, whose));
            } else if is_directory(host, tree, identity, &path)? {
                pending.push(path);
            }
        }
    }
    beyond.paths.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(beyond)
}

/// Did the release bring a directory, and is it still one? A link in its place leads elsewhere.
fn is_directory(
    host: &Host,
    tree: &RelPath,
    identity: &TreeIdentity,
    path: &RelPath,
) -> Result<bool, PathError> {
    if identity.entry(path).is_none_or(|entry| entry.kind != EntryKind::Directory) {
        return Ok(false);
    }
    let stat = host.tree.stat(&tree.below(path))?;
    Ok(stat.is_some_and(|stat| stat.kind == Kind::Directory))
}

/// The paths of a tree that have to come along to the next one: what its release did not bring, topmost paths only, and
/// the mutable directories that are kept in it.
pub(crate) fn paths_to_carry(
    host: &Host,
    tree: &RelPath,
    identity: &TreeIdentity,
    in_tree: &[RelPath],
) -> Result<Vec<RelPath>, ForeignError> {
    let beyond = look_beyond(host, tree, identity, in_tree)?;
    if let Some(nameless) = beyond.nameless.first() {
        let directory = nameless.parent().unwrap_or_else(RelPath::here);
        return Err(nameless_in(host, &tree.below(&directory)));
    }
    let carried = beyond
        .paths
        .into_iter()
        .filter(|(_, whose)| matches!(whose, Belonging::Foreign | Belonging::Place));
    Ok(carried.map(|(path, _)| path).collect())
}

pub(crate) fn nameless_in(host: &Host, directory: &RelPath) -> ForeignError {
    ForeignError::Nameless { directory: host.tree.absolute(directory) }
}

/// The release's own files that are there, and not as it brought them. The configuration is none of them.
pub(crate) fn modified_files(
    host: &Host,
    tree: &RelPath,
    identity: &TreeIdentity,
) -> Result<Vec<RelPath>, PathError> {
    let mut modified = Vec::new();
    for entry in &identity.entries {
        if entry.path.as_str() != TreeIdentity::CONFIG
            && compare(host, tree, entry)? == Some(Deviation::Changed)
        {
            modified.push(entry.path.clone());
        }
    }
    Ok(modified)
}

/// Reads what [`modified_files`] would have to read, so that it finds it known. Nothing is made of what is found, and somebody
/// who asks to stop is heeded between two files.
pub(crate) fn get_to_know(
    host: &Host,
    tree: &RelPath,
    identity: &TreeIdentity,
) -> Result<(), PathError> {
    for entry in &identity.entries {
        if host.cancel.requested() != Level::No {
            return Ok(());
        }
        compare(host, tree, entry)?;
    }
    Ok(())
}

/// How a path in a tree differs from what the release brought there. Of the configuration only its kind is looked at:
/// the server rewrites it at each start.
pub(crate) fn compare(
    host: &Host,
    tree: &RelPath,
    entry: &Entry,
) -> Result<Option<Deviation>, PathError> {
    let path = tree.below(&entry.path);
    let Some(stat) = host.tree.stat(&path)? else {
        return Ok(Some(Deviation::Missing));
    };
    let same = match &entry.kind {
        EntryKind::Directory => stat.kind == Kind::Directory,
        EntryKind::Symlink { target } => {
            stat.kind == Kind::Symlink && host.tree.read_link(&path)? == *target
        }
        EntryKind::File { .. } if entry.path.as_str() == TreeIdentity::CONFIG => {
            stat.kind == Kind::File
        }
        EntryKind::File { size, sha256, executable } => {
            stat.kind == Kind::File
                && stat.size == *size
                && is_executable_mode(stat.mode) == *executable
                && host.digests.of(&host.tree, &path, &stat)? == *sha256
        }
    };
    Ok((!same).then_some(Deviation::Changed))
}
