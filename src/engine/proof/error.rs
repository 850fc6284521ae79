//! Why a server is not proven.

use std::time::Duration;

use crate::host::{ExecError, HttpError, PathError, PortError, ProcessError, ServerError};
use crate::model::Version;
use crate::server::{ExitMeaning, Part};

/// Why a server is not proven.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// A file operation failed.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The server could not be started.
    #[error(transparent)]
    Exec(#[from] ExecError),
    /// The server could not be watched or stopped.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// A server left by an earlier run could not be stopped.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// No port could be found or looked at.
    #[error(transparent)]
    Port(#[from] PortError),
    /// Nothing could be asked.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// It ended instead of becoming ready.
    #[error("the server ended before it was ready ({exit}; {}): {last_words}", describe(*meaning))]
    Ended {
        /// How.
        exit: String,
        /// What that means.
        meaning: ExitMeaning,
        /// The gravest line that it logged, secrets masked.
        last_words: String,
    },
    /// It said something after which waiting is in vain.
    #[error("the server cannot start: {line}")]
    Hopeless {
        /// What it said, secrets masked.
        line: String,
    },
    /// It cannot reach its database.
    #[error("the server cannot reach its database: {line}")]
    NoDatabase {
        /// What it said, secrets masked.
        line: String,
    },
    /// It took too long.
    #[error("the server was not ready within {} s: {last_words}", within.as_secs())]
    TooSlow {
        /// The limit.
        within: Duration,
        /// The last line worth showing that it logged, secrets masked.
        last_words: String,
    },
    /// It answered as another release.
    #[error("the server answers as {} instead of {expected}", seen_or_unknown(seen.as_ref()))]
    WrongVersion {
        /// What was installed.
        expected: Version,
        /// What answered, if it named itself.
        seen: Option<Version>,
    },
    /// It answered that something is wrong, or not that all is well, to the end.
    #[error("the server is up, but does not report that all is well with {}", name_parts(parts))]
    Unhealthy {
        /// With what.
        parts: Vec<Part>,
    },
    /// Somebody else answered.
    #[error("the port {port} of the dark start is held by another process")]
    ForeignPort {
        /// The port.
        port: u16,
    },
    /// A server left by an earlier run does not end.
    #[error(
        "process {pid}, a server that an earlier run has left, does not end, not even when killed"
    )]
    Undying {
        /// Its number.
        pid: u32,
    },
    /// The operator asked to stop.
    #[error("it was asked to stop while the server was starting")]
    Cancelled,
}

const fn describe(meaning: ExitMeaning) -> &'static str {
    match meaning {
        ExitMeaning::Stopped => "it stopped by itself",
        ExitMeaning::StoppedOrNeverStarted => "it stopped, or never started",
        ExitMeaning::Failed => "it reports a failure",
        ExitMeaning::DatabaseUnreachable => "it could not reach its database",
        ExitMeaning::TablesNotCreated => "it could not create its tables",
        ExitMeaning::SchemaRefused => "it refuses the schema of its database",
        ExitMeaning::SchemaStepFailed => "a step of its schema upgrade failed",
        ExitMeaning::Crashed => "it crashed",
        ExitMeaning::Killed => "something killed it",
    }
}

fn seen_or_unknown(seen: Option<&Version>) -> String {
    seen.map_or_else(|| "something without a version".to_owned(), ToString::to_string)
}

pub(crate) fn name_parts(parts: &[Part]) -> String {
    let names: Vec<&str> = parts
        .iter()
        .map(|part| match part {
            Part::Server => "itself",
            Part::Database => "the database",
            Part::FileStore => "the file store",
        })
        .collect();
    names.join(" and ")
}
