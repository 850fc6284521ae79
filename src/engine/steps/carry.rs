//! What lives in a tree, and its release did not bring, moves to the next tree: renamed, never copied, never lost.
//!
//! The list of moves is durable before the first of them is made, so that each can be taken back; whether one was made
//! is told by where its path is.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::carry_list::{CarryError, list_moves};
use super::context::StepContext;
use super::directory;
use super::error::StepError;
use crate::host::{Host, Kind, PathError};
use crate::model::{Carry, Event, Owner, RelPath};

/// The list of moves, in the transaction's directory.
const LIST: &str = "carry.json";

/// No list is longer: a path takes a hundred bytes, and an operator's own files are few.
const LARGEST: u64 = 64 * 1024 * 1024;

/// What moves, and what has to be made for it. All paths are below the trees' tops.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CarryList {
    /// Directories that the new tree lacks, outermost first, as they are in the old one.
    pub(super) ways: Vec<Way>,
    /// The moves, in order.
    pub(super) moves: Vec<Move>,
}

/// A directory that leads to something carried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Way {
    pub(super) path: RelPath,
    pub(super) mode: u32,
    pub(super) owner: Owner,
}

/// One rename.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Move {
    pub(super) path: RelPath,
    /// Does an empty directory of the new release give way to it?
    pub(super) replaces_empty: bool,
}

/// Makes sure, without changing anything, that all can be carried.
pub(super) fn check(carry: &Carry, cx: &StepContext<'_>) -> Result<(), StepError> {
    list_moves(carry, cx.host).map(drop)
}

/// Carries everything, also what has appeared since the plan was made.
pub(super) fn perform(carry: &Carry, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    let list = match read_list(cx)? {
        Some(list) => list,
        None => write_list(carry, cx)?,
    };
    for Way { path, mode, owner } in &list.ways {
        directory::make(&carry.to.below(path), *mode, Some(*owner), cx)?;
    }
    for step in &list.moves {
        make_move(carry, step, cx.host)?;
    }
    Ok(sync(carry, &list, cx.host)?)
}

/// Makes all moves durable at once: the server is down meanwhile, and each sync costs milliseconds.
fn sync(carry: &Carry, list: &CarryList, host: &Host) -> Result<(), PathError> {
    let parents: BTreeSet<RelPath> = list.moves.iter().filter_map(|it| it.path.parent()).collect();
    for parent in &parents {
        for directory in [carry.to.below(parent), carry.from.below(parent)] {
            // The stage may be gone, or never have got so far.
            if host.tree.exists(&directory)? {
                host.tree.sync_directory(&directory)?;
            }
        }
    }
    Ok(())
}

fn make_move(carry: &Carry, step: &Move, host: &Host) -> Result<(), PathError> {
    let (from, to) = (carry.from.below(&step.path), carry.to.below(&step.path));
    if !host.tree.exists(&from)? {
        return Ok(());
    }
    if step.replaces_empty {
        // One that is not empty any more stays, and the rename says so.
        host.tree.remove_if_empty(&to)?;
    }
    host.tree.rename_unsynced(&from, &to)
}

/// Brings everything back that is in the staged tree and not in the live one, newest first. What the staged tree has
/// lost or gained by the moves goes with it.
///
/// Where something lies in the live tree again, nobody worked on this transaction for a while, and the old server was
/// started meanwhile and has missed it: what it has made goes together with what was carried.
pub(super) fn undo(carry: &Carry, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    let list = read_list(cx)?.unwrap_or_default();
    for step in list.moves.iter().rev() {
        bring_back(&carry.to.below(&step.path), &carry.from.below(&step.path), cx)?;
    }
    Ok(sync(carry, &list, cx.host)?)
}

/// Gives what was carried its place again. The new release's own directory, which gives way to what is carried, is
/// empty.
fn bring_back(to: &RelPath, from: &RelPath, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    let tree = &cx.host.tree;
    let Some(carried) = tree.stat(to)? else { return Ok(()) };
    let Some(newer) = tree.stat(from)? else {
        return Ok(tree.rename_unsynced(to, from)?);
    };
    let directories = (carried.kind == Kind::Directory, newer.kind == Kind::Directory);
    if directories.0 && tree.is_empty(to)? {
        return Ok(());
    }
    if directories.1 && tree.is_empty(from)? && tree.remove_if_empty(from)? {
        return Ok(tree.rename_unsynced(to, from)?);
    }
    if directories == (true, true) {
        for name in tree.list(to)? {
            bring_back(&to.join(&name), &from.join(&name), cx)?;
        }
        return Ok(tree.sync_directory(from)?);
    }
    let aside = aside(from, cx);
    tree.rename_unsynced(from, &aside)?;
    let text = format!("{from} was there again; what somebody has made since is kept as {aside}");
    cx.reporter.hear(&Event::Note { text });
    Ok(tree.rename_unsynced(to, from)?)
}

/// A name beside a path for what has come there since.
fn aside(path: &RelPath, cx: &StepContext<'_>) -> RelPath {
    let parent = path.parent().unwrap_or_else(RelPath::here);
    parent.join(&format!("{}.newer-{}", path.name(), cx.plan.id))
}

fn read_list(cx: &StepContext<'_>) -> Result<Option<CarryList>, StepError> {
    let path = cx.directory().join(LIST);
    let Some(text) = cx.host.tree.read(&path, LARGEST)? else {
        return Ok(None);
    };
    let damaged =
        |source| CarryError::Damaged { path: cx.host.tree.absolute(&path), source }.into();
    serde_json::from_slice(&text).map(Some).map_err(damaged)
}

fn write_list(carry: &Carry, cx: &mut StepContext<'_>) -> Result<CarryList, StepError> {
    let (list, units) = list_moves(carry, cx.host)?;
    for path in units {
        if !carry.expected.contains(&path) && !carry.in_tree.contains(&path) {
            let text = format!("{path} has appeared since the plan was made; it comes along too");
            cx.reporter.hear(&Event::Note { text });
        }
    }
    let text = serde_json::to_vec(&list).expect("a list of paths is plain data");
    cx.host.tree.replace(&cx.directory().join(LIST), &text, 0o600, None)?;
    Ok(list)
}
