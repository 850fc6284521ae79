//! Why there is no plan: what is there is not the command's to change, or was not asked for in so many words.
//! Advice is given elsewhere.

use crate::model::{Owner, PlaceName, RelPath, Release};

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Another release is installed.
    #[error("{installed} is installed here; `install` does not change the release")]
    OtherRelease {
        /// What is installed.
        installed: Release,
    },
    /// Nothing is installed.
    #[error("nothing is installed at {live}")]
    NotInstalled {
        /// The live path.
        live: RelPath,
    },
    /// It would go back to an older version.
    #[error("{wanted} is older than {installed}, which is installed here")]
    Downgrade {
        /// What is installed.
        installed: Release,
        /// What was asked for.
        wanted: Release,
    },
    /// It would change the edition.
    #[error("{installed} is installed here, and {wanted} is another edition")]
    OtherEdition {
        /// What is installed.
        installed: Release,
        /// What was asked for.
        wanted: Release,
    },
    /// The same version is installed from an archive with other bytes.
    #[error("{installed} is installed here from another archive (SHA-256 {sha256})")]
    OtherArchive {
        /// What is installed.
        installed: Release,
        /// From what.
        sha256: String,
    },
    /// There is a tree that mmembed did not put there.
    #[error("there is a tree at {live} that mmembed did not install")]
    ForeignTree {
        /// The live path.
        live: RelPath,
    },
    /// The receipt tells of a tree that is gone.
    #[error("the receipt says that {installed} is installed, but there is no tree at {live}")]
    TreeIsGone {
        /// What the receipt says.
        installed: Release,
        /// The live path.
        live: RelPath,
    },
    /// The owner of the tree is fixed when it is unpacked.
    #[error("the tree belongs to {now}; `install` does not change that to {wanted}")]
    OtherOwner {
        /// Whose it is.
        now: Owner,
        /// Whose it was asked to be.
        wanted: Owner,
    },
    /// The configuration file cannot be moved by an installation.
    #[error("the configuration is kept at {now}; `install` does not move it to {wanted}")]
    OtherConfigFile {
        /// Where it is.
        now: RelPath,
        /// Where it was asked to be.
        wanted: RelPath,
    },
    /// The configuration is gone.
    #[error("there is no configuration at {path} any more")]
    ConfigIsGone {
        /// Where it was.
        path: RelPath,
    },
    /// Something that is no directory is in the way.
    #[error("{path} is needed as a directory, and something else is there")]
    NoDirectory {
        /// Where.
        path: RelPath,
    },
    /// Two mutable directories would lie in one another, or did.
    #[error("{name} cannot be at {path}: that is in, around or the same as {other}")]
    PlacesOverlap {
        /// Which place.
        name: String,
        /// Where it was asked to be.
        path: RelPath,
        /// What is there already or shall be.
        other: RelPath,
    },
    /// A mutable directory was moved since the backup was made.
    #[error("{name} is kept elsewhere now than when the backup was made")]
    PlaceMoved {
        /// Which one.
        name: PlaceName,
    },
    /// A place is taken.
    #[error("{name} cannot be moved to {to}: something is there already")]
    PlaceTaken {
        /// Which place.
        name: String,
        /// Where it was asked to be.
        to: RelPath,
    },
}
