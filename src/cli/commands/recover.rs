//! `recover`.

use std::io;

use crate::cli::args::{Output, Target};
use crate::cli::progress::Progress;
use crate::cli::{hint, words};
use crate::engine::{Outcome, Wish, find_open, recover, take_lock};
use crate::host::{Cancel, LockError};
use crate::model::{Ending, Failure, Report};

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
    let open = match find_open(&host, &prefix) {
        Ok(Some(open)) => open,
        Ok(None) => return Ok(Report::new("recover", Ending::NothingToDo)),
        Err(error) => {
            let mut report = Report::new("recover", Ending::Stuck);
            report.failure = Some(hint::for_open(&error, &host, &prefix));
            return Ok(report);
        }
    };
    let lock = match take_lock(&host, &prefix) {
        Ok(lock) => lock,
        Err(error) => return Ok(locked(&error)),
    };
    let result = recover(&host, &lock, &prefix, wish, &mut progress);
    drop(progress);
    let (ending, failure) = match result {
        Ok(None | Some(Outcome::Committed | Outcome::RolledBack { .. })) => (Ending::Done, None),
        Ok(Some(Outcome::CommittedWithRemainder { cause })) => {
            (Ending::Remainder, Some(left(words::chain(&cause), target)))
        }
        Ok(Some(Outcome::Stuck { undo: cause, .. } | Outcome::Unfinished { cause })) => {
            (Ending::Stuck, Some(left(words::chain(&cause), target)))
        }
        Err(error) => (Ending::Stuck, Some(hint::for_open(&error, &host, &prefix))),
    };
    let mut report = Report::new("recover", ending);
    report.transaction = Some(open.id);
    report.failure = failure;
    Ok(report)
}

fn left(what: String, target: &Target) -> Failure {
    Failure {
        what,
        now: "the transaction is still open".to_owned(),
        next: format!(
            "remove the cause, then run `mmembed recover --app {} --retry`",
            target.app
        ),
    }
}

fn locked(error: &LockError) -> Report {
    let mut report = Report::new("recover", Ending::Locked);
    report.failure = Some(Failure {
        what: words::chain(error),
        now: hint::UNCHANGED.to_owned(),
        next: "wait for it to end, then try again".to_owned(),
    });
    report
}
