//! What a chain comes to.

use crate::cli::answer::{Refusal, failure};
use crate::cli::exit::Exit;
use crate::cli::words::chain;
use crate::cli::{ending, hints, system};
use crate::engine::{Closed, Halt, Outcome, UndertakeError, Walk, read_chain, read_receipt};
use crate::host::Host;
use crate::model::{Ending, Failure, Finding, HopEnding, Prefix, Report, UpgradePath};
use crate::planning::join_findings;

/// What a walk comes to.
pub(super) fn walked(walk: Walk, before: Vec<Finding>, host: &Host, prefix: &Prefix) -> Report {
    let Walk { halt, report: walked, findings, closed } = walk;
    let made = walked.iter().flat_map(|it| &it.hops).any(|it| it.ending == HopEnding::Committed);
    let is_back = matches!(&closed, Ok(Some(Closed { went_back: true, .. })));
    let (ending, failure) = told(&halt, made && !is_back, host, prefix);
    let mut report = Report::new("upgrade", ending);
    report.failure = failure;
    report.findings = join_findings(before, join_findings(findings, refusing(&halt)));
    if let Halt::Failed { plan, .. } = &halt {
        report.transaction = Some(plan.id.clone());
    } else if let Halt::Forbidden(path) = halt {
        report.path = Some(path);
    }
    let receipt = read_receipt(host, prefix).ok().flatten();
    report.walk = walked.map(Box::new);
    if let Some(receipt) = &receipt {
        report.release = Some(receipt.release.clone());
        report.proof.clone_from(&receipt.proof);
        let proven = match receipt.proof {
            Some(_) => "was proven, and serves if a server served before",
            None => "was never started here",
        };
        let now = |text: &str| {
            text.replace("{release}", &receipt.release.to_string()).replace("{proven}", proven)
        };
        if let Some(failure) = &mut report.failure {
            failure.now = now(&failure.now);
        }
    }
    if is_back {
        report = gone_back(report);
    }
    in_the_dark(left_over(report, &closed, host, prefix), host, prefix)
}

/// The way ended where it began, whatever ended it.
fn gone_back(mut report: Report) -> Report {
    let release = report.release.as_ref().map(ToString::to_string).unwrap_or_default();
    let what = "a hop had left the database between two releases".to_owned();
    let failure = report.failure.take().unwrap_or(Failure {
        what,
        now: String::new(),
        next: "run the same command again".to_owned(),
    });
    let now = format!(
        "everything went back to {release}, when the database was saved: tree, settings and database; it serves if a server \
         served before"
    );
    if report.ending != Ending::ArtifactRefused {
        report.ending = Ending::RolledBack;
    }
    report.failure = Some(Failure { now, ..failure });
    report
}

/// A chain that is still on record has stopped its server.
fn in_the_dark(mut report: Report, host: &Host, prefix: &Prefix) -> Report {
    let is_open = matches!(read_chain(host, prefix), Ok(Some(record)) if record.serving);
    if let Some(failure) =
        report.failure.as_mut().filter(|_| is_open && report.ending != Ending::Locked)
    {
        let open = hints::still_open(host, prefix);
        if failure.now != open {
            failure.now = format!("{}; {open}", failure.now);
        }
    }
    report
}

fn refusing(halt: &Halt) -> Vec<Finding> {
    if let Halt::Refused { findings, .. } = halt { findings.clone() } else { Vec::new() }
}

/// What the halt is called, and what is said about it. `made`: hops were made, and stay.
fn told(halt: &Halt, made: bool, host: &Host, prefix: &Prefix) -> (Ending, Option<Failure>) {
    let usual = |(exit, failure): Refusal| {
        let ending = if exit == Exit::Artifact { Ending::ArtifactRefused } else { Ending::Refused };
        (ending, Some(failure))
    };
    let (ending, failure) = match halt {
        Halt::Arrived => return (Ending::Done, None),
        Halt::NothingToDo(_) => return (Ending::NothingToDo, None),
        Halt::StoppedAfter => {
            return (if made { Ending::Done } else { Ending::NothingToDo }, None);
        }
        Halt::OutOfTime => {
            let what = "it is too late for the next hop: --until-time has passed";
            (
                Ending::Refused,
                Some(failure(what.to_owned(), "run the same command again at another time")),
            )
        }
        Halt::Cancelled => {
            let what = "it was asked to stop between two hops";
            (
                Ending::RolledBack,
                Some(failure(what.to_owned(), "run the same command again to go on")),
            )
        }
        Halt::NoRoute(error) => (Ending::Refused, Some(hints::for_no_route(error))),
        Halt::Acquire(error) => usual(hints::for_acquire(error)),
        Halt::Resolve(error) => {
            (Ending::Refused, Some(failure(chain(&**error), &hints::for_resolve_upgrade(error))))
        }
        Halt::Undertake(error) => {
            (ending::of_undertaking(error), Some(hints::for_undertaking(error, host, prefix, None)))
        }
        Halt::Foresee(error) => {
            (Ending::Refused, Some(failure(chain(&**error), system::advice(&**error))))
        }
        Halt::Forbidden(path) => (Ending::Refused, Some(forbidden(path.all_findings(), "the way"))),
        Halt::Refused { findings, .. } => {
            (Ending::Refused, Some(forbidden(findings.iter(), "the next hop")))
        }
        Halt::Failed { plan, outcome } => {
            let ending = ending::of_outcome(outcome);
            (ending, hints::for_outcome(outcome, host, plan))
        }
    };
    if !made || matches!(ending, Ending::Stuck | Ending::Remainder | Ending::Locked) {
        return (ending, failure);
    }
    (Ending::Halted, failure.map(half_way))
}

fn forbidden<'f>(findings: impl Iterator<Item = &'f Finding>, what: &str) -> Failure {
    let count = findings.filter(|finding| finding.is_fatal()).count();
    let noun = if count == 1 { "finding forbids" } else { "findings forbid" };
    let next = "mend what is marked fatal above, then run the same command again";
    failure(format!("{count} {noun} {what}"), next)
}

/// What a plan comes to.
pub(super) fn planned(
    command: &'static str,
    planned: Result<UpgradePath, Halt>,
    before: Vec<Finding>,
    host: &Host,
    prefix: &Prefix,
) -> Report {
    let (path, (ending, failure)) = match planned {
        Ok(path) if path.all_findings().any(Finding::is_fatal) => {
            let failure = forbidden(path.all_findings(), "the way");
            (Some(path), (Ending::Refused, Some(failure)))
        }
        Ok(path) => (Some(path), (Ending::Pending, None)),
        Err(halt) => (None, told(&halt, false, host, prefix)),
    };
    let mut report = Report::new(command, ending);
    let receipt = read_receipt(host, prefix).ok().flatten();
    report.release = receipt.map(|receipt| receipt.release);
    report.path = path.map(Box::new);
    report.findings = before;
    report.failure = failure;
    report
}

/// The hops that were made stay.
fn half_way(failure: Failure) -> Failure {
    let Failure { what, next, .. } = failure;
    let now = "{release} is in force, {proven}".to_owned();
    Failure { what, now, next: format!("{next}; the same command goes on from there") }
}

/// What could not be let out of the dark is worse than what ended the walk.
fn left_over(
    mut report: Report,
    closed: &Result<Option<Closed>, Box<UndertakeError>>,
    host: &Host,
    prefix: &Prefix,
) -> Report {
    let Some((ending, failure)) = unended(closed, host, prefix) else {
        return report;
    };
    report.ending = ending;
    report.failure = match (report.failure.take(), failure) {
        (Some(first), Some(second)) => {
            Some(Failure { what: format!("{}; and then {}", first.what, second.what), ..second })
        }
        (first, second) => second.or(first),
    };
    report
}

/// Why a chain could not be ended, if it could not.
fn unended(
    closed: &Result<Option<Closed>, Box<UndertakeError>>,
    host: &Host,
    prefix: &Prefix,
) -> Option<(Ending, Option<Failure>)> {
    let open = |failure| Failure { now: hints::still_open(host, prefix), ..failure };
    match closed {
        Ok(closed) => {
            let (plan, outcome) = closed.as_ref()?.unfinished()?;
            let failure = hints::for_outcome(outcome, host, plan);
            // What could not go back, or not be let out, is not as it was before the chain.
            if matches!(outcome, Outcome::RolledBack { .. }) {
                return Some((Ending::Stuck, failure.map(open)));
            }
            Some((ending::of_outcome(outcome), failure))
        }
        Err(error) => {
            let failure = hints::for_undertaking(error, host, prefix, None);
            Some((Ending::Stuck, Some(open(failure))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hops_that_were_made_are_never_said_to_be_nothing() {
        let failure = half_way(failure("x".to_owned(), "y"));
        assert!(!failure.now.contains("nothing"), "{}", failure.now);
        assert!(failure.next.starts_with("y; "), "{}", failure.next);
    }
}
