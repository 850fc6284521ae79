//! Making directories, and giving them other names and owners.

use std::io;

use super::context::StepContext;
use super::error::StepError;
use crate::host::{Kind, PathContext};
use crate::model::{Owner, RelPath};

/// Makes a directory with this mode and owner; one that is there already gets them.
pub(super) fn make(
    path: &RelPath,
    mode: u32,
    owner: Option<Owner>,
    cx: &StepContext<'_>,
) -> Result<(), StepError> {
    let tree = &cx.host.tree;
    match tree.stat(path)? {
        None => tree.make_dir(path, mode)?,
        Some(stat) if stat.kind == Kind::Directory => tree.set_mode(path, mode)?,
        Some(_) => {
            let error = io::Error::from(io::ErrorKind::NotADirectory);
            return Ok(Err(error).on("create directory", &tree.absolute(path))?);
        }
    }
    if let Some(owner) = owner {
        tree.set_owner(path, owner)?;
    }
    Ok(())
}

/// Removes a directory that was not there before the transaction. All that is in it was put there by the
/// transaction's own server.
pub(super) fn unmake(path: &RelPath, cx: &StepContext<'_>) -> Result<(), StepError> {
    Ok(cx.host.tree.remove_tree(path)?)
}

/// Hands a directory of the staged tree to the server, making it where the release has none.
pub(super) fn grant(
    path: &RelPath,
    owner: Option<Owner>,
    cx: &StepContext<'_>,
) -> Result<(), StepError> {
    let parent = path.parent().unwrap_or_else(RelPath::here);
    if !cx.host.tree.exists(&parent)? {
        make(&parent, 0o755, None, cx)?;
    }
    make(path, 0o750, owner, cx)
}

/// Gives a directory its new name. Found there already, it stays; undone by the same move back.
pub(super) fn rename(from: &RelPath, to: &RelPath, cx: &StepContext<'_>) -> Result<(), StepError> {
    if cx.host.tree.exists(from)? {
        cx.host.tree.rename(from, to)?;
    }
    Ok(())
}
