//! A dump of the database that the operator has made, as far as it can be told from outside.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::host::{PathError, open_outside, size_outside};
use crate::model::{Finding, Severity};

/// How the custom format of `pg_dump` begins.
const CUSTOM: &[u8] = b"PGDMP";

/// Why a dump cannot be counted on.
#[derive(Debug, thiserror::Error)]
pub enum OwnDumpError {
    /// It cannot be looked at.
    #[error(transparent)]
    Path(#[from] PathError),
    /// It cannot be read.
    #[error("{} cannot be read", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Nothing is in it.
    #[error("{} is empty", path.display())]
    Empty {
        /// Which.
        path: PathBuf,
    },
}

/// Looks at it. What is in it is for whoever has made it to know; nothing of a chain is ever brought back from it by itself.
///
/// # Errors
/// [`OwnDumpError`].
pub fn look_at_dump(path: &Path) -> Result<Finding, OwnDumpError> {
    let size = size_outside(path)?;
    if size == 0 {
        return Err(OwnDumpError::Empty { path: path.to_owned() });
    }
    let mut head = Vec::new();
    let read = open_outside(path)?.take(CUSTOM.len() as u64).read_to_end(&mut head);
    read.map_err(|source| OwnDumpError::Read { path: path.to_owned(), source })?;
    let kind = if head == CUSTOM { "a dump in the custom format of pg_dump" } else { "a file" };
    let shown = path.display();
    let text = format!(
        "no database is saved: {shown}, {kind} of {size} bytes, is all there is of it, and what was done since is not in it"
    );
    let advice = "a hop that fails after its server was started leaves the database as that server has left it: you \
                  would have to bring it back by hand";
    Ok(Finding::new(Severity::Warning, "own-dump", text).advise(advice))
}
