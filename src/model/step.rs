//! A step: the smallest thing that is done, and undone, as one.
//! Steps are data; the engine carries them out.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::backup::{BackUp, BackupId};
use super::carry::Carry;
use super::digest::Sha256Digest;
use super::hook::RunHooks;
use super::owner::Owner;
use super::place::Placement;
use super::receipt::Viewpoint;
use super::release::Release;
use super::relpath::RelPath;
use super::restore::{RestoreConfig, RestoreData, RestoreDatabase};
use super::serving::{StartServer, StopServer};
use super::transaction::TransactionId;
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
    /// Merge the configuration as it is now, and write nothing: what would fail then fails before the server is stopped.
    RehearseMerge(Configure),
    /// Make the staged tree the live one.
    Activate {
        /// The staged tree.
        staged: RelPath,
        /// The live path.
        live: RelPath,
        /// The transaction that unpacked the staged tree: this one, or that of a tree that comes back.
        maker: TransactionId,
        /// Where the tree goes that was live before; `None` when nothing was.
        retired: Option<RelPath>,
    },
    /// Be sure that everything which has to be carried can be, while the server still runs.
    CheckCarry(Carry),
    /// Move what the release of the live tree did not bring, and its mutable directories, to the staged tree.
    Carry(Carry),
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
    /// Find out, while the server runs, what the backup has to know of the database, and what would be in its way.
    PrepareBackUp(BackUp),
    /// Save configuration, database and what else is asked for, and be sure that it can be brought back.
    BackUp(BackUp),
    /// Put the configuration back that a backup has.
    RestoreConfig(RestoreConfig),
    /// Put the directories of uploaded files and plugins back that a backup has.
    RestoreData(RestoreData),
    /// Make the database hold what a backup holds, and nothing else of the server's.
    RestoreDatabase(RestoreDatabase),
    /// Start the server in the dark, prove that it works, stop it, and take over its configuration.
    Prove(Prove),
    /// Stop the server that serves, and be sure that nothing is left of it. Its undo starts it again and proves it.
    StopServer(StopServer),
    /// Let the new server out, and be sure that it serves.
    StartServer(StartServer),
    /// Run the operator's own programs of one phase. A crash may make them run twice.
    RunHooks(RunHooks),
    /// Remove what serves nobody any more: the backups beyond those that are kept, with their trees.
    CleanUp {
        /// How many backups are kept.
        keep: u32,
        /// These stay besides: a way back needs them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        needed: Vec<BackupId>,
    },
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
    /// The file that holds the site's own layer; a shipped file is none. Where it is another one than the file to write, it is
    /// that of a tree that gives way.
    pub site: Option<RelPath>,
    /// The tree that gives way, with the release in it.
    pub former: Option<FormerTree>,
    /// Are defaults that the release has changed taken over where nobody has touched them?
    pub adopt_new_defaults: bool,
    /// Who gives way where two have changed one setting, each `Section.Key=POLICY`. Plans of before they could be given have
    /// none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<String>,
    /// Versions between the former release and this one that the database has left behind: the settings are carried past them, and
    /// their servers are not started. Plans of before there were any have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_behind: Vec<Version>,
    /// The release, for what its settings are called and mean.
    pub release: Release,
    /// Where the mutable directories are.
    pub placements: Vec<Placement>,
    /// How their paths are spelled.
    pub viewpoint: Viewpoint,
    /// Who owns the file: the server rewrites it at each start.
    pub owner: Option<Owner>,
}

/// A tree that gives way to another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerTree {
    /// Where it is while the server is configured anew.
    pub tree: RelPath,
    /// The version in it.
    pub version: Version,
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
    /// How the database becomes again what it was, should the step be undone.
    pub database: DatabaseUndo,
}

/// How a database becomes again what it was before a server was started on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DatabaseUndo {
    /// It has to be empty before, and is emptied again.
    Empty,
    /// It does not: what the server does to it stays.
    Leave,
    /// It is restored from this backup, which the same transaction has made and verified.
    Restore(BackupId),
    /// An earlier step of the same transaction has touched it first, and its undo sees to it.
    Earlier,
    /// It does not: another node of the cluster has migrated it before, and serves from it.
    Shared,
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
            | Self::RehearseMerge(_)
            | Self::PrepareBackUp(_)
            | Self::CheckCarry(_)
            | Self::InheritAttributes { .. } => Reversal::Free,
            Self::RunHooks(hooks) if !hooks.phase.is_after_commit() => Reversal::Undo,
            Self::MakeDirectory { .. }
            | Self::Unpack { .. }
            | Self::RemoveEmptyDirectory { .. }
            | Self::MoveDirectory { .. }
            | Self::CopyDirectory { .. }
            | Self::Configure(_)
            | Self::Identify { .. }
            | Self::TakeOver { .. }
            | Self::BackUp(_)
            | Self::RestoreConfig(_)
            | Self::RestoreData(_)
            | Self::Carry(_)
            | Self::KeepModified { .. }
            | Self::Activate { .. }
            | Self::StopServer(_) => Reversal::Undo,
            Self::RestoreDatabase(_) | Self::Prove(_) => Reversal::Pivot,
            Self::StartServer(_)
            | Self::RunHooks(_)
            | Self::CleanUp { .. }
            | Self::Settle
            | Self::RemoveDirectory { .. } => Reversal::None,
        }
    }

    /// Does this step run after the commit?
    #[must_use]
    pub const fn is_after_commit(&self) -> bool {
        matches!(self.reversal(), Reversal::None)
    }
}
