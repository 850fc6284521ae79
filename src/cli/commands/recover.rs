//! `recover`.

use std::io;

use crate::cli::args::{Output, Target};
use crate::cli::call::Call;
use crate::cli::progress::Progress;
use crate::cli::{ending, hint, words};
use crate::engine::{OpenError, Outcome, StepError, Wish, find_open, recover, take_lock};
use crate::host::{Cancel, LockError};
use crate::model::{Ending, Failure, Finding, Report, Severity, TransactionId};

/// Finishes what an interrupted run left open.
pub(crate) fn run(
    target: &Target,
    wish: Wish,
    output: &Output,
    cancel: Cancel,
) -> io::Result<Report> {
    let mut progress = Progress::open(output)?;
    let (host, prefix) = match super::enter(target, cancel) {
        Ok(entered) => entered,
        Err(failure) => return Ok(super::refused("recover", *failure)),
    };
    let refuse = |error: &OpenError| {
        let mut report = Report::new("recover", ending::of_open(error));
        report.failure = Some(hint::for_open(error, &host, &prefix));
        report
    };
    let open = match find_open(&host, &prefix) {
        Ok(Some(open)) => open,
        Ok(None) => return Ok(Report::new("recover", Ending::NothingToDo)),
        Err(error) => return Ok(refuse(&error)),
    };
    let lock = match take_lock(&host, &prefix) {
        Ok(lock) => lock,
        Err(error) => return Ok(locked(&error)),
    };
    let result = recover(&host, &lock, &prefix, wish, &mut progress);
    drop(progress);
    Ok(match result {
        Err(error) => refuse(&error),
        // Whoever held the lock before has finished it.
        Ok(None) => Report::new("recover", Ending::NothingToDo),
        Ok(Some(outcome)) => describe(&open.id, &outcome, &hint::call(&host, &prefix)),
    })
}

fn describe(id: &TransactionId, outcome: &Outcome, call: &Call) -> Report {
    let (ending, failure) = match outcome {
        Outcome::Committed | Outcome::RolledBack { .. } => (Ending::Done, None),
        Outcome::CommittedWithRemainder { cause } => {
            (Ending::Remainder, Some(hint::left_after_commit(cause, call)))
        }
        Outcome::Stuck { undo: cause, .. } | Outcome::Unfinished { cause } => {
            (Ending::Stuck, Some(left(cause, call)))
        }
    };
    let mut report = Report::new("recover", ending);
    report.findings.extend(way(id, outcome));
    report.transaction = Some(id.clone());
    report.failure = failure;
    report
}

/// Which way an interrupted transaction went, for those that are closed now.
fn way(id: &TransactionId, outcome: &Outcome) -> Option<Finding> {
    let (code, text) = match outcome {
        Outcome::Committed => (
            "finished",
            format!(
                "the transaction {id} had been committed and was finished: its new state is in force"
            ),
        ),
        Outcome::RolledBack { .. } => (
            "rolled-back",
            format!(
                "the transaction {id} had not been committed and was rolled back: the host is as before it"
            ),
        ),
        Outcome::CommittedWithRemainder { .. }
        | Outcome::Stuck { .. }
        | Outcome::Unfinished { .. } => return None,
    };
    Some(Finding::new(Severity::Note, code, text))
}

fn left(cause: &StepError, call: &Call) -> Failure {
    Failure {
        what: words::chain(cause),
        now: "the transaction is still open".to_owned(),
        next: hint::for_open_step(cause, call),
    }
}

fn locked(error: &LockError) -> Report {
    let mut report = Report::new("recover", ending::of_lock(error));
    report.failure = Some(hint::for_lock(error));
    report
}
