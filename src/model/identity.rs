//! The identity of a tree: which release it is, who unpacked it, and every file that the release brought.
//! It lies in the tree itself and travels with it.

use serde::{Deserialize, Serialize};

use super::digest::Sha256Digest;
use super::entry::Entry;
use super::release::Release;
use super::transaction::TransactionId;

/// The form of the identity file.
pub const IDENTITY_SCHEMA: u32 = 1;

/// What a tree is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeIdentity {
    /// [`IDENTITY_SCHEMA`] of the tool that wrote it.
    pub schema: u32,
    /// The transaction that unpacked it.
    pub transaction: TransactionId,
    /// The release.
    pub release: Release,
    /// Digest of the archive it came from; `None` where that is not known.
    pub archive: Option<Sha256Digest>,
    /// The release's own content, sorted by path.
    pub entries: Vec<Entry>,
    /// Was the content concluded from a tree that was found, because its archive was not at hand?
    ///
    /// Then what somebody else has put among the release's own files counts as the release's, and what the release brought
    /// under an unusual name as the site's. **Such a tree must never be removed unasked, not even once it is retired**:
    /// it may hold the only copy of something that nobody knew to carry on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub assumed: bool,
}

impl TreeIdentity {
    /// The name of the identity file in its tree.
    pub const FILE: &'static str = ".mmembed-tree.json";

    /// The name under which the release's own configuration is kept in its tree, as it was shipped.
    pub const SHIPPED_CONFIG: &'static str = ".mmembed-shipped-config.json";
}
