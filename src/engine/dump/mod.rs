//! Saving the server's database and bringing it back, by the vendor's tools.
//! What is called and what answers mean is said by the `database` room; what a backup is, by the `backup` room.

mod error;
mod mysql;
mod postgres;
mod tool;
mod trial;
mod vault;

use crate::host::{Host, PathError};
use crate::model::Prefix;

pub use error::DumpError;
pub(crate) use tool::Watch;
pub(crate) use vault::{Bearing, TrialReport, Vault, check_dump};

/// Removes what tools were told by files, among it a password, where a run was interrupted while they read it.
pub(crate) fn sweep(host: &Host, prefix: &Prefix) -> Result<(), PathError> {
    let names = [postgres::LIST, mysql::OPTIONS, mysql::STATEMENTS];
    names.iter().try_for_each(|name| host.tree.remove_file(&prefix.state().join(name)))
}
