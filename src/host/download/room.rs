//! Whether there is room for what is still to come.
//! A disk that fills up meanwhile is told by the system.

use super::error::FetchError;
use super::partial::Partial;
use crate::host::error::PathContext;

/// Refuses what cannot fit into the cache.
pub(super) fn require(partial: &Partial<'_>, needed: u64) -> Result<(), FetchError> {
    let tree = partial.tree();
    let directory = tree.directory(&crate::model::RelPath::here())?;
    let seen = rustix::fs::fstatvfs(directory).on("look at the file system of", tree.root())?;
    let free = seen.f_bavail.saturating_mul(seen.f_frsize);
    if needed <= free {
        return Ok(());
    }
    Err(FetchError::NoRoom { path: tree.root().to_owned(), needed, free })
}
