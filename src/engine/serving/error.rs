//! Why a server could not be stopped, or does not serve.

use crate::engine::proof::ProofError;
use crate::host::{PathError, ServiceError};
use crate::model::{Service, Version};

/// Why a server could not be stopped, or does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServingError {
    /// A file operation failed.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The service did not do as it was told.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// Nothing could be asked.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// Something runs from the tree, and nobody was named who could stop it.
    #[error("process {pid} ({program}) runs from the tree{}", by(unit.as_deref()))]
    NobodyToAsk {
        /// Its number.
        pid: u32,
        /// Its program and what of its words may be shown.
        program: String,
        /// The systemd unit that it belongs to.
        unit: Option<String>,
    },
    /// Something still runs from the tree.
    #[error(
        "process {pid} ({program}) still runs from the tree, although {service} was told to stop it"
    )]
    StillRunning {
        /// Its number.
        pid: u32,
        /// Its program and what of its words may be shown.
        program: String,
        /// The systemd unit that it belongs to.
        unit: Option<String>,
        /// Who was told to stop it.
        service: Service,
    },
    /// Nothing is seen to run from the tree, but its service disagrees.
    #[error("{service} was told to stop, and says that it still runs")]
    StillUp {
        /// Who was told.
        service: Service,
    },
    /// Somebody is still connected to the database as the server.
    #[error(
        "the database is still in use: {sessions} sessions of the server's own role are left ({clients})"
    )]
    DatabaseInUse {
        /// How many.
        sessions: u64,
        /// What they call themselves, and where they come from.
        clients: String,
    },
    /// The server was started anew with another environment since the transaction began.
    #[error("the server runs with another environment than when this began: {}", names.join(", "))]
    OtherEnvironment {
        /// The variables that differ.
        names: Vec<&'static str>,
    },
    /// It was started, and does not answer as it should.
    #[error(
        "the server was started by {service} and does not serve as {expected} at {address}: {answer}"
    )]
    NotServing {
        /// By whom.
        service: Service,
        /// As what it should answer.
        expected: Version,
        /// Where it was asked.
        address: String,
        /// What came last.
        answer: String,
    },
    /// The operator asked to stop.
    #[error("it was asked to stop")]
    Cancelled,
}

impl ServingError {
    /// Did a test stop the world here?
    pub(crate) fn is_crash(&self) -> bool {
        let (Self::Path(error) | Self::Proof(ProofError::Path(error))) = self else {
            return false;
        };
        error.is_crash()
    }
}

fn by(unit: Option<&str>) -> String {
    unit.map(|unit| format!(", by the systemd unit {unit}")).unwrap_or_default()
}
