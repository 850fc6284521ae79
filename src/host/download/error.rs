//! Why a file did not come into the cache.
//! What is kept of it then is said.

use std::path::PathBuf;

use crate::host::{NetworkError, PathError};
use crate::model::Sha256Digest;

/// Why there is no such file in the cache now.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// It was not given, and nothing of it is kept.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// It was given only in part.
    #[error(
        "{url} came only in part; its first {kept} bytes are kept, and the next time goes on from there"
    )]
    Unfinished {
        /// The address.
        url: String,
        /// How many bytes are kept.
        kept: u64,
        /// Why it broke off.
        #[source]
        source: NetworkError,
    },
    /// The operator asked to stop.
    #[error(
        "it was asked to stop; the first {kept} bytes of {url} are kept, and the next time goes on from there"
    )]
    Interrupted {
        /// The address.
        url: String,
        /// How many bytes are kept.
        kept: u64,
    },
    /// Its parts do not belong together.
    #[error("{url} cannot be fetched in parts: {why}, and not for the first time")]
    Unsteady {
        /// The address.
        url: String,
        /// What was wrong with the last one.
        why: String,
    },
    /// It is another file.
    #[error(
        "{from} is not the file that was published: its SHA-256 is {actual}, not {}",
        alternatives(expected)
    )]
    WrongDigest {
        /// Where it came from.
        from: String,
        /// What would have been right.
        expected: Vec<Sha256Digest>,
        /// What it is.
        actual: Sha256Digest,
    },
    /// More than there may be.
    #[error("{from} is larger than it may be: more than {cap} bytes")]
    TooLarge {
        /// Where it came from.
        from: String,
        /// The limit.
        cap: u64,
    },
    /// There is nothing in it.
    #[error("{from} is empty")]
    Empty {
        /// Where it came from.
        from: String,
    },
    /// The disk is too full.
    #[error("{needed} more bytes do not fit into {}: only {free} are free", path.display())]
    NoRoom {
        /// The cache.
        path: PathBuf,
        /// How many bytes are still to come.
        needed: u64,
        /// How many bytes are free.
        free: u64,
    },
    /// Somebody else fetches it, and does not come to an end.
    #[error("{from} is being fetched by another mmembed: {holder} (lock {})", path.display())]
    Busy {
        /// What is fetched.
        from: String,
        /// The lock file.
        path: PathBuf,
        /// What the other one wrote about itself.
        holder: String,
    },
    /// The cache cannot be read or written.
    #[error(transparent)]
    Disk(#[from] PathError),
}

fn alternatives(sums: &[Sha256Digest]) -> String {
    let sums: Vec<String> = sums.iter().map(ToString::to_string).collect();
    sums.join(" or ")
}
