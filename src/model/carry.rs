//! What moves from one tree to the next.
//! Nothing is moved here.

use serde::{Deserialize, Serialize};

use super::relpath::RelPath;

/// From which tree to which, and what is known beforehand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carry {
    /// The live tree.
    pub from: RelPath,
    /// The staged tree.
    pub to: RelPath,
    /// The mutable directories that are kept in the tree, below it.
    pub in_tree: Vec<RelPath>,
    /// What was seen in the live tree that its release did not bring, below it.
    pub expected: Vec<RelPath>,
}
