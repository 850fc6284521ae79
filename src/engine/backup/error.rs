//! Why a backup could not be made, read or trusted.

use std::path::PathBuf;

use crate::engine::dump::DumpError;
use crate::engine::open::OpenError;
use crate::engine::server_environment::EnvironmentError;
use crate::engine::state_files::StateFileError;
use crate::engine::steps::ConfigureError;
use crate::host::{CopyError, PathError};
use crate::model::{BackupId, ManifestError, TransactionId};

/// Why a backup could not be made, read or trusted.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file operation failed.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A state file cannot be used.
    #[error(transparent)]
    State(#[from] StateFileError),
    /// The configuration cannot be used.
    #[error(transparent)]
    Configure(#[from] ConfigureError),
    /// The database could not be saved.
    #[error(transparent)]
    Dump(#[from] DumpError),
    /// The environment of the server is not known.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// A directory could not be copied.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// The transactions cannot be looked at.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A transaction is open: what is on the host now is neither its old state nor its new one.
    #[error("the transaction {id} was interrupted and is still open")]
    Interrupted {
        /// Which.
        id: TransactionId,
    },
    /// Nothing is installed.
    #[error("nothing is installed here by mmembed")]
    NotInstalled,
    /// There is no such backup.
    #[error("there is no backup {id}")]
    Unknown {
        /// Its name.
        id: BackupId,
    },
    /// It has no database.
    #[error("the backup {id} was made without the database")]
    NoDatabase {
        /// Its name.
        id: BackupId,
    },
    /// It was never finished.
    #[error("the backup {id} was never finished")]
    Unfinished {
        /// Its name.
        id: BackupId,
    },
    /// Its manifest cannot be used.
    #[error("{} cannot be used", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// Why not.
        #[source]
        source: ManifestError,
    },
    /// It is not as it was when it was finished.
    #[error("the backup {id} is damaged: {}", faults.join("; "))]
    Damaged {
        /// Its name.
        id: BackupId,
        /// What is wrong.
        faults: Vec<String>,
    },
}

impl BackupError {
    /// Did a test stop the world here?
    #[must_use]
    pub fn is_crash(&self) -> bool {
        match self {
            Self::Path(error)
            | Self::Configure(ConfigureError::Path(error))
            | Self::State(StateFileError::Path(error)) => error.is_crash(),
            Self::Dump(error) => error.is_crash(),
            Self::Copy(error) => error.is_crash(),
            Self::State(_)
            | Self::Configure(_)
            | Self::Open(_)
            | Self::Environment(_)
            | Self::Interrupted { .. }
            | Self::NotInstalled
            | Self::Unknown { .. }
            | Self::NoDatabase { .. }
            | Self::Unfinished { .. }
            | Self::Manifest { .. }
            | Self::Damaged { .. } => false,
        }
    }

    /// Did the operator ask to stop?
    #[must_use]
    pub const fn is_cancelled(&self) -> bool {
        matches!(self, Self::Dump(DumpError::Cancelled))
    }
}
