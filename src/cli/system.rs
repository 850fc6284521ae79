//! What to do when the system refused: it depends on why it did.
//! Nothing is looked at here but the error.

use std::error::Error;
use std::io::{self, ErrorKind};

use crate::host::current_owner;

/// What to do first about an error that comes from the system; for any other, the general word.
pub(crate) fn advice(error: &(dyn Error + 'static)) -> &'static str {
    match kind(error) {
        Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => "free some space there",
        Some(ErrorKind::PermissionDenied) => {
            "check that you may read and write there: run this as its owner or as root"
        }
        Some(ErrorKind::NotFound) => "check that the path exists",
        Some(ErrorKind::ReadOnlyFilesystem) => "mount that file system for writing",
        Some(ErrorKind::ResourceBusy) => "unmount what is mounted there by itself",
        _ => "mend what is named",
    }
}

/// The same, and then the whole again.
pub(crate) fn advice_and_again(error: &(dyn Error + 'static)) -> String {
    let advice = advice(error);
    if kind(error) == Some(ErrorKind::PermissionDenied) {
        let uid = current_owner().uid;
        return format!("{advice} (this is user {uid}), then run the command again");
    }
    format!("{advice}, then run the command again")
}

/// What the system said, however deep it lies.
fn kind(error: &(dyn Error + 'static)) -> Option<ErrorKind> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return Some(error.kind());
        }
        cause = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{OpenError, StepError};
    use crate::host::PathError;

    fn refused(kind: ErrorKind) -> PathError {
        PathError { verb: "write", path: "/x".into(), source: kind.into() }
    }

    #[test]
    fn the_advice_fits_what_the_system_said() {
        for (kind, advised) in [
            (ErrorKind::StorageFull, "free some space"),
            (ErrorKind::QuotaExceeded, "free some space"),
            (ErrorKind::PermissionDenied, "check that you may"),
            (ErrorKind::NotFound, "check that the path exists"),
            (ErrorKind::ReadOnlyFilesystem, "for writing"),
            (ErrorKind::ResourceBusy, "unmount what"),
            (ErrorKind::NotADirectory, "mend what is named"),
            (ErrorKind::AlreadyExists, "mend what is named"),
        ] {
            let (path, step) = (refused(kind), StepError::Path(refused(kind)));
            let open = OpenError::Path(refused(kind));
            let errors: [&(dyn Error + 'static); 3] = [&path, &step, &open];
            for error in errors {
                assert!(advice(error).contains(advised), "{kind}: {}", advice(error));
            }
        }
        assert_eq!(advice(&StepError::Cancelled), "mend what is named");
    }
}
