//! What to do about an undertaking that did not run.

use std::path::Path;

use super::adopt::for_adopt;
use super::backup::for_backup;
use super::chain::still_open;
use super::cluster::for_turn;
use super::config::for_configure;
use super::open::{for_open, for_open_step};
use super::resolve::for_resolve_restore;
use super::state::{for_environment, for_lock, for_state};
use crate::cli::answer::UNCHANGED;
use crate::cli::call::Call;
use crate::cli::system;
use crate::cli::words::chain;
use crate::engine::{ForeignError, Outcome, UndertakeError};
use crate::host::Host;
use crate::model::{Failure, Prefix};
use crate::planning::Refusal;

/// What to do about an installation that did not run.
pub(crate) fn for_undertaking(
    error: &UndertakeError,
    host: &Host,
    prefix: &Prefix,
    archive: Option<&Path>,
) -> Failure {
    let call = Call::of(host, prefix);
    let next = match error {
        UndertakeError::Configure(error) => for_configure(error, host, prefix),
        UndertakeError::Observe(_) | UndertakeError::Path(_) => system::advice_and_again(error),
        UndertakeError::Backup(error) => for_backup(error),
        UndertakeError::State(error) => for_state(error),
        UndertakeError::Adopt(error) => for_adopt(error),
        UndertakeError::Environment(error) => for_environment(error),
        UndertakeError::Foreign(ForeignError::Path(error)) => system::advice_and_again(error),
        UndertakeError::Foreign(ForeignError::Nameless { .. }) => {
            "give it a name that is valid UTF-8, or move it out of the tree".to_owned()
        }
        UndertakeError::Refusal(refusal) => for_refusal(refusal, &call, archive),
        UndertakeError::Lock(error) => return for_lock(error),
        UndertakeError::Turn(error) => for_turn(error),
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
    let now = if is_half_way { still_open(host, prefix) } else { UNCHANGED.to_owned() };
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
                call.with("adopt", "--from /DIR")
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
