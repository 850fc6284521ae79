//! What a command comes to that touches no installation, and how that is said.

use std::io;

use super::exit::Exit;
use super::render;
use crate::model::{Ending, Failure, Report};

/// An exit code, or a failure with one.
pub(crate) type Answer = Result<Exit, Refusal>;

/// An exit code, and what is said.
pub(crate) type Refusal = (Exit, Failure);

/// What a failure leaves behind that came before anything was begun.
pub(crate) const UNCHANGED: &str = "nothing was changed on this host";

/// Says what there is to say, and with which code to exit.
pub(crate) fn settle(
    answer: io::Result<Answer>,
    command: &'static str,
    json: bool,
) -> io::Result<Exit> {
    match answer? {
        Ok(exit) => Ok(exit),
        Err((exit, failure)) => {
            // A failure is one whether somebody listens or not.
            let _closed = if json {
                render::human::record_failure(&failure);
                render::json::print(&refused(command, (exit, failure)))
            } else {
                render::human::fail(&failure)
            };
            Ok(exit)
        }
    }
}

/// A failure for programs. What makes no sense is refused, too: only the exit code tells the two apart.
pub(crate) fn refused(command: &'static str, (exit, failure): Refusal) -> Report {
    let known = [(Exit::Locked, Ending::Locked), (Exit::Artifact, Ending::ArtifactRefused)];
    let ending =
        known.into_iter().find(|(one, _)| *one == exit).map_or(Ending::Refused, |(_, of)| of);
    let mut report = Report::new(command, ending);
    report.failure = Some(failure);
    report
}

/// A failure that has changed nothing.
pub(crate) fn failure(what: String, next: &str) -> Failure {
    Failure { what, now: UNCHANGED.to_owned(), next: next.to_owned() }
}
