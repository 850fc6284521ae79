//! A step: the smallest thing that is done, and undone, as one.
//! Steps are data; the engine carries them out.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::digest::Sha256Digest;
use super::owner::Owner;
use super::place::Placement;
use super::receipt::Viewpoint;
use super::release::Release;
use super::relpath::RelPath;
use super::request::DatabaseUse;
use super::version::Version;

/// The position of a step in its plan, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StepId(pub u32);

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "step {}", self.0 + 1)
    }
}

/// What going back from a step takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reversal {
    /// Nothing: it changed nothing that another step's undo does not take away.
    Free,
    /// Its own undo.
    Undo,
    /// Its own undo, and the database as it was before.
    Pivot,
    /// There is no way back: it runs after the commit.
    None,
}

/// One step. All paths are relative to the root unless they are `PathBuf`s, which are absolute on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// Make a directory that was not there when the plan was made.
    MakeDirectory {
        /// Where.
        path: RelPath,
        /// Who puts things into it, which its undo has to know.
        content: Content,
        /// Its mode.
        mode: u32,
        /// Its owner; the caller when absent.
        owner: Option<Owner>,
    },
    /// Unpack the archive, checking it against the digest, and make the tree durable.
    Unpack {
        /// The archive.
        archive: PathBuf,
        /// The release that it is said to hold.
        release: Release,
        /// The digest that it must have.
        expect: Option<Sha256Digest>,
        /// The staged tree.
        into: RelPath,
    },
    /// Be sure that the staged tree is the release it is said to be, as far as can be told without side effects.
    ConfirmRelease {
        /// The staged tree.
        tree: RelPath,
        /// What it must be.
        release: Release,
        /// Who runs the version command.
        run_as: Option<Owner>,
    },
    /// Hand a whole tree to its owner.
    SetOwner {
        /// The staged tree.
        tree: RelPath,
        /// Its owner.
        owner: Owner,
    },
    /// Make a directory of the staged tree writable for the server, creating it where the release has none.
    GrantDirectory {
        /// Where.
        path: RelPath,
        /// Who writes there.
        owner: Option<Owner>,
    },
    /// Remove an empty directory that is in the way of one that moves here.
    RemoveEmptyDirectory {
        /// Where.
        path: RelPath,
        /// Its permission bits, for the undo.
        mode: u32,
        /// Its owner, for the undo.
        owner: Owner,
    },
    /// Move a mutable directory with its content to where it is placed now, on the same file system.
    MoveDirectory {
        /// Where it is.
        from: RelPath,
        /// Where it goes.
        to: RelPath,
    },
    /// Copy a mutable directory to another file system, with times, owners and modes, and compare the copy.
    CopyDirectory {
        /// Where it is.
        from: RelPath,
        /// Where it goes.
        to: RelPath,
    },
    /// Remove a directory whose copy has become the truth.
    RemoveDirectory {
        /// Where it was.
        path: RelPath,
    },
    /// Merge the layers of the configuration and write the result where the server reads it.
    Configure(Configure),
    /// Make the staged tree the live one.
    Activate {
        /// The staged tree.
        staged: RelPath,
        /// The live path.
        live: RelPath,
        /// Where the tree goes that was live before; `None` when nothing was.
        retired: Option<RelPath>,
    },
    /// Be sure that everything which has to be carried can be, while the server still runs.
    CheckCarry {
        /// The live tree.
        from: RelPath,
        /// The staged tree.
        to: RelPath,
        /// The mutable directories that are kept in the tree, below it.
        in_tree: Vec<RelPath>,
        /// What was seen in the live tree that its release did not bring, below it.
        expected: Vec<RelPath>,
    },
    /// Move what the release of the live tree did not bring, and its mutable directories, to the staged tree.
    Carry {
        /// The live tree.
        from: RelPath,
        /// The staged tree.
        to: RelPath,
        /// The mutable directories that are kept in the tree, below it.
        in_tree: Vec<RelPath>,
        /// What was seen in the live tree that its release did not bring, below it.
        expected: Vec<RelPath>,
    },
    /// Keep a copy of the release's own files that somebody has changed.
    KeepModified {
        /// The live tree.
        tree: RelPath,
        /// The directory that is made for the copies, if there are any.
        into: RelPath,
    },
    /// Give the staged tree what the live one has beyond its release: owners, rights, capabilities, labels.
    InheritAttributes {
        /// The live tree.
        from: RelPath,
        /// The staged tree.
        to: RelPath,
    },
    /// Write down in a tree that somebody else made which release it is, and what of it the release brought.
    Identify {
        /// The tree.
        tree: RelPath,
        /// The release.
        release: Release,
        /// The same release as its archive has it, unpacked for comparison, which is removed afterwards; `None` when there
        /// is no archive, and the content is concluded from the tree itself.
        like: Option<RelPath>,
        /// The mutable directories that are kept in the tree, below it, wherever they are.
        in_tree: Vec<RelPath>,
    },
    /// Make a tree that lies elsewhere the live one, and leave a link in its place.
    TakeOver {
        /// Where it is.
        from: RelPath,
        /// Where it goes.
        live: RelPath,
    },
    /// Gather what the settings of a server are that gets its last word from its environment.
    GatherSettings {
        /// Its configuration, which is left as it is.
        config: RelPath,
        /// A directory with a file for each variable.
        environment: RelPath,
        /// The version that reads them.
        version: Version,
        /// The file for the result, in the transaction's directory.
        into: RelPath,
    },
    /// Start the server in the dark, prove that it works, stop it, and take over its configuration.
    Prove(Prove),
    /// Write down what is true now: ledger, applied overlays, and last the receipt.
    Settle,
}

/// Who puts things into a directory that a transaction makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    /// Anybody: the undo removes the directory only if it is empty.
    Anybody,
    /// The transaction's own server, which nobody but mmembed can reach: the undo removes it all.
    OwnServer,
}

/// What [`Step::Configure`] merges and where it writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configure {
    /// The tree whose shipped configuration is the weakest layer.
    pub tree: RelPath,
    /// The file to write.
    pub file: RelPath,
    /// Is the file's former content the site's own layer? A shipped file is not.
    pub site: bool,
    /// The release, for what its settings are called and mean.
    pub release: Release,
    /// Where the mutable directories are.
    pub placements: Vec<Placement>,
    /// How their paths are spelled.
    pub viewpoint: Viewpoint,
    /// Who owns the file: the server rewrites it at each start.
    pub owner: Option<Owner>,
}

/// What [`Step::Prove`] starts and what it must find.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prove {
    /// The tree whose server is started.
    pub tree: RelPath,
    /// The configuration, of which a copy is used.
    pub config: RelPath,
    /// The release that must answer.
    pub release: Release,
    /// Who runs the server.
    pub run_as: Option<Owner>,
    /// How long the server may take to become ready.
    pub within: Duration,
    /// Must the database be empty? Then undoing the step empties it again.
    pub database: DatabaseUse,
}

impl Step {
    /// What going back from this step takes.
    #[must_use]
    pub const fn reversal(&self) -> Reversal {
        match self {
            Self::ConfirmRelease { .. }
            | Self::SetOwner { .. }
            | Self::GrantDirectory { .. }
            | Self::GatherSettings { .. }
            | Self::CheckCarry { .. }
            | Self::InheritAttributes { .. } => Reversal::Free,
            Self::MakeDirectory { .. }
            | Self::Unpack { .. }
            | Self::RemoveEmptyDirectory { .. }
            | Self::MoveDirectory { .. }
            | Self::CopyDirectory { .. }
            | Self::Configure(_)
            | Self::Identify { .. }
            | Self::TakeOver { .. }
            | Self::Carry { .. }
            | Self::KeepModified { .. }
            | Self::Activate { .. } => Reversal::Undo,
            Self::Prove(_) => Reversal::Pivot,
            Self::Settle | Self::RemoveDirectory { .. } => Reversal::None,
        }
    }

    /// Does this step run after the commit?
    #[must_use]
    pub const fn is_after_commit(&self) -> bool {
        matches!(self.reversal(), Reversal::None)
    }
}
