//! `recover`.

use std::io;

use crate::cli::args::{ClusterArgs, Output, Target};
use crate::cli::call::Call;
use crate::cli::progress::Progress;
use crate::cli::{ending, hints, words};
use crate::engine::{
    OpenError, Outcome, Reporter, StepError, Wish, find_open, finish_open, read_chain,
    read_receipt, recover, take_lock,
};
use crate::host::{Cancel, Host, LockError};
use crate::model::{Ending, Failure, Finding, Prefix, Report, Severity, TransactionId};

/// Finishes what an interrupted run left open: a transaction, and the chain that it was part of.
pub(crate) fn run(
    (target, cluster): (&Target, &ClusterArgs),
    wish: Wish,
    output: &Output,
    cancel: Cancel,
) -> io::Result<Report> {
    let mut progress = Progress::open(output)?;
    let (host, prefix) = match super::enter(target, cancel) {
        Ok((host, prefix)) => (cluster.on(host), prefix),
        Err(failure) => return Ok(super::refused("recover", *failure)),
    };
    let recovered = recovered(&host, &prefix, wish, &mut progress);
    drop(progress);
    Ok(recovered.unwrap_or_else(|report| *report))
}

fn recovered(
    host: &Host,
    prefix: &Prefix,
    wish: Wish,
    reporter: &mut dyn Reporter,
) -> Result<Report, Box<Report>> {
    let refuse = |error: &OpenError| {
        let mut report = Report::new("recover", ending::of_open(error));
        report.failure = Some(hints::for_open(error, host, prefix));
        Box::new(report)
    };
    let open = find_open(host, prefix).map_err(|error| refuse(&error))?;
    let chain = read_chain(host, prefix);
    if open.is_none() && matches!(chain, Ok(None)) {
        return Ok(Report::new("recover", Ending::NothingToDo));
    }
    let lock = take_lock(host, prefix).map_err(|error| Box::new(locked(&error)))?;
    let outcome = recover(host, &lock, prefix, wish, reporter).map_err(|error| refuse(&error))?;
    let mut report = match (open, outcome) {
        (Some(open), Some(outcome)) => describe(&open.id, &outcome, &Call::of(host, prefix)),
        // Whoever held the lock before has finished it, or only a chain is left.
        (_, _) => Report::new("recover", Ending::NothingToDo),
    };
    if report.failure.is_some() || matches!(chain, Ok(None)) {
        return Ok(report);
    }
    match finish_open(host, &lock, prefix, wish, reporter) {
        Ok(()) => Ok(closed(report, host, prefix)),
        Err(error) => {
            report.ending = ending::of_undertaking(&error);
            let failure = hints::for_undertaking(&error, host, prefix, None);
            report.failure = Some(Failure { now: hints::still_open(host, prefix), ..failure });
            Err(Box::new(report))
        }
    }
}

/// A chain is over.
fn closed(mut report: Report, host: &Host, prefix: &Prefix) -> Report {
    report.release = read_receipt(host, prefix).ok().flatten().map(|receipt| receipt.release);
    let release =
        report.release.as_ref().map_or_else(String::new, |it| format!("{it} is in force, and "));
    let text = format!(
        "the chain that was interrupted is over: {release}its server was let out if one served before"
    );
    report.findings.push(Finding::new(Severity::Note, "chain-closed", text));
    report.ending = Ending::Done;
    report
}

fn describe(id: &TransactionId, outcome: &Outcome, call: &Call) -> Report {
    let (ending, failure) = match outcome {
        Outcome::Committed | Outcome::RolledBack { .. } => (Ending::Done, None),
        Outcome::CommittedWithRemainder { cause } => {
            (Ending::Remainder, Some(hints::left_after_commit(cause, call)))
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
        next: hints::for_open_step(cause, call),
    }
}

fn locked(error: &LockError) -> Report {
    let mut report = Report::new("recover", ending::of_lock(error));
    report.failure = Some(hints::for_lock(error));
    report
}
