//! Backups: made, listed, checked and removed. A backup is a directory whose manifest is written last; without one it is
//! none. How a database is saved is the business of the `dump` room.

mod create;
mod error;
mod list;
mod manifest;
mod others;
mod parts;
mod prepare;
mod request;
mod restore;
mod verify;

pub(crate) use create::{create, open_vault};
pub use error::BackupError;
pub use list::{BackupSeen, list_backups, protected_backups, prune_backups};
pub(crate) use manifest::{manifest_of, remove};
pub use others::other_sessions;
pub(crate) use prepare::prepare;
pub use request::{BackupWish, create_backup};
pub use restore::{DatabaseRestore, restore_database};
pub use verify::verify as verify_backup;
