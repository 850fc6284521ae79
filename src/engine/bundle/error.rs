//! Why a file is no bundle that may be used, and why none was made.

use std::path::PathBuf;

use crate::engine::acquire::AcquireError;
use crate::host::{PathError, PlainTarError};
use crate::model::Sha256Digest;
use crate::release::bundle::{Disagreement, INDEX_NAME, IndexError, MemberError, SUMS_NAME};
use crate::release::{CatalogError, SelectError};
use crate::upgrade::NoRoute;

/// Why a bundle is not opened.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// It cannot be read.
    #[error(transparent)]
    Path(#[from] PathError),
    /// It is no tar file of plain files.
    #[error(transparent)]
    Tar(#[from] PlainTarError),
    /// It is no bundle, damaged, or made up.
    #[error("{}: {fault}", path.display())]
    Fault {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        fault: BundleFault,
    },
}

/// What is wrong with a bundle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleFault {
    /// It is something else.
    #[error("no bundle of releases: it does not begin with `{INDEX_NAME}`")]
    Foreign,
    /// Its index cannot be read.
    #[error("its index is wrong: {0}")]
    Index(#[from] IndexError),
    /// Its part of the catalogue cannot be read.
    #[error("its part of the catalogue is wrong: {0}")]
    Catalog(#[from] CatalogError),
    /// A text is none.
    #[error("{name} is no text")]
    NoText {
        /// The member.
        name: String,
    },
    /// The index lists what is not there.
    #[error("{name} is in the index, but not in the bundle")]
    Missing {
        /// The member.
        name: String,
    },
    /// The index does not list what is there.
    #[error("{name} is in the bundle, but not in the index")]
    Extra {
        /// The member.
        name: String,
    },
    /// The members are not in the order of the index.
    #[error("{name} does not stand where the index has it")]
    Order {
        /// The first that does not.
        name: String,
    },
    /// A member is larger or smaller than the index says.
    #[error("{name} has {actual} bytes, but {expected} by the index")]
    Size {
        /// The member.
        name: String,
        /// What the index says.
        expected: u64,
        /// What it has.
        actual: u64,
    },
    /// A member is not what the index says.
    #[error("{name} is damaged: its SHA-256 digest is {actual}, but {expected} by the index")]
    Content {
        /// The member.
        name: String,
        /// What the index says.
        expected: Sha256Digest,
        /// What it is.
        actual: Sha256Digest,
    },
    /// The list of digests says something else than the index.
    #[error("{SUMS_NAME} says something else than the index")]
    Sums,
    /// Its archives are not what their names say.
    #[error(transparent)]
    Disagreement(#[from] Disagreement),
}

impl BundleError {
    /// Is it the bundle that is to blame?
    #[must_use]
    pub const fn is_artifact(&self) -> bool {
        matches!(self, Self::Fault { .. } | Self::Tar(PlainTarError::Fault { .. }))
    }
}

/// Why no bundle was made.
#[derive(Debug, thiserror::Error)]
pub enum CreateBundleError {
    /// There is something in its place.
    #[error("{} is there already", path.display())]
    Exists {
        /// The place.
        path: PathBuf,
    },
    /// The last version is not known.
    #[error(transparent)]
    Select(#[from] SelectError),
    /// No way leads there.
    #[error(transparent)]
    NoRoute(#[from] NoRoute),
    /// An archive was not got hold of.
    #[error(transparent)]
    Acquire(#[from] AcquireError),
    /// The archives are no bundle together.
    #[error("the archives are no bundle together: {0}")]
    Members(#[from] MemberError),
    /// The archives are not what their names say.
    #[error(transparent)]
    Disagreement(#[from] Disagreement),
    /// It cannot be written, or an archive cannot be read.
    #[error(transparent)]
    Path(#[from] PathError),
}

impl CreateBundleError {
    /// Is it an archive that is to blame?
    #[must_use]
    pub const fn is_artifact(&self) -> bool {
        match self {
            Self::Acquire(error) => error.is_artifact(),
            Self::Disagreement(_) => true,
            Self::Exists { .. }
            | Self::Select(_)
            | Self::NoRoute(_)
            | Self::Members(_)
            | Self::Path(_) => false,
        }
    }
}
