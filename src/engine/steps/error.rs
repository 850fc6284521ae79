//! Why a step could not be performed or undone.

use super::activate::ActivateError;
use super::carry_list::CarryError;
use super::configure::ConfigureError;
use super::confirm::ConfirmError;
use super::hooks::HooksError;
use super::identify::IdentifyError;
use super::inherit::InheritError;
use super::prove::AcceptError;
use super::relocate::RelocationError;
use super::take_over::TakeOverError;
use crate::engine::backup::BackupError;
use crate::engine::gather::GatherError;
use crate::engine::journal_file::JournalError;
use crate::engine::proof::ProofError;
use crate::engine::serving::ServingError;
use crate::engine::state_files::StateFileError;
use crate::host::PathError;
use crate::host::unpack::UnpackError;

/// Why a step could not be performed or undone.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// A file operation failed.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A state file cannot be used.
    #[error(transparent)]
    State(#[from] StateFileError),
    /// The journal could not be written.
    #[error(transparent)]
    Journal(JournalError),
    /// The archive could not be unpacked.
    #[error(transparent)]
    Unpack(#[from] UnpackError),
    /// The tree is not the release it is said to be.
    #[error(transparent)]
    Confirm(#[from] ConfirmError),
    /// The configuration could not be merged.
    #[error(transparent)]
    Configure(#[from] ConfigureError),
    /// A tree could not be identified.
    #[error(transparent)]
    Identify(#[from] IdentifyError),
    /// A tree could not be taken over.
    #[error(transparent)]
    TakeOver(#[from] TakeOverError),
    /// The settings of a server could not be gathered.
    #[error(transparent)]
    Gather(#[from] GatherError),
    /// The backup could not be made.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// A directory could not be copied.
    #[error(transparent)]
    Relocation(#[from] RelocationError),
    /// A tree could not be activated.
    #[error(transparent)]
    Activate(#[from] ActivateError),
    /// What lives in a tree could not be carried to the next one.
    #[error(transparent)]
    Carry(#[from] CarryError),
    /// The next tree cannot get what the live one has.
    #[error(transparent)]
    Inherit(#[from] InheritError),
    /// What the server did is not acceptable.
    #[error(transparent)]
    Accept(#[from] AcceptError),
    /// The server is not proven.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The server could not be stopped, or does not serve.
    #[error(transparent)]
    Serving(ServingError),
    /// The operator's hooks.
    #[error(transparent)]
    Hooks(#[from] HooksError),
    /// The operator asked to stop.
    #[error("it was asked to stop")]
    Cancelled,
}

impl From<ServingError> for StepError {
    fn from(error: ServingError) -> Self {
        if matches!(error, ServingError::Cancelled) {
            return Self::Cancelled;
        }
        Self::Serving(error)
    }
}

impl StepError {
    /// Did a test stop the world here?
    #[must_use]
    pub fn is_crash(&self) -> bool {
        match self {
            Self::Path(error)
            | Self::State(StateFileError::Path(error))
            | Self::Configure(ConfigureError::Path(error))
            | Self::Proof(ProofError::Path(error)) => error.is_crash(),
            Self::Journal(error) => error.is_crash(),
            Self::Unpack(error) => error.is_crash(),
            Self::Confirm(error) => error.is_crash(),
            Self::Gather(error) => error.path().is_some_and(PathError::is_crash),
            Self::Backup(error) => error.is_crash(),
            Self::Relocation(error) => error.is_crash(),
            Self::Carry(error) => error.is_crash(),
            Self::Accept(error) => error.is_crash(),
            Self::Serving(error) => error.is_crash(),
            Self::State(_)
            | Self::Hooks(_)
            | Self::Configure(_)
            | Self::Proof(_)
            | Self::Activate(_)
            | Self::Inherit(_)
            | Self::Identify(_)
            | Self::TakeOver(_)
            | Self::Cancelled => false,
        }
    }
}
