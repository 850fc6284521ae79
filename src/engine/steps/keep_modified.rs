//! The release's own files that somebody has changed do not come along to the next tree: a copy of each is kept.

use super::carry_list::CarryError;
use super::context::StepContext;
use super::error::StepError;
use crate::engine::foreign::{modified_files, nameless_in};
use crate::engine::state_files::read_identity;
use crate::host::{Host, Kind, PathError};
use crate::model::{Event, RelPath};

/// The list of directories that were made on the way to the copies, in the transaction's directory.
const WAY: &str = "kept-modified.json";

/// The list names a few directories.
const LARGEST: u64 = 64 * 1024;

/// Copies each changed file below `into`. Where there is none, nothing is made.
pub(super) fn perform(
    tree: &RelPath,
    into: &RelPath,
    cx: &mut StepContext<'_>,
) -> Result<(), StepError> {
    let identity = read_identity(cx.host, tree)?
        .ok_or_else(|| CarryError::NotOurs { path: cx.host.tree.absolute(tree) })?;
    let modified = modified_files(cx.host, tree, &identity)?;
    if modified.is_empty() {
        return Ok(());
    }
    remember_way(into, cx)?;
    for path in &modified {
        let to = into.below(path);
        make_way(&to, cx.host)?;
        keep(&tree.below(path), &to, cx)?;
    }
    cx.host.tree.sync_file_system(into)?;
    let text = match modified.len() {
        1 => "1 file of the release that somebody has changed is kept in the backup".to_owned(),
        count => {
            format!("{count} files of the release that somebody has changed are kept in the backup")
        }
    };
    cx.reporter.hear(&Event::Note { text });
    Ok(())
}

/// Keeps what lies at a path, also where it is no file any more.
fn keep(from: &RelPath, to: &RelPath, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    let tree = &cx.host.tree;
    match tree.stat(from)?.map(|stat| stat.kind) {
        Some(Kind::File | Kind::Symlink) => Ok(tree.duplicate(from, to)?),
        Some(Kind::Directory) => {
            if !tree.exists(to)? {
                tree.make_dir(to, 0o700)?;
            }
            for name in tree.names(from)? {
                let name: RelPath = name
                    .to_str()
                    .and_then(|name| name.parse().ok())
                    .ok_or_else(|| CarryError::from(nameless_in(cx.host, from)))?;
                keep(&from.below(&name), &to.below(&name), cx)?;
            }
            Ok(())
        }
        Some(Kind::Special) => {
            let text = format!("{from} is neither a file nor a link and is not kept");
            cx.reporter.hear(&Event::Note { text });
            Ok(())
        }
        None => Ok(()),
    }
}

/// Writes down, once, which directories the undo has to take away again.
fn remember_way(into: &RelPath, cx: &StepContext<'_>) -> Result<(), PathError> {
    let list = cx.directory().join(WAY);
    if cx.host.tree.exists(&list)? {
        return Ok(());
    }
    let missing = missing_above(into, cx.host)?;
    let text = serde_json::to_vec(&missing).expect("paths are plain data");
    cx.host.tree.replace(&list, &text, 0o600, None)
}

/// The directories above a path that are not there, innermost first.
fn missing_above(path: &RelPath, host: &Host) -> Result<Vec<RelPath>, PathError> {
    let mut missing = Vec::new();
    let mut above = path.parent();
    while let Some(directory) = above {
        if host.tree.exists(&directory)? {
            break;
        }
        above = directory.parent();
        missing.push(directory);
    }
    Ok(missing)
}

/// Makes the directories above a path, as far as they are not there.
fn make_way(path: &RelPath, host: &Host) -> Result<(), PathError> {
    let missing = missing_above(path, host)?;
    // A user's secret may be in any of them.
    missing.iter().rev().try_for_each(|directory| host.tree.make_dir(directory, 0o700))
}

/// Takes the copies away again, and what was made on the way to them.
pub(super) fn undo(into: &RelPath, cx: &StepContext<'_>) -> Result<(), StepError> {
    let tree = &cx.host.tree;
    let Some(text) = tree.read(&cx.directory().join(WAY), LARGEST)? else {
        return Ok(());
    };
    tree.remove_tree(into)?;
    let way: Vec<RelPath> = serde_json::from_slice(&text).unwrap_or_default();
    for directory in way {
        tree.remove_if_empty(&directory)?;
    }
    Ok(())
}
