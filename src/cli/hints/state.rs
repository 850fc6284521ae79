//! What to do about a host that cannot be worked on: its lock, its state, its environment, the log.

use crate::cli::answer::UNCHANGED;
use crate::cli::system;
use crate::cli::words::chain;
use crate::engine::{EnvironmentError, StateFileError};
use crate::host::{LockError, PathError};
use crate::model::Failure;

/// What is said cannot be written down where somebody wants it.
pub(crate) fn for_log_file(error: &PathError) -> Failure {
    Failure {
        what: format!("--log-file: {}", chain(error)),
        now: UNCHANGED.to_owned(),
        next: system::advice_and_again(error),
    }
}

/// What to do about a lock that was not taken.
pub(crate) fn for_lock(error: &LockError) -> Failure {
    let next = match error {
        LockError::Held { .. } => "wait for it to end, then try again".to_owned(),
        LockError::Path(error) => system::advice_and_again(error),
    };
    Failure { what: chain(error), now: UNCHANGED.to_owned(), next }
}

/// What to do about a state file that cannot be used.
pub(crate) fn for_state(error: &StateFileError) -> String {
    match error {
        StateFileError::Path(error) => system::advice_and_again(error),
        StateFileError::Foreign { .. } => {
            "use the version of mmembed that wrote the file, or restore it from a backup".to_owned()
        }
    }
}

/// What to do about an environment that is not known.
pub(crate) fn for_environment(error: &EnvironmentError) -> String {
    match error {
        EnvironmentError::Path(error) => system::advice_and_again(error),
        EnvironmentError::File { .. } => {
            "write a variable as NAME=value, one a line, then run the command again".to_owned()
        }
        EnvironmentError::Unit { .. } | EnvironmentError::Unreadable { .. } => {
            "run this as root, or give the environment with --env-file FILE".to_owned()
        }
        EnvironmentError::Forgotten { .. } => {
            "start the server first, or give the environment that it is started with by --env-file FILE; an empty file says \
             that there is none any more"
                .to_owned()
        }
    }
}
