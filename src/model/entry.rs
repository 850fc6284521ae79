//! One file, directory or link of a release tree, as the release's own list names it.
//! Nothing is looked up on a disk here.

use serde::{Deserialize, Serialize};

use super::{RelPath, Sha256Digest};

/// One member of a release tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Where it lies below the top directory of the release; never that directory itself.
    pub path: RelPath,
    /// What it is.
    pub kind: EntryKind,
}

/// What a member of a release tree is. A release holds nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// A regular file.
    File {
        /// Its length in bytes.
        size: u64,
        /// The digest of its bytes.
        sha256: Sha256Digest,
        /// May its owner run it?
        executable: bool,
    },
    /// A directory.
    Directory,
    /// A relative link to another member of the same tree.
    Symlink {
        /// The text of the link, byte for byte as the archive has it.
        target: String,
    },
}
