//! What to do about a backup that could not be made, read or trusted.

use super::state::{for_environment, for_state};
use crate::cli::system;
use crate::engine::{BackupError, ConfigureError, DumpError};

/// What to do next, in one sentence.
pub(crate) fn for_backup(error: &BackupError) -> String {
    let next = match error {
        BackupError::Path(_)
        | BackupError::Configure(ConfigureError::Path(_))
        | BackupError::Copy(_) => return system::advice_and_again(error),
        BackupError::State(error) => return for_state(error),
        BackupError::Environment(error) => return for_environment(error),
        BackupError::Dump(error) => return for_dump(error),
        BackupError::Configure(_) => "mend the named file or setting, then run the command again",
        BackupError::Open(_) | BackupError::Interrupted { .. } => {
            "run `mmembed recover` for this application first"
        }
        BackupError::NotInstalled => "check --app and --root",
        BackupError::Unknown { .. } | BackupError::NoDatabase { .. } => {
            "choose another one: `mmembed backup list` shows them"
        }
        BackupError::Unfinished { .. } => "make another one; `mmembed backup prune` removes it",
        BackupError::Manifest { .. } => {
            "use the version of mmembed that wrote it, or choose another backup"
        }
        BackupError::Damaged { .. } => {
            "do not rely on it: make another one, and check the disk that it lies on"
        }
    };
    next.to_owned()
}

fn for_dump(error: &DumpError) -> String {
    let next = match error {
        DumpError::Path(_) | DumpError::Exec(_) => return system::advice_and_again(error),
        DumpError::Database(crate::engine::DatabaseError::Failed(failure))
        | DumpError::Failed { failure, .. } => failure.advice(),
        DumpError::NoScratch(_) => {
            "let the role create databases (in PostgreSQL: ALTER ROLE … CREATEDB) and its extensions, or do without --verify-restore"
        }
        DumpError::Database(_) | DumpError::Answer(_) | DumpError::MysqlAnswer(_) => {
            "check that the database can be reached"
        }
        DumpError::Closed { .. } => "check SqlSettings.DriverName and SqlSettings.DataSource",
        DumpError::ToolMissing { .. } => "install it, then run the command again",
        DumpError::NoBanner { .. } | DumpError::TooOld(_) => {
            "install the client package of the database's own version, then run the command again"
        }
        DumpError::NoSchema => "grant the role USAGE and CREATE on a schema of its search path",
        DumpError::OtherSchema { .. } | DumpError::OtherDriver { .. } => {
            "name the database that the backup was made of, or one like it"
        }
        DumpError::InTheWay { .. } => {
            "remove them for now and make them anew afterwards, or move them out of this database"
        }
        DumpError::NotOurs { .. } => {
            "make them anew as the server's own user, or remove them, then run the command again"
        }
        DumpError::Listing(_) | DumpError::NoTrailer | DumpError::Differs { .. } => {
            "run the command again; if it fails again, the tools or the disk are not to be trusted"
        }
        DumpError::Cancelled => "run the command again when it suits",
    };
    next.to_owned()
}
