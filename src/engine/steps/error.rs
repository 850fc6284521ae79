//! Why a step could not be performed or undone.

use crate::engine::journal_file::JournalError;
use crate::host::PathError;

/// Why a step could not be performed or undone.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// A file operation failed.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The journal could not be written.
    #[error(transparent)]
    Journal(JournalError),
    /// The operator asked to stop.
    #[error("it was asked to stop")]
    Cancelled,
}

impl StepError {
    /// Did a test stop the world here?
    #[must_use]
    pub fn is_crash(&self) -> bool {
        match self {
            Self::Path(error) => error.is_crash(),
            Self::Journal(error) => error.is_crash(),
            Self::Cancelled => false,
        }
    }
}
