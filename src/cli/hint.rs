//! What a failure leaves behind, and what to do next: the advice that no error carries itself.

use std::path::Path;

use super::backup_hint;
use super::call::Call;
use super::config_hint;
use super::system;
use super::words::chain;
use crate::engine::{
    AcceptError, CarryError, ConfigureError, EnvironmentError, ForeignError, JournalError,
    OpenError, Outcome, ProofError, ResolveError, ResolveRestoreError, ResolveUpgradeError,
    ServingError, StateFileError, StepError, UndertakeError,
};
use crate::host::unpack::UnpackError;
use crate::host::{Host, LockError, PathError};
use crate::model::{Failure, Plan, Prefix, TransactionId};
use crate::planning::{Refusal, explain};

pub(crate) const UNCHANGED: &str = "nothing was changed on this host";

/// What to do about a service that is not known.
pub(crate) const NAME_THE_SERVICE: &str =
    "name it with its kind, such as systemd:mattermost, or give --stop-cmd and --start-cmd";

/// What is said cannot be written down where somebody wants it.
pub(crate) fn for_log_file(error: &PathError) -> Failure {
    Failure {
        what: format!("--log-file: {}", chain(error)),
        now: UNCHANGED.to_owned(),
        next: system::advice_and_again(error),
    }
}

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
        ResolveError::Policy(_) => {
            "give each setting or section one of keep-user, prefer-host, refuse and adopt-default"
        }
        ResolveError::PolicyForNothing(_) => {
            "name a section or a setting, such as ServiceSettings.SiteURL"
        }
        ResolveError::Environment(_) => {
            "check that the file may be read, and write a variable as NAME=value, one a line"
        }
        ResolveError::Service(_) => "check the name, or give --stop-cmd and --start-cmd",
        ResolveError::PlaceTwice { .. } => "give either --place or --keep-in-tree for it",
    }
}

/// What to do about a wish to upgrade that makes no request.
pub(crate) fn for_resolve_upgrade(error: &ResolveUpgradeError) -> String {
    match error {
        ResolveUpgradeError::Resolve(error) => for_resolve(error).to_owned(),
        ResolveUpgradeError::Path(error) => system::advice_and_again(error),
        ResolveUpgradeError::State(error) => for_state(error),
        ResolveUpgradeError::Service(_) => NAME_THE_SERVICE.to_owned(),
        ResolveUpgradeError::NotInstalled => {
            "install a release first, or take over the installation that there is with `mmembed adopt`"
                .to_owned()
        }
    }
}

/// What to do about a wish to go back that makes no request.
pub(crate) fn for_resolve_restore(error: &ResolveRestoreError) -> String {
    match error {
        ResolveRestoreError::Resolve(error) => for_resolve(error).to_owned(),
        ResolveRestoreError::Path(error) => system::advice_and_again(error),
        ResolveRestoreError::State(error) => for_state(error),
        ResolveRestoreError::Backup(error) => backup_hint::for_backup(error),
        ResolveRestoreError::Service(_) => NAME_THE_SERVICE.to_owned(),
        ResolveRestoreError::Environment(error) => for_environment(error),
        ResolveRestoreError::NoBackup => {
            "name one of those that `mmembed backup list` shows".to_owned()
        }
        ResolveRestoreError::NoReceipt { .. } => {
            "choose another backup; see `mmembed backup list`".to_owned()
        }
        ResolveRestoreError::NoTree { .. } => {
            "give the archive of that release with --release".to_owned()
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

/// How the operator calls this program for that installation.
pub(crate) fn call(host: &Host, prefix: &Prefix) -> Call {
    Call::new(prefix.app(), host.tree.root())
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

/// What to do about an installation that did not run.
pub(crate) fn for_undertaking(
    error: &UndertakeError,
    host: &Host,
    prefix: &Prefix,
    archive: Option<&Path>,
) -> Failure {
    let call = call(host, prefix);
    let next = match error {
        UndertakeError::Configure(error) => config_hint::for_configure(error, host, prefix),
        UndertakeError::Observe(_) | UndertakeError::Path(_) => system::advice_and_again(error),
        UndertakeError::Backup(error) => backup_hint::for_backup(error),
        UndertakeError::State(error) => for_state(error),
        UndertakeError::Adopt(error) => super::adopt_hint::for_adopt(error),
        UndertakeError::Environment(error) => for_environment(error),
        UndertakeError::Foreign(ForeignError::Path(error)) => system::advice_and_again(error),
        UndertakeError::Foreign(ForeignError::Nameless { .. }) => {
            "give it a name that is valid UTF-8, or move it out of the tree".to_owned()
        }
        UndertakeError::Refusal(refusal) => for_refusal(refusal, &call, archive),
        UndertakeError::Lock(error) => return for_lock(error),
        UndertakeError::Turn(error) => super::cluster_hint::for_turn(error),
        UndertakeError::Open(error) => return for_open(error, host, prefix),
        UndertakeError::Interrupted { .. } => {
            format!(
                "run {}; every command that changes something does so first",
                call.word("recover")
            )
        }
        UndertakeError::Unrecovered { outcome, .. } => {
            return for_unrecovered(error, outcome, &call);
        }
        UndertakeError::HalfWay { .. } => format!(
            "run {} to stay where it is, or the same `upgrade --to` again to go on",
            call.word("recover")
        ),
        UndertakeError::Restore(error) => for_resolve_restore(error),
        UndertakeError::NoWayBack { findings } => {
            let next = format!("mend what is named, then run {}", call.word("recover"));
            let lose = call.with("recover", "--accept-data-loss");
            let is_loss = findings.iter().any(|it| it.is_fatal() && it.code == "data-loss");
            if is_loss {
                format!("{next}; where what people did since may be lost, run {lose}")
            } else {
                next
            }
        }
        UndertakeError::HostChanged => "run the command again".to_owned(),
    };
    // Whoever comes to this has found a chain whose server is in the dark.
    let is_half_way =
        matches!(error, UndertakeError::Restore(_) | UndertakeError::NoWayBack { .. });
    let now = if is_half_way {
        super::chain_hint::still_open(host, prefix)
    } else {
        UNCHANGED.to_owned()
    };
    Failure { what: chain(error), now, next }
}

fn for_unrecovered(error: &UndertakeError, outcome: &Outcome, call: &Call) -> Failure {
    let mut what = chain(error);
    let mut next = format!("remove the cause, then run {}", call.with("recover", "--retry"));
    if let Outcome::RolledBack { cause } = outcome {
        let why = cause.as_ref().map(|cause| format!(": {}", chain(cause))).unwrap_or_default();
        let now = "what was tried was taken back; the chain is still open, and its server may be in the dark";
        return Failure { what: what + &why, now: now.to_owned(), next };
    }
    if let Outcome::CommittedWithRemainder { cause }
    | Outcome::Stuck { undo: cause, .. }
    | Outcome::Unfinished { cause } = outcome
    {
        what = format!("{what}: {}", chain(cause));
        next = for_open_step(cause, call);
    }
    Failure { what, now: "the interrupted transaction is still open".to_owned(), next }
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
    let of_nodes = super::cluster_hint::for_accept(cause).map(str::to_owned);
    format!("{}, then run {retry}", of_nodes.unwrap_or_else(|| system::advice(cause).to_owned()))
}

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
                call(host, prefix).with("recover", "--retry")
            ),
        ),
    };
    Failure { what: chain(error), now, next }
}

fn transaction_directory(host: &Host, prefix: &Prefix, id: &TransactionId) -> String {
    host.tree.absolute(&prefix.transaction(id)).display().to_string()
}

fn for_refusal(refusal: &Refusal, call: &Call, archive: Option<&Path>) -> String {
    let given = archive.map(|path| path.display().to_string()).unwrap_or_default();
    match refusal {
        Refusal::OtherRelease { installed } => format!(
            "run {} to go from {installed} to another release",
            call.with("upgrade", &format!("--release {given}"))
        ),
        Refusal::NotInstalled { .. } => {
            "install a release first, or take over the installation that there is with `mmembed adopt`".to_owned()
        }
        Refusal::Downgrade { .. } => {
            "an older server seldom runs on a newer database: to undo an upgrade use `mmembed rollback`; to go to an \
             older release all the same, say --allow-downgrade"
                .to_owned()
        }
        Refusal::OtherEdition { .. } => {
            "check which archive you mean; to change the edition, say --allow-edition-change".to_owned()
        }
        Refusal::OtherArchive { .. } => {
            "give the archive with that digest; one version has one archive".to_owned()
        }
        Refusal::ForeignTree { .. } => {
            format!(
                "take it over with {}, move it away, or install under another --app",
                call.with("adopt", "--from DIR")
            )
        }
        Refusal::TreeIsGone { .. } => {
            "put the tree back, or remove the receipt if the installation is really gone".to_owned()
        }
        Refusal::ConfigIsGone { .. } => {
            "put it back from a backup; without it the server would start with default settings".to_owned()
        }
        Refusal::NoDirectory { .. } => "move it away, or choose another place".to_owned(),
        Refusal::PlacesOverlap { .. } => "give each place a directory of its own".to_owned(),
        Refusal::OtherOwner { .. } | Refusal::OtherConfigFile { .. } => {
            "give the same value as at the installation".to_owned()
        }
        Refusal::PlaceMoved { name } => format!(
            "move {name} back first: run `mmembed install` with the same release and the former --place"
        ),
        Refusal::PlaceTaken { .. } => {
            "name a directory that does not exist yet, such as one below it".to_owned()
        }
    }
}

/// What to do about a transaction that ran; `None` when all is well.
pub(crate) fn for_outcome(outcome: &Outcome, host: &Host, plan: &Plan) -> Option<Failure> {
    let call = call(host, &plan.prefix);
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
        StepError::Backup(error) => return backup_hint::for_backup(error),
        StepError::Confirm(error) if !error.is_refusal() => {
            return system::advice_and_again(cause);
        }
        StepError::Unpack(_) => {
            "fetch the archive again from where it is published, and compare its digest"
        }
        StepError::Confirm(_) => "check which archive you mean",
        StepError::State(_) => "use the version of mmembed that wrote the file",
        StepError::Configure(_) => "mend the named file or setting, then run the command again",
        StepError::Accept(AcceptError::Turn(error)) => {
            return super::cluster_hint::for_turn(error);
        }
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
        ServingError::DatabaseInUse { .. } => super::cluster_hint::IN_USE.to_owned(),
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
