//! The staged tree becomes the live one, and the tree that was live before keeps a name of its own.
//!
//! What is done is told by the trees themselves: each carries the transaction that unpacked it. Where the file system
//! can exchange two names, a complete tree lies at the live path at every instant, in both directions.

use std::path::PathBuf;

use super::context::StepContext;
use super::database_before;
use super::directory;
use super::error::StepError;
use super::prove::refuse_while_in_use;
use crate::engine::state_files::read_maker;
use crate::host::{Exchange, PathError};
use crate::model::{Event, RelPath, TransactionId};

/// Why a tree could not be activated, or its former one not be put back.
#[derive(Debug, thiserror::Error)]
pub enum ActivateError {
    /// Something that mmembed did not unpack lies where a tree should.
    #[error("{} is no tree that mmembed unpacked", path.display())]
    NotOurs {
        /// Where.
        path: PathBuf,
    },
    /// The trees are where neither this step nor its undo leaves them.
    #[error(
        "the trees are not where they should be: {staged} staged, {live} live, {retired} retired"
    )]
    Misplaced {
        /// What lies at the staged path: `the new one`, `the former one` or `none`.
        staged: &'static str,
        /// What lies at the live path.
        live: &'static str,
        /// What lies where the former tree goes.
        retired: &'static str,
    },
}

/// The paths between which two trees move.
#[derive(Clone, Copy)]
pub(super) struct Trees<'p> {
    pub(super) staged: &'p RelPath,
    pub(super) live: &'p RelPath,
    /// Who unpacked the one that becomes live.
    pub(super) maker: &'p TransactionId,
    /// Where the other one goes; `None` when there is none.
    pub(super) retired: Option<&'p RelPath>,
}

/// Which tree lies at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    Nothing,
    New,
    Former,
}

impl Seen {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "none",
            Self::New => "the new one",
            Self::Former => "the former one",
        }
    }
}

/// Makes the staged tree live where nothing was, or in the place of the former one.
pub(super) fn perform(trees: &Trees<'_>, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    let Trees { staged, live, .. } = *trees;
    let Some(retired) = trees.retired else {
        return directory::rename(staged, live, cx);
    };
    let tree = &cx.host.tree;
    match trees.look(retired, cx)? {
        (Seen::New, Seen::Former, Seen::Nothing) => trees.give_way(retired, cx),
        (Seen::Former, Seen::New, Seen::Nothing) => Ok(tree.rename(staged, retired)?),
        (Seen::New, Seen::Nothing, Seen::Former) => Ok(tree.rename(staged, live)?),
        (Seen::Nothing, Seen::New, Seen::Former) => Ok(()),
        seen => Err(misplaced(seen)),
    }
}

/// Puts the former tree back, from wherever the two are. A server that runs from the one that is live would lose its
/// ground, and what a server has done that was started from it by others is in the database: neither is let be.
pub(super) fn undo(trees: &Trees<'_>, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    let Trees { staged, live, .. } = *trees;
    let Some(retired) = trees.retired else {
        return directory::rename_back(staged, live, cx);
    };
    let seen = trees.look(retired, cx)?;
    if seen.1 == Seen::New {
        refuse_while_in_use(live, cx)?;
        database_before::put_back_untouched(cx)?;
    }
    let tree = &cx.host.tree;
    match seen {
        (_, Seen::Former, Seen::Nothing) => Ok(()),
        (Seen::Nothing, Seen::Former, Seen::New) => Ok(tree.rename(retired, staged)?),
        (Seen::New, Seen::Nothing, Seen::Former) => Ok(tree.rename(retired, live)?),
        (Seen::Nothing, Seen::New, Seen::Former) => Ok(trees.come_back(retired, cx)?),
        (Seen::Former, Seen::New, Seen::Nothing) => {
            if tree.exchange(staged, live)? == Exchange::Unsupported {
                tree.rename(staged, retired)?;
                trees.come_back(retired, cx)?;
            }
            Ok(())
        }
        seen => Err(misplaced(seen)),
    }
}

impl Trees<'_> {
    fn give_way(&self, retired: &RelPath, cx: &mut StepContext<'_>) -> Result<(), StepError> {
        let tree = &cx.host.tree;
        if tree.exchange(self.staged, self.live)? == Exchange::Made {
            return Ok(tree.rename(self.staged, retired)?);
        }
        let text = format!(
            "this file system cannot exchange two names: {} is absent for a moment",
            self.live
        );
        cx.reporter.hear(&Event::Note { text });
        tree.rename(self.live, retired)?;
        Ok(tree.rename(self.staged, self.live)?)
    }

    fn come_back(&self, retired: &RelPath, cx: &StepContext<'_>) -> Result<(), PathError> {
        let tree = &cx.host.tree;
        if tree.exchange(retired, self.live)? == Exchange::Made {
            return tree.rename(retired, self.staged);
        }
        tree.rename(self.live, self.staged)?;
        tree.rename(retired, self.live)
    }

    fn look(
        &self,
        retired: &RelPath,
        cx: &StepContext<'_>,
    ) -> Result<(Seen, Seen, Seen), StepError> {
        Ok((self.see(self.staged, cx)?, self.see(self.live, cx)?, self.see(retired, cx)?))
    }

    fn see(&self, path: &RelPath, cx: &StepContext<'_>) -> Result<Seen, StepError> {
        match read_maker(cx.host, path)? {
            Some(maker) if maker == *self.maker => Ok(Seen::New),
            Some(_) => Ok(Seen::Former),
            None if cx.host.tree.exists(path)? => {
                Err(ActivateError::NotOurs { path: cx.host.tree.absolute(path) }.into())
            }
            None => Ok(Seen::Nothing),
        }
    }
}

fn misplaced((staged, live, retired): (Seen, Seen, Seen)) -> StepError {
    let (staged, live, retired) = (staged.as_str(), live.as_str(), retired.as_str());
    ActivateError::Misplaced { staged, live, retired }.into()
}
