//! A tree that lies elsewhere becomes the live one, and a link in its place leads whoever knows it by its old name to it.
//!
//! A link that says the way from the old place is made at the live path first, where it leads nowhere, and then the two
//! change names in one instant: at no time is nothing at the old place. What is done is told by what lies at the two.

use std::path::PathBuf;

use super::context::StepContext;
use super::error::StepError;
use crate::host::{Exchange, Kind, PathError};
use crate::model::{Event, RelPath};

/// Why a tree could not be taken over, or not be given back.
#[derive(Debug, thiserror::Error)]
#[error("{} is {from_seen}, and {} is {live_seen}: somebody else was at work there", from.display(), live.display())]
pub struct TakeOverError {
    from: PathBuf,
    from_seen: &'static str,
    live: PathBuf,
    live_seen: &'static str,
}

/// What lies at one of the two paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    Nothing,
    /// The link that this step makes.
    Link,
    /// A directory: the tree.
    Tree,
    Other,
}

impl Seen {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "absent",
            Self::Link => "a link to the live tree",
            Self::Tree => "a directory",
            Self::Other => "something else",
        }
    }
}

#[derive(Clone, Copy)]
struct Way<'a> {
    from: &'a RelPath,
    live: &'a RelPath,
}

/// Makes the tree the live one, from wherever the two are.
pub(super) fn perform(
    from: &RelPath,
    live: &RelPath,
    cx: &mut StepContext<'_>,
) -> Result<(), StepError> {
    let way = Way { from, live };
    let tree = &cx.host.tree;
    match way.look(cx)? {
        (Seen::Tree, Seen::Nothing) => {
            tree.make_link(live, &from.link_to(live))?;
            Ok(way.go(cx)?)
        }
        (Seen::Tree, Seen::Link) => Ok(way.go(cx)?),
        (Seen::Nothing, Seen::Tree) => Ok(tree.make_link(from, &from.link_to(live))?),
        (Seen::Link, Seen::Tree) => Ok(()),
        seen => Err(way.misplaced(seen, cx)),
    }
}

/// Puts the tree back, from wherever the two are.
pub(super) fn undo(
    from: &RelPath,
    live: &RelPath,
    cx: &mut StepContext<'_>,
) -> Result<(), StepError> {
    let way = Way { from, live };
    let tree = &cx.host.tree;
    match way.look(cx)? {
        (Seen::Tree, Seen::Nothing) => Ok(()),
        (Seen::Tree, Seen::Link) => Ok(tree.remove_file(live)?),
        (Seen::Nothing, Seen::Tree) => Ok(tree.rename(live, from)?),
        (Seen::Link, Seen::Tree) => Ok(way.come_back(cx)?),
        seen => Err(way.misplaced(seen, cx)),
    }
}

impl Way<'_> {
    fn go(self, cx: &mut StepContext<'_>) -> Result<(), PathError> {
        let tree = &cx.host.tree;
        if tree.exchange(self.from, self.live)? == Exchange::Made {
            return Ok(());
        }
        let text = format!(
            "this file system cannot exchange two names: {} is absent for a moment",
            self.from
        );
        cx.reporter.hear(&Event::Note { text });
        tree.remove_file(self.live)?;
        tree.rename(self.from, self.live)?;
        tree.make_link(self.from, &self.from.link_to(self.live))
    }

    fn come_back(self, cx: &StepContext<'_>) -> Result<(), PathError> {
        let tree = &cx.host.tree;
        if tree.exchange(self.from, self.live)? == Exchange::Made {
            return tree.remove_file(self.live);
        }
        tree.remove_file(self.from)?;
        tree.rename(self.live, self.from)
    }

    fn look(self, cx: &StepContext<'_>) -> Result<(Seen, Seen), PathError> {
        Ok((self.look_at(self.from, cx)?, self.look_at(self.live, cx)?))
    }

    fn look_at(self, path: &RelPath, cx: &StepContext<'_>) -> Result<Seen, PathError> {
        let tree = &cx.host.tree;
        Ok(match tree.stat(path)?.map(|stat| stat.kind) {
            None => Seen::Nothing,
            Some(Kind::Directory) => Seen::Tree,
            Some(Kind::Symlink) if tree.read_link(path)? == self.from.link_to(self.live) => {
                Seen::Link
            }
            Some(Kind::Symlink | Kind::File | Kind::Special) => Seen::Other,
        })
    }

    fn misplaced(self, (from, live): (Seen, Seen), cx: &StepContext<'_>) -> StepError {
        let tree = &cx.host.tree;
        StepError::TakeOver(TakeOverError {
            from: tree.absolute(self.from),
            from_seen: from.as_str(),
            live: tree.absolute(self.live),
            live_seen: live.as_str(),
        })
    }
}
