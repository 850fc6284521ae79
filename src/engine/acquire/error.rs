//! Why there is no archive.

use std::path::PathBuf;

use crate::engine::bundle::BundleError;
use crate::host::{CacheError, FetchError, NetworkError, PathError};
use crate::model::{Machine, Release, ReleaseSelector, Sha256Digest};
use crate::release::{Age, SelectError};

/// Why no archive was got hold of, or none that may be used.
#[derive(Debug, thiserror::Error)]
pub enum AcquireError {
    /// The catalogue has no such release.
    #[error(transparent)]
    Select(#[from] SelectError),
    /// The catalogue is too old to know what is the newest, and the operator wants to be sure.
    #[error("{age}, so that which release is `{selector}` is not known")]
    Stale {
        /// How old it is.
        age: Age,
        /// What was wanted.
        selector: ReleaseSelector,
    },
    /// Nobody said for which platform, and there is none for this machine.
    #[error("Mattermost publishes no servers for this machine, {here}")]
    NoPlatform {
        /// What it is.
        here: Machine,
    },
    /// The operator states a digest that the release cannot have.
    #[error("{release} has the SHA-256 digest {}, not {stated}", listed(known))]
    OtherDigest {
        /// The release.
        release: Release,
        /// What was stated.
        stated: Sha256Digest,
        /// What was published.
        known: Vec<Sha256Digest>,
    },
    /// A file is not the archive that its name says.
    #[error(
        "{} is not the archive that was published under this name: its SHA-256 digest is {actual}, not {}",
        path.display(),
        listed(expected)
    )]
    WrongFile {
        /// The file.
        path: PathBuf,
        /// What was published.
        expected: Vec<Sha256Digest>,
        /// What it is.
        actual: Sha256Digest,
    },
    /// It is not told which release an address is of.
    #[error("the name of {url} does not tell which release it is")]
    Nameless {
        /// The address.
        url: String,
    },
    /// It is not in the bundle.
    #[error("{wanted} is not in {}, which has {contents}", bundle.display())]
    NotInBundle {
        /// What was wanted.
        wanted: String,
        /// The bundle.
        bundle: PathBuf,
        /// What is in it, in words.
        contents: String,
    },
    /// Something else than a version was named, and a bundle as well.
    #[error("{given} is no version, and only versions are taken from a bundle")]
    BesideBundle {
        /// What was named.
        given: String,
    },
    /// The bundle cannot be read any more.
    #[error(transparent)]
    Bundle(Box<BundleError>),
    /// It is not here, and nobody may be asked.
    #[error("the archive of {release} is not here, and nobody may be asked for it")]
    NotHere {
        /// Which one.
        release: Release,
    },
    /// No digest of it is known, and it is not signed.
    #[error("no SHA-256 digest of {release} was ever published, and no signature of it is there")]
    Unvouched {
        /// Which one.
        release: Release,
    },
    /// A signature is required, and there is none.
    #[error("no signature of {name} is to be had")]
    Unsigned {
        /// What the archive is called.
        name: String,
    },
    /// Its signature does not say that it is genuine.
    #[error("the signature of {name} does not count: {verdict}")]
    BadSignature {
        /// What the archive is called.
        name: String,
        /// What is wrong.
        verdict: String,
    },
    /// The archive cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The archive.
        path: PathBuf,
        /// What went wrong.
        #[source]
        source: std::io::Error,
    },
    /// A file operation failed.
    #[error(transparent)]
    Path(#[from] PathError),
    /// Nobody knows where to keep archives.
    #[error("there is no directory to keep archives and catalogues in: HOME is not set")]
    NoStore,
    /// The store cannot be used.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The network cannot be used.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// It could not be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
}

impl AcquireError {
    /// Is it the archive that is to blame?
    #[must_use]
    pub const fn is_artifact(&self) -> bool {
        if let Self::Bundle(error) = self {
            return error.is_artifact();
        }
        matches!(
            self,
            Self::WrongFile { .. }
                | Self::BadSignature { .. }
                | Self::Fetch(FetchError::WrongDigest { .. } | FetchError::TooLarge { .. })
        )
    }
}

fn listed(sums: &[Sha256Digest]) -> String {
    sums.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")
}
