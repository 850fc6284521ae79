//! Why an installation is not taken over. Advice is given elsewhere.

use std::path::PathBuf;

use crate::model::{Edition, RelPath, Release};

/// Why an installation is not taken over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdoptRefusal {
    /// Something is under a receipt already.
    #[error("{installed} is installed at {live} already, and {from} is another tree")]
    Installed {
        /// What is installed.
        installed: Release,
        /// The live path.
        live: RelPath,
        /// What was to be taken over.
        from: RelPath,
    },
    /// Another tree is in the way.
    #[error("there is something at {live} already, and it is not {from}")]
    LiveTaken {
        /// The live path.
        live: RelPath,
        /// What was to be taken over.
        from: RelPath,
    },
    /// There is no such tree.
    #[error("there is no directory {}", from.display())]
    NoDirectory {
        /// Where it was looked for.
        from: PathBuf,
    },
    /// It holds no server.
    #[error("{} holds no Mattermost server: there is neither bin/mattermost nor bin/platform in it", from.display())]
    NoServer {
        /// Where it was looked for.
        from: PathBuf,
    },
    /// It is a tree of mmembed's own.
    #[error("{} was made by mmembed: it is the tree of another application, or a retired one", from.display())]
    Ours {
        /// The tree.
        from: PathBuf,
    },
    /// It would have to be moved into itself.
    #[error("{from} holds {live}, and cannot be moved into itself")]
    Around {
        /// The tree.
        from: RelPath,
        /// The live path.
        live: RelPath,
    },
    /// What is mounted cannot be renamed.
    #[error("{} is a mount point, and {} cannot be renamed with it", mount.display(), from.display())]
    Mounted {
        /// The tree.
        from: PathBuf,
        /// What is mounted at it or below it.
        mount: PathBuf,
    },
    /// It could only be copied.
    #[error("{} and {} lie on different file systems: one cannot become the other by a rename", from.display(), live.display())]
    OtherFileSystem {
        /// The tree.
        from: PathBuf,
        /// The live path.
        live: PathBuf,
    },
    /// There is no configuration.
    #[error("there is no configuration at {}", path.display())]
    NoConfig {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The configuration lies elsewhere.
    #[error("{} is a symbolic link to {target}", path.display())]
    ConfigIsLink {
        /// The link.
        path: PathBuf,
        /// What it says.
        target: String,
    },
    /// A configuration in the tree has one name only.
    #[error(
        "{path} lies in the tree, which is replaced as a whole, and is not its config/config.json"
    )]
    ConfigInTree {
        /// What was named.
        path: RelPath,
    },
    /// GitLab's configuration stays GitLab's.
    #[error("{path} belongs to GitLab's package, and is left to it")]
    ConfigIsGitLabs {
        /// What was named.
        path: RelPath,
    },
    /// The server has no file to be configured by.
    #[error("the server that runs from {} is told by MM_CONFIG to take its configuration from no file", from.display())]
    ConfigIsNoFile {
        /// The tree.
        from: PathBuf,
    },
    /// Nobody tells the version.
    #[error("which version {} holds cannot be told: {why}", from.display())]
    UnknownVersion {
        /// The tree.
        from: PathBuf,
        /// What was tried.
        why: String,
    },
    /// Nobody tells the edition.
    #[error("whether {} holds the team or the enterprise edition cannot be told", from.display())]
    UnknownEdition {
        /// The tree.
        from: PathBuf,
    },
    /// Two witnesses disagree about the version.
    #[error("{one} says {said}, and {other} says {says}")]
    Contradiction {
        /// The first witness.
        one: &'static str,
        /// What it says.
        said: String,
        /// The second witness.
        other: &'static str,
        /// What it says.
        says: String,
    },
    /// Two witnesses disagree about the edition.
    #[error("{} is the {seen} edition, not the {stated} edition", from.display())]
    OtherEdition {
        /// The tree.
        from: PathBuf,
        /// What it is.
        seen: Edition,
        /// What it was said to be.
        stated: Edition,
    },
    /// GitLab's package has no tree that could be taken over.
    #[error(
        "{} is a part of GitLab's package, which holds no complete tree: the release {} is needed as an archive",
        from.display(),
        version.as_deref().unwrap_or("of the same version")
    )]
    NeedsArchive {
        /// The directory.
        from: PathBuf,
        /// The version, as the package tells it.
        version: Option<String>,
    },
}
