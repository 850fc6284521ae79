//! The error of every door to the file system: what was tried, on which path, and what the system said.

use std::io;
use std::path::{Path, PathBuf};

use super::meter::is_crash;

/// A file operation that failed.
#[derive(Debug, thiserror::Error)]
#[error("cannot {verb} {}", path.display())]
pub struct PathError {
    /// What was tried, as a verb: `read`, `create directory`, `rename`.
    pub verb: &'static str,
    /// On what.
    pub path: PathBuf,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

impl PathError {
    /// Did a test stop the world here?
    #[must_use]
    pub fn is_crash(&self) -> bool {
        is_crash(&self.source)
    }
}

/// Adds verb and path to a system error.
pub(crate) trait PathContext<T> {
    /// `verb` is what was tried, `path` what it was tried on.
    fn on(self, verb: &'static str, path: &Path) -> Result<T, PathError>;
}

impl<T, E: Into<io::Error>> PathContext<T> for Result<T, E> {
    fn on(self, verb: &'static str, path: &Path) -> Result<T, PathError> {
        self.map_err(|source| PathError { verb, path: path.to_owned(), source: source.into() })
    }
}
