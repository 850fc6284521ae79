//! Making directories, and giving them other names and owners.

use std::io;

use super::context::StepContext;
use super::error::StepError;
use crate::host::{Kind, PathContext};
use crate::model::{Content, Event, Owner, RelPath};

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
    Ok(tree.sync_directory(path)?)
}

/// Removes a directory that was not there before the transaction: with all that the transaction's own server has put
/// into it, or, where others may have put something there meanwhile, only if it is empty.
pub(super) fn unmake(
    path: &RelPath,
    content: Content,
    cx: &mut StepContext<'_>,
) -> Result<(), StepError> {
    let tree = &cx.host.tree;
    if content == Content::OwnServer {
        return Ok(tree.remove_tree(path)?);
    }
    if !tree.remove_if_empty(path)? {
        let text = format!("{path} is not empty and stays: somebody has put something there");
        cx.reporter.hear(&Event::Note { text });
    }
    Ok(())
}

/// Makes an empty directory again that gave way.
pub(super) fn put_back_empty(
    path: &RelPath,
    mode: u32,
    owner: Owner,
    cx: &StepContext<'_>,
) -> Result<(), StepError> {
    if cx.host.tree.exists(path)? {
        return Ok(());
    }
    make(path, mode, Some(owner), cx)
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

/// Gives a directory its new name. One that has it already keeps it; two of them are an error.
pub(super) fn rename(from: &RelPath, to: &RelPath, cx: &StepContext<'_>) -> Result<(), StepError> {
    if cx.host.tree.exists(from)? {
        cx.host.tree.rename(from, to)?;
    }
    Ok(())
}

/// Gives a directory its old name back. Where something has the old name, the new one was never given.
pub(super) fn rename_back(
    from: &RelPath,
    to: &RelPath,
    cx: &StepContext<'_>,
) -> Result<(), StepError> {
    let tree = &cx.host.tree;
    if tree.exists(to)? && !tree.exists(from)? {
        tree.rename(to, from)?;
    }
    Ok(())
}
