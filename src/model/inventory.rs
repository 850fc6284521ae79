//! What was seen on the host that a plan depends on. Seen again under the lock, it must lead to the same plan.
//! What only a check needs to know is in `Surroundings`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::finding::Finding;
use super::owner::Owner;
use super::receipt::{ArchiveStamp, Overlays, Receipt};
use super::relpath::RelPath;
use super::transaction::TransactionId;

/// What lies at the live path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiveSeen {
    /// Nothing.
    Nothing,
    /// A tree that carries the identity of the transaction which unpacked it.
    Ours(TransactionId),
    /// Something that mmembed did not put there.
    Foreign,
}

/// What lies at a path where a plan may need a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathSeen {
    /// Nothing.
    Nothing,
    /// A directory.
    Directory {
        /// The device it lies on.
        device: u64,
        /// Is nothing in it?
        empty: bool,
        /// Its permission bits.
        mode: u32,
        /// Who owns it.
        owner: Owner,
    },
    /// Something that is no directory.
    Other,
}

impl PathSeen {
    /// Is a directory there?
    #[must_use]
    pub const fn is_directory(self) -> bool {
        matches!(self, Self::Directory { .. })
    }
}

/// What was seen on the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inventory {
    /// The name for the transaction that may follow.
    pub id: TransactionId,
    /// Who runs the tool.
    pub caller: Owner,
    /// What mmembed last made true here.
    pub receipt: Option<Receipt>,
    /// What lies at the live path.
    pub live: LiveSeen,
    /// The archive.
    pub archive: ArchiveStamp,
    /// What lies at the directories that a plan may need.
    pub directories: BTreeMap<RelPath, PathSeen>,
    /// Digests of the host's overlays as last applied.
    pub applied: Option<Overlays>,
    /// Does a file lie where the configuration is to be kept?
    pub config_exists: bool,
    /// Does the installed server run?
    pub serving: bool,
    /// What lies in the live tree that its release did not bring, below it; looked for only when the tree is to give way.
    pub foreign: Vec<RelPath>,
    /// The variables in the server's environment that decide about settings: names, no values.
    pub overridden: Vec<String>,
    /// Settings whose value in the live configuration is not the enforced one.
    pub drifted: Vec<String>,
    /// Has another node of the cluster migrated the database for the release that comes?
    pub migrated: bool,
}

/// What was seen around the application, for the checks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The file systems that will be written to.
    pub spaces: Vec<SpaceSeen>,
    /// Mount points at or below the application's own directories.
    pub mounts: Vec<PathBuf>,
    /// Processes that run from the live tree.
    pub running: Vec<RunningServer>,
    /// What observing itself found: tools, rights, database, port.
    pub findings: Vec<Finding>,
}

/// A process that runs from the live tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningServer {
    /// Its number.
    pub pid: u32,
    /// Its program.
    pub command: String,
    /// The systemd unit that it belongs to, if it does.
    pub unit: Option<String>,
}

/// One file system that will be written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpaceSeen {
    /// What will be written there, absolute.
    pub path: PathBuf,
    /// Where it is mounted.
    pub mount: PathBuf,
    /// Is it mounted read-only?
    pub read_only: bool,
    /// May programs on it be run?
    pub executable: bool,
    /// Bytes free for the caller.
    pub free_bytes: u64,
    /// Files that may still be made; `None` where the file system sets no limit.
    pub free_inodes: Option<u64>,
    /// Bytes that will be needed.
    pub needed_bytes: u64,
    /// Files that will be made.
    pub needed_inodes: u64,
}
