//! What became of a copy: counts, what could not be kept, and why it failed.
//! Nothing is copied here.

use std::ffi::OsString;
use std::path::PathBuf;

use super::directory::Special;
use crate::host::error::PathError;

/// What was copied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyReport {
    /// Directories, the top included.
    pub directories: u64,
    /// Files, each counted once however many names it has.
    pub files: u64,
    /// Bytes written; those of files that were complete from an earlier run not counted.
    pub bytes: u64,
    /// What could not be kept, without harm to the content.
    pub notes: Vec<CopyNote>,
}

/// Something that could not be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyNote {
    /// Of which file.
    pub path: PathBuf,
    /// What.
    pub lost: Lost,
}

/// What a copy may lack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lost {
    /// The whole thing: a socket, which means nothing without the process that made it.
    Socket,
    /// The owner: only root may give files away.
    Owner,
    /// An extended attribute that the file system or the user cannot set.
    Attribute(OsString),
}

/// Why a tree could not be copied. The target is then incomplete; copying again goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// A file operation failed.
    #[error(transparent)]
    Path(#[from] PathError),
    /// Something that is not copied lies in the tree.
    #[error("{} is {kind}; move it out of the way, it cannot be copied", path.display())]
    Special {
        /// Where.
        path: PathBuf,
        /// What it is.
        kind: Special,
    },
    /// The target is no staging place.
    #[error("{} is no name for an unfinished copy: it must begin with a dot, as all else there is removed", path.display())]
    NotStaging {
        /// The target asked for.
        path: PathBuf,
    },
    /// One tree lies in the other.
    #[error("cannot copy {} to {}: one lies within the other", from.display(), to.display())]
    Overlap {
        /// The source asked for.
        from: PathBuf,
        /// The target asked for.
        to: PathBuf,
    },
    /// Another file system is mounted within the tree.
    #[error("{} is another file system; unmount it first, it is never copied along", path.display())]
    OtherFileSystem {
        /// Where.
        path: PathBuf,
    },
}

impl CopyError {
    /// Did a test stop the world here?
    #[must_use]
    pub fn is_crash(&self) -> bool {
        matches!(self, Self::Path(error) if error.is_crash())
    }
}
