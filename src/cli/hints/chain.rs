//! What to do about a chain that is not walked, or not to its end.

use crate::cli::answer::{Refusal, failure};
use crate::cli::call::Call;
use crate::cli::exit::Exit;
use crate::cli::system;
use crate::cli::words::chain;
use crate::engine::OwnDumpError;
use crate::host::{Host, PathError};
use crate::model::{Failure, Finding, Prefix, Severity};
use crate::upgrade::NoRoute;

/// Nothing is installed that a way could begin at.
pub(crate) fn not_installed() -> Refusal {
    let next =
        "install a release first, or take over the installation that there is with `mmembed adopt`";
    (Exit::Refused, failure("nothing is installed here by mmembed".to_owned(), next))
}

/// The operator's own dump cannot be counted on.
pub(crate) fn for_own_dump(error: &OwnDumpError) -> Refusal {
    let next = match error {
        OwnDumpError::Path(error) => system::advice(error),
        OwnDumpError::Read { .. } | OwnDumpError::Empty { .. } => {
            "name the file that holds the dump, or say `--backup each`"
        }
    };
    (Exit::Refused, failure(chain(error), next))
}

/// A time cannot be told.
pub(crate) fn for_time(error: &jiff::Error) -> Refusal {
    let next = "give a time such as 06:30 or 2026-11-30T06:30";
    (Exit::Usage, failure(format!("--until-time: {error}"), next))
}

/// There is no way.
pub(crate) fn for_no_route(error: &NoRoute) -> Failure {
    let next = match error {
        NoRoute::NotLater { .. } => "name a later release; to go back use `mmembed rollback`",
        NoRoute::Unknown { .. } => {
            "`mmembed releases list` shows those that are known; newer ones come by `mmembed releases import FILE`"
        }
        NoRoute::NotAtHand { .. } => {
            "get its archive, with `mmembed releases fetch`, or do without --only-cached, --offline and --bundle"
        }
        NoRoute::NotBetween { .. } => "name versions between the two ends with --via",
        NoRoute::Barred { .. } => {
            "choose another release; a rule that you know better than is waived by --accept RULE"
        }
    };
    failure(chain(error), next)
}

/// What was done could not be written down where somebody wanted it.
pub(crate) fn unwritten(error: &PathError) -> Finding {
    let text = format!("the report could not be written: {}", chain(error));
    Finding::new(Severity::Warning, "report", text).advise(system::advice(error))
}

/// A chain that could not be ended.
pub(crate) fn still_open(host: &Host, prefix: &Prefix) -> String {
    let call = Call::of(host, prefix);
    format!(
        "the chain is still open, and the server that it has stopped may be in the dark; {} lets it out once that is possible",
        call.word("recover")
    )
}
