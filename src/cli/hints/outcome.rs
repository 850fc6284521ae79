//! What to do about a transaction that ran.

use super::backup::for_backup;
use super::cluster::{IN_USE, for_turn};
use super::open::{for_open_step, transaction_directory};
use crate::cli::call::Call;
use crate::cli::system;
use crate::cli::words::chain;
use crate::engine::{
    AcceptError, CarryError, ConfigureError, ForeignError, Outcome, ProofError, ServingError,
    StateFileError, StepError,
};
use crate::host::Host;
use crate::host::unpack::UnpackError;
use crate::model::{Failure, Plan};
use crate::planning::explain;

/// What to do about a transaction that ran; `None` when all is well.
pub(crate) fn for_outcome(outcome: &Outcome, host: &Host, plan: &Plan) -> Option<Failure> {
    let call = Call::of(host, &plan.prefix);
    let directory = transaction_directory(host, &plan.prefix, &plan.id);
    let failure = match outcome {
        Outcome::Committed => return None,
        Outcome::CommittedWithRemainder { cause } => left_after_commit(cause, &call),
        Outcome::RolledBack { cause } => Failure {
            what: cause.as_ref().map_or_else(|| "it was undone".to_owned(), |cause| chain(cause)),
            now: format!("rolled back: the host is as before; the log is in {directory}"),
            next: cause.as_ref().map_or_else(|| "run the command again".to_owned(), for_step),
        },
        Outcome::Stuck { cause, step, undo } => {
            let what = plan.step(*step).map(|planned| explain(&planned.step)).unwrap_or_default();
            let cause =
                cause.as_ref().map(|cause| format!("{}; ", chain(cause))).unwrap_or_default();
            Failure {
                what: format!("{cause}and {step} ({what}) could not be undone: {}", chain(undo)),
                now: format!("stuck: everything before {step} is still in place; see {directory}"),
                next: for_open_step(undo, &call),
            }
        }
        Outcome::Unfinished { cause } => Failure {
            what: chain(cause),
            now: format!("the transaction is open; see {directory}"),
            next: format!("run {}", call.word("recover")),
        },
    };
    Some(failure)
}

/// What is left to do after the commit.
pub(crate) fn left_after_commit(cause: &StepError, call: &Call) -> Failure {
    if matches!(cause, StepError::Serving(_)) {
        return Failure {
            what: chain(cause),
            now:
                "committed, but not serving: the new release is in force and was proven in the dark"
                    .to_owned(),
            next: format!(
                "mend what keeps it from serving, then run {}; or take the change back with {}",
                call.word("recover"),
                call.word("rollback")
            ),
        };
    }
    Failure {
        what: chain(cause),
        now: "the new state is in force; something after the commit is left to do".to_owned(),
        next: format!("{}, then run {}", system::advice(cause), call.word("recover")),
    }
}

fn for_step(cause: &StepError) -> String {
    let next = match cause {
        StepError::Path(_)
        | StepError::Journal(_)
        | StepError::Relocation(_)
        | StepError::Unpack(UnpackError::System(_) | UnpackError::Unreadable(_))
        | StepError::State(StateFileError::Path(_))
        | StepError::Configure(ConfigureError::Path(_))
        | StepError::Accept(
            AcceptError::Path(_) | AcceptError::Configure(ConfigureError::Path(_)),
        )
        | StepError::Carry(CarryError::Foreign(ForeignError::Path(_)))
        | StepError::Proof(ProofError::Path(_)) => return system::advice_and_again(cause),
        StepError::Backup(error) => return for_backup(error),
        StepError::Confirm(error) if !error.is_refusal() => {
            return system::advice_and_again(cause);
        }
        StepError::Unpack(_) => {
            "fetch the archive again from where it is published, and compare its digest"
        }
        StepError::Confirm(_) => "check which archive you mean",
        StepError::State(_) => "use the version of mmembed that wrote the file",
        StepError::Configure(_) => "mend the named file or setting, then run the command again",
        StepError::Accept(AcceptError::Turn(error)) => return for_turn(error),
        StepError::Accept(AcceptError::Database(_)) => "check that the database can be reached",
        StepError::Accept(_) => {
            "read the server's log there; the settings may not suit this release"
        }
        StepError::Proof(ProofError::NoDatabase { .. }) => {
            "check SqlSettings.DataSource and that the database lets the server in"
        }
        StepError::Proof(ProofError::TooSlow { .. }) => {
            "read the server's log there; if it was still at work, give more time with --start-timeout"
        }
        StepError::Proof(_) => "read the server's log there",
        StepError::Identify(_) => {
            "give the archive that the tree really came from, or leave --release away"
        }
        StepError::TakeOver(_) => {
            "find out who moved the tree or the link; mmembed leaves alone what it did not make"
        }
        StepError::Gather(_) => "mend the named file or variable, then run the command again",
        StepError::Activate(_) => {
            "find out who moved or replaced the trees; mmembed leaves alone what it did not make"
        }
        StepError::Carry(CarryError::Collision { .. }) => {
            "move your own files of these names elsewhere, then run the command again"
        }
        StepError::Carry(CarryError::Mounted { .. } | CarryError::OtherFileSystem { .. }) => {
            "unmount it, or place that directory outside the tree, then run the command again"
        }
        StepError::Carry(_) => "mend what is named, then run the command again",
        StepError::Inherit(_) => "use a file system that keeps capabilities, or a higher port",
        StepError::Serving(error) => return for_serving(error),
        StepError::Hooks(_) => "mend the hook, then run the command again",
        StepError::Cancelled => "run the command again when it suits",
    };
    next.to_owned()
}

fn for_serving(error: &ServingError) -> String {
    match error {
        ServingError::NobodyToAsk { unit: Some(unit), .. }
        | ServingError::StillRunning { unit: Some(unit), .. } => {
            format!("it is run by {unit}: give --service systemd:{unit}")
        }
        ServingError::NobodyToAsk { .. } => {
            "name who stops and starts it with --service, or with --stop-cmd and --start-cmd"
                .to_owned()
        }
        ServingError::StillRunning { .. } => {
            "find out who runs it, and name that with --service, or with --stop-cmd and --start-cmd"
                .to_owned()
        }
        ServingError::DatabaseInUse { .. } => IN_USE.to_owned(),
        ServingError::OtherEnvironment { .. } => {
            "let nobody start it anew meanwhile, then run the command again".to_owned()
        }
        ServingError::Service(_)
        | ServingError::StillUp { .. }
        | ServingError::NotServing { .. } => {
            "look at the service's own log, then run the command again".to_owned()
        }
        ServingError::Path(_) | ServingError::Proof(_) | ServingError::Cancelled => {
            system::advice_and_again(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;
    use crate::engine::JournalError;
    use crate::host::PathError;

    #[test]
    fn a_server_that_somebody_else_runs_is_to_be_stopped_by_them() {
        let unit = |unit: Option<&str>| ServingError::NobodyToAsk {
            pid: 17,
            program: "mattermost".to_owned(),
            unit: unit.map(str::to_owned),
        };
        let next = for_serving(&unit(Some("mattermost.service")));
        assert!(next.ends_with("give --service systemd:mattermost.service"), "{next}");
        assert!(for_serving(&unit(None)).contains("--stop-cmd"));
    }

    #[test]
    fn what_to_do_after_a_rollback_depends_on_what_the_system_said() {
        let refused =
            |kind: ErrorKind| PathError { verb: "rename", path: "/x".into(), source: kind.into() };
        let unpack = |kind| StepError::Unpack(UnpackError::System(refused(kind)));
        let journal = |kind| StepError::Journal(JournalError::Path(refused(kind)));
        for (cause, advised) in [
            (unpack(ErrorKind::StorageFull), "free some space"),
            (journal(ErrorKind::QuotaExceeded), "free some space"),
            (unpack(ErrorKind::PermissionDenied), "check that you may"),
            (StepError::Path(refused(ErrorKind::NotADirectory)), "mend what is named"),
            (StepError::Path(refused(ErrorKind::AlreadyExists)), "mend what is named"),
            (
                StepError::Unpack(UnpackError::Unreadable(refused(ErrorKind::PermissionDenied))),
                "check that you may",
            ),
        ] {
            let next = for_step(&cause);
            assert!(next.starts_with(advised), "{cause:?}: {next}");
        }
    }
}
