//! Why a directory is not used as a cache.

use std::path::PathBuf;

use crate::host::PathError;

/// Why a directory is not used as a cache.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// Others could exchange what is in it.
    #[error("{} is not used as a cache: others may change what is in it (mode {mode:04o})", path.display())]
    Open {
        /// The directory.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It belongs to somebody who could exchange what is in it.
    #[error("{} is not used as a cache: it belongs to the user with the number {owner}", path.display())]
    Foreign {
        /// The directory.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
    },
    /// Something else lies there.
    #[error("{} is not used as a cache: it is not a directory", path.display())]
    NoDirectory {
        /// The path.
        path: PathBuf,
    },
    /// It cannot be made or opened.
    #[error(transparent)]
    Path(#[from] PathError),
}
