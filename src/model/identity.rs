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
    /// Digest of the archive it came from.
    pub archive: Sha256Digest,
    /// The release's own content, sorted by path.
    pub entries: Vec<Entry>,
    /// Was that content taken from the tree itself, for want of the release's archive? Then a file that somebody has put among
    /// those of the release cannot be told from them, and a tree that gave way must not be removed unasked.
    #[serde(default)]
    pub assumed: bool,
}

impl TreeIdentity {
    /// The name of the identity file in its tree.
    pub const FILE: &'static str = ".mmembed-tree.json";

    /// The name under which the release's own configuration is kept in its tree, as it was shipped.
    pub const SHIPPED_CONFIG: &'static str = ".mmembed-shipped-config.json";
}
