//! What a failure leaves behind, and what to do next: the advice that no error carries itself.

use super::words::chain;
use crate::engine::{
    AcceptError, InstallError, JournalError, OpenError, Outcome, ProofError, ResolveError,
    StepError,
};
use crate::host::{Host, LockError};
use crate::model::{Failure, InstallRequest, Plan, Prefix};
use crate::planning::{Refusal, explain};

pub(crate) const UNCHANGED: &str = "nothing was changed on this host";

/// What to do about a wish that makes no request.
pub(crate) const fn for_resolve(error: &ResolveError) -> &'static str {
    match error {
        ResolveError::Path(_) => "check that the path exists and may be read",
        ResolveError::Owner(_) => "give numbers, such as 2000:2000, or create the user first",
        ResolveError::NoServiceUser => {
            "name one with --service-user; `useradd --system --user-group mattermost` makes the usual one"
        }
        ResolveError::OutsideRoot { .. } => "remove the link, or choose another root",
        ResolveError::NoRoot { .. } => "make the directory first, or name another one with --root",
        ResolveError::UnknownRelease { .. } => {
            "keep the published name, mattermost-team-X.Y.Z-linux-amd64.tar.gz, or give --release-version and --edition"
        }
        ResolveError::OtherRelease { .. } => "check which archive you mean",
        ResolveError::OverlayFile { .. } => "mend the overlay at that place",
        ResolveError::Assignment(_) => {
            "write a setting and its value as JSON, such as 'TeamSettings.SiteName=\"Acme\"'"
        }
        ResolveError::Edit(_) => "give each section as an object",
        ResolveError::PlaceTwice { .. } => "give either --place or --keep-in-tree for it",
    }
}

/// What to do about an installation that did not run.
pub(crate) fn for_install(error: &InstallError, host: &Host, request: &InstallRequest) -> Failure {
    let app = request.prefix.app();
    let next = match error {
        InstallError::Observe(_) | InstallError::Configure(_) | InstallError::Path(_) => {
            "check that the path exists, and that you may read and write it".to_owned()
        }
        InstallError::Refusal(refusal) => for_refusal(refusal, request),
        InstallError::Lock(LockError::Held { .. }) => {
            "wait for it to end, then try again".to_owned()
        }
        InstallError::Lock(LockError::Path(_)) => "check that you may write there".to_owned(),
        InstallError::Open(error) => return for_open(error, host, &request.prefix),
        InstallError::Interrupted { .. } => {
            "run `install`, which finishes it first, or `recover`".to_owned()
        }
        InstallError::Unrecovered { .. } => format!("run `mmembed recover --app {app} --retry`"),
        InstallError::HostChanged => "run the command again".to_owned(),
    };
    let is_open = matches!(error, InstallError::Unrecovered { .. });
    let now = if is_open {
        "the interrupted transaction is still open"
    } else {
        UNCHANGED
    };
    Failure {
        what: chain(error),
        now: now.to_owned(),
        next,
    }
}

/// What to do about a transaction that cannot be opened or finished.
pub(crate) fn for_open(error: &OpenError, host: &Host, prefix: &Prefix) -> Failure {
    let app = prefix.app();
    let (now, next) = match error {
        OpenError::Path(_) => (
            UNCHANGED.to_owned(),
            "check that you may write there".to_owned(),
        ),
        OpenError::Journal(JournalError::Path(_)) => (
            UNCHANGED.to_owned(),
            "check the disk, then run the command again".to_owned(),
        ),
        OpenError::Journal(JournalError::Untrusted { .. }) | OpenError::ForeignPlan { .. } => (
            "the transaction is open, and was not touched".to_owned(),
            "use the version of mmembed that began it, or restore the file from a backup"
                .to_owned(),
        ),
        OpenError::NeedsOperator { id } => (
            format!(
                "the transaction is open; see {}",
                transaction_directory(host, prefix, id)
            ),
            format!("mend what the journal names, then run `mmembed recover --app {app} --retry`"),
        ),
    };
    Failure {
        what: chain(error),
        now,
        next,
    }
}

fn transaction_directory(host: &Host, prefix: &Prefix, id: &crate::model::TransactionId) -> String {
    host.tree
        .absolute(&prefix.transaction(id))
        .display()
        .to_string()
}

fn for_refusal(refusal: &Refusal, request: &InstallRequest) -> String {
    let app = request.prefix.app();
    match refusal {
        Refusal::OtherRelease { .. } => format!(
            "to change the release, use `mmembed upgrade --app {app} --release {}`",
            request.archive.display()
        ),
        Refusal::OtherArchive { .. } => {
            "give the archive with that digest; one version has one archive".to_owned()
        }
        Refusal::ForeignTree { .. } => {
            format!("to take it over, use `mmembed adopt --app {app}`; or move it away")
        }
        Refusal::TreeIsGone { .. } => {
            "put the tree back, or remove the receipt if the installation is really gone".to_owned()
        }
        Refusal::ConfigIsGone { .. } => {
            "put it back from a backup; without it the server would start with default settings"
                .to_owned()
        }
        Refusal::NoDirectory { .. } => "move it away, or choose another place".to_owned(),
        Refusal::PlacesOverlap { .. } => "give each place a directory of its own".to_owned(),
        Refusal::OtherOwner { .. } | Refusal::OtherConfigFile { .. } => {
            "give the same value as at the installation".to_owned()
        }
        Refusal::PlaceTaken { .. } => {
            "name a directory that does not exist yet, such as one below it".to_owned()
        }
    }
}

/// What to do about a transaction that ran; `None` when all is well.
pub(crate) fn for_outcome(outcome: &Outcome, host: &Host, plan: &Plan) -> Option<Failure> {
    let app = plan.prefix.app();
    let directory = transaction_directory(host, &plan.prefix, &plan.id);
    let failure = match outcome {
        Outcome::Committed => return None,
        Outcome::CommittedWithRemainder { cause } => Failure {
            what: chain(cause),
            now: "the new state is in force; something after the commit is left to do".to_owned(),
            next: format!("run `mmembed recover --app {app}`"),
        },
        Outcome::RolledBack { cause } => Failure {
            what: cause
                .as_ref()
                .map_or_else(|| "it was undone".to_owned(), |cause| chain(cause)),
            now: format!("rolled back: the host is as before; the log is in {directory}"),
            next: cause
                .as_ref()
                .map_or("run the command again", for_step)
                .to_owned(),
        },
        Outcome::Stuck { cause, step, undo } => {
            let what = plan
                .step(*step)
                .map(|planned| explain(&planned.step))
                .unwrap_or_default();
            let cause = cause
                .as_ref()
                .map(|cause| format!("{}; ", chain(cause)))
                .unwrap_or_default();
            Failure {
                what: format!(
                    "{cause}and {step} ({what}) could not be undone: {}",
                    chain(undo)
                ),
                now: format!("stuck: everything before {step} is still in place; see {directory}"),
                next: format!("remove the cause, then run `mmembed recover --app {app} --retry`"),
            }
        }
        Outcome::Unfinished { cause } => Failure {
            what: chain(cause),
            now: format!("the transaction is open; see {directory}"),
            next: format!("run `mmembed recover --app {app}`"),
        },
    };
    Some(failure)
}

fn for_step(cause: &StepError) -> &'static str {
    match cause {
        StepError::Unpack(error) if error.is_refusal() => {
            "fetch the archive again from where it is published, and compare its digest"
        }
        StepError::Unpack(_) | StepError::Path(_) | StepError::Journal(_) => {
            "free some space or mend the disk, then run the command again"
        }
        StepError::Confirm(_) => "check which archive you mean",
        StepError::State(_) => "use the version of mmembed that wrote the file",
        StepError::Configure(_) => "mend the named file or setting, then run the command again",
        StepError::Relocation(_) => "mend what is named, then run the command again",
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
        StepError::Cancelled => "run the command again when it suits",
    }
}
