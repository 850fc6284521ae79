//! How a command ended that did not get as far as its work.
//! No error is worded here.

use crate::engine::{
    BackupError, JournalError, OpenError, Outcome, StepError, TurnError, UndertakeError,
};
use crate::host::LockError;
use crate::model::Ending;

/// Only what somebody else holds is worth waiting for.
pub(crate) const fn of_lock(error: &LockError) -> Ending {
    match error {
        LockError::Held { .. } => Ending::Locked,
        LockError::Path(_) => Ending::Refused,
    }
}

/// Another node that is at work is worth waiting for.
pub(crate) const fn of_turn(error: &TurnError) -> Ending {
    match error {
        TurnError::Held { .. } => Ending::Locked,
        TurnError::Cancelled { .. }
        | TurnError::Pooled
        | TurnError::Lost
        | TurnError::Closed(_)
        | TurnError::Database(_)
        | TurnError::Failed(_)
        | TurnError::Session(_)
        | TurnError::Answer(_) => Ending::Refused,
    }
}

/// What the system refused before anything was begun changes nothing; what an open transaction refuses needs somebody
/// to look at it.
pub(crate) const fn of_open(error: &OpenError) -> Ending {
    match error {
        OpenError::Path(_) | OpenError::Journal(JournalError::Path(_)) => Ending::Refused,
        OpenError::Journal(JournalError::Untrusted { .. })
        | OpenError::ForeignPlan { .. }
        | OpenError::NeedsOperator { .. } => Ending::Stuck,
    }
}

/// How a command about backups ended that failed.
pub(crate) fn of_backup(error: &BackupError) -> Ending {
    match error {
        BackupError::Interrupted { .. } => Ending::Locked,
        BackupError::Open(error) => of_open(error),
        BackupError::Damaged { .. }
        | BackupError::Manifest { .. }
        | BackupError::Unfinished { .. } => Ending::ProbeFailed,
        BackupError::Path(_)
        | BackupError::State(_)
        | BackupError::Configure(_)
        | BackupError::Dump(_)
        | BackupError::Environment(_)
        | BackupError::Copy(_)
        | BackupError::NotInstalled
        | BackupError::Unknown { .. }
        | BackupError::NoDatabase { .. } => Ending::Refused,
    }
}

/// How a transaction ended.
pub(crate) fn of_outcome(outcome: &Outcome) -> Ending {
    match outcome {
        Outcome::Committed => Ending::Done,
        Outcome::CommittedWithRemainder { .. } => Ending::Remainder,
        Outcome::RolledBack { cause: Some(cause) } if is_artifact(cause) => Ending::ArtifactRefused,
        Outcome::RolledBack { .. } => Ending::RolledBack,
        Outcome::Stuck { .. } | Outcome::Unfinished { .. } => Ending::Stuck,
    }
}

/// Is it the archive that is to blame?
fn is_artifact(cause: &StepError) -> bool {
    let unpack = matches!(cause, StepError::Unpack(error) if error.is_refusal());
    unpack || matches!(cause, StepError::Confirm(error) if error.is_refusal())
}

/// How an installation ended that did not run.
pub(crate) fn of_undertaking(error: &UndertakeError) -> Ending {
    match error {
        UndertakeError::Lock(error) => of_lock(error),
        UndertakeError::Interrupted { .. } | UndertakeError::HalfWay { .. } => Ending::Locked,
        UndertakeError::Turn(error) => of_turn(error),
        UndertakeError::Open(error) => of_open(error),
        UndertakeError::Backup(error) => of_backup(error),
        UndertakeError::Unrecovered { .. }
        | UndertakeError::Restore(_)
        | UndertakeError::NoWayBack { .. } => Ending::Stuck,
        UndertakeError::Observe(_)
        | UndertakeError::Adopt(_)
        | UndertakeError::Refusal(_)
        | UndertakeError::Configure(_)
        | UndertakeError::Path(_)
        | UndertakeError::State(_)
        | UndertakeError::Foreign(_)
        | UndertakeError::Environment(_)
        | UndertakeError::HostChanged => Ending::Refused,
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;
    use crate::cli::exit::{Exit, of};
    use crate::host::PathError;
    use crate::model::TransactionId;

    fn refused(kind: ErrorKind) -> PathError {
        PathError { verb: "open", path: "/x".into(), source: kind.into() }
    }

    #[test]
    fn only_a_lock_that_is_held_is_worth_waiting_for() {
        let held = LockError::Held { path: "/lock".into(), holder: "process 1".to_owned() };
        assert_eq!(of(of_lock(&held)), Exit::Locked);
        for kind in [ErrorKind::PermissionDenied, ErrorKind::StorageFull] {
            let journal = OpenError::Journal(JournalError::Path(refused(kind)));
            for error in [
                UndertakeError::Lock(LockError::Path(refused(kind))),
                UndertakeError::Open(OpenError::Path(refused(kind))),
                UndertakeError::Open(journal),
            ] {
                assert_eq!(of(of_undertaking(&error)), Exit::Refused, "{error:?}");
            }
        }
        let id = TransactionId::new(jiff::Timestamp::UNIX_EPOCH);
        for error in [OpenError::NeedsOperator { id: id.clone() }, OpenError::ForeignPlan { id }] {
            assert_eq!(of(of_open(&error)), Exit::Stuck, "{error:?}");
        }
    }
}
