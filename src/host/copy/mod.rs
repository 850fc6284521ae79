//! Copies a directory faithfully to another file system, or beside itself, and compares two directories.
//! It never follows a symlink, never leaves the file system of either side, and never changes the source.
//!
//! What is kept: kinds, content, owners (as root), modes, extended attributes with ACLs, modification times to the
//! nanosecond, the targets of symlinks, hard links within the tree. What is not: holes in files, extended attributes of
//! symlinks, file flags (`chattr`), times of creation and change.

mod attributes;
mod content;
mod directory;
mod listing;
mod report;
mod same;
mod tree;

pub(super) use attributes::all_xattrs;
pub(super) use content::append;
pub use directory::Special;
pub use listing::list_tree;
pub use report::{CopyError, CopyNote, CopyReport, Lost};
pub use same::{Aspect, CompareError, same_tree};
pub use tree::{Means, copy_tree, duplicate_tree};

#[cfg(test)]
mod tests;
