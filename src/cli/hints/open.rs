//! What to do about a transaction that is open.

use super::cluster::for_accept;
use crate::cli::answer::UNCHANGED;
use crate::cli::call::Call;
use crate::cli::system;
use crate::cli::words::chain;
use crate::engine::{AcceptError, JournalError, OpenError, StepError};
use crate::host::Host;
use crate::model::{Failure, Prefix, TransactionId};

/// What to do about a transaction that cannot be opened or finished.
pub(crate) fn for_open(error: &OpenError, host: &Host, prefix: &Prefix) -> Failure {
    let (now, next) = match error {
        OpenError::Path(_) | OpenError::Journal(JournalError::Path(_)) => {
            (UNCHANGED.to_owned(), system::advice_and_again(error))
        }
        OpenError::Journal(JournalError::Untrusted { .. }) | OpenError::ForeignPlan { .. } => (
            "the transaction is open, and was not touched".to_owned(),
            "use the version of mmembed that began it, or restore the file from a backup"
                .to_owned(),
        ),
        OpenError::NeedsOperator { id } => (
            format!("the transaction is open; see {}", transaction_directory(host, prefix, id)),
            format!(
                "mend what the journal names, then run {}",
                Call::of(host, prefix).with("recover", "--retry")
            ),
        ),
    };
    Failure { what: chain(error), now, next }
}

pub(super) fn transaction_directory(host: &Host, prefix: &Prefix, id: &TransactionId) -> String {
    host.tree.absolute(&prefix.transaction(id)).display().to_string()
}

/// What to do about what keeps a transaction open.
pub(crate) fn for_open_step(cause: &StepError, call: &Call) -> String {
    let retry = call.with("recover", "--retry");
    let lose = call.with("recover", "--accept-data-loss");
    if let StepError::Accept(AcceptError::InUse { .. }) = cause {
        return format!(
            "stop that server, then run {retry}; if people have used it, what they did is lost by going back, which takes {lose}"
        );
    }
    if let StepError::Accept(AcceptError::PeopleWereIn) = cause {
        return format!("going back loses what they did: where that may be, run {lose}");
    }
    let of_nodes = for_accept(cause).map(str::to_owned);
    format!("{}, then run {retry}", of_nodes.unwrap_or_else(|| system::advice(cause).to_owned()))
}
