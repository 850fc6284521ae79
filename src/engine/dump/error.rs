//! Why a database could not be saved or brought back.

use crate::database::{
    AnswerError, Failure, FailureKind, ListingError, MysqlAnswerError, ToolTooOld,
};
use crate::engine::database::DatabaseError;
use crate::host::{ExecError, Exit, PathError};

/// Why a database could not be saved or brought back.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// A file operation failed.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The database could not be asked.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A tool could not be run.
    #[error(transparent)]
    Exec(#[from] ExecError),
    /// The database's answer makes no sense.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// The database's answer makes no sense.
    #[error(transparent)]
    MysqlAnswer(#[from] MysqlAnswerError),
    /// The database is none that can be saved.
    #[error("the database cannot be saved: {why}")]
    Closed {
        /// Why not.
        why: String,
    },
    /// A tool is not there.
    #[error("the program {program} is not there; install {package}")]
    ToolMissing {
        /// Which.
        program: &'static str,
        /// What brings it.
        package: &'static str,
    },
    /// A tool does not say what it is.
    #[error("{program} does not tell its version")]
    NoBanner {
        /// Which.
        program: &'static str,
    },
    /// The database's server is newer than the tool.
    #[error(transparent)]
    TooOld(#[from] ToolTooOld),
    /// The role has no schema to make things in.
    #[error("the role has no schema in this database in which it could make anything")]
    NoSchema,
    /// The dump is of another schema.
    #[error("the dump holds the schema {dumped:?}, and this database's own schema is {here:?}")]
    OtherSchema {
        /// Of the dump.
        dumped: String,
        /// Of the database.
        here: String,
    },
    /// The dump is of another kind of database.
    #[error("the dump is one of a {dumped} database, and this is a {here} database")]
    OtherDriver {
        /// Of the dump.
        dumped: String,
        /// Of the database.
        here: &'static str,
    },
    /// Others need what would be taken away.
    #[error(
        "the database could not be brought back, because of what is built on the server's own tables, or beside them: {}",
        objects.join(", ")
    )]
    InTheWay {
        /// Which, each with its schema.
        objects: Vec<String>,
    },
    /// Others made what the server's user could not make again.
    #[error(
        "the database could not be brought back: its user may not make what runs with the rights of others: {}",
        objects.join(", ")
    )]
    NotOurs {
        /// Which objects, and whose.
        objects: Vec<String>,
    },
    /// A tool failed.
    #[error("{program} failed ({exit}): {}", reason(failure))]
    Failed {
        /// Which.
        program: &'static str,
        /// How it ended.
        exit: Exit,
        /// What it said.
        failure: Failure,
    },
    /// The dump is not complete.
    #[error("the dump is not complete")]
    Listing(#[from] ListingError),
    /// The dump is not complete.
    #[error("the dump is not complete: its last line is missing")]
    NoTrailer,
    /// The scratch database could not be made.
    #[error("a scratch database to bring the dump back into cannot be made: {0}")]
    NoScratch(Failure),
    /// The dump, brought back, is not what was saved.
    #[error("brought back on trial, the dump does not hold what the database holds: {}", tables.join(", "))]
    Differs {
        /// Which tables, and how.
        tables: Vec<String>,
    },
    /// The operator asked to stop.
    #[error("it was asked to stop")]
    Cancelled,
}

impl DumpError {
    /// Did a test stop the world here?
    #[must_use]
    pub fn is_crash(&self) -> bool {
        matches!(self, Self::Path(error) if error.is_crash())
    }
}

/// A failure of a kind that is known in its words, any other in those of the tool.
fn reason(failure: &Failure) -> String {
    match failure.kind {
        FailureKind::Other => failure.said.clone(),
        FailureKind::Unreachable
        | FailureKind::NotAcceptingYet
        | FailureKind::PasswordRefused
        | FailureKind::RoleMissing
        | FailureKind::NotAdmitted
        | FailureKind::DatabaseMissing
        | FailureKind::Encryption
        | FailureKind::TooManyConnections
        | FailureKind::NotPermitted => failure.to_string(),
    }
}
