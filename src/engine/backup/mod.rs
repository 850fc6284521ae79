//! Backups: made, listed, checked and removed. A backup is a directory whose manifest is written last; without one it is
//! none. How a database is saved is the business of the `dump` room.

mod before;
mod create;
mod error;
mod good_config;
mod list;
mod manifest;
mod parts;
mod prepare;
mod prune;
mod request;
mod restore;
mod verify;

pub use before::{check_database, other_sessions};
pub(crate) use create::{create, open_vault, site_of};
pub use error::BackupError;
pub use good_config::newest_good_config;
pub use list::{BackupSeen, list_backups};
pub(crate) use manifest::{manifest_of, remove};
pub(crate) use prepare::prepare;
pub(crate) use prune::retain;
pub use prune::{Pruned, prune_backups};
pub use request::{BackupWish, create_backup};
pub use restore::{DatabaseRestore, restore_database};
pub use verify::verify as verify_backup;
