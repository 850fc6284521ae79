//! What is asked of the database before a backup: whether it can be saved, and who else uses it. A server that was stopped
//! does not, and one on another machine is found here only.

use super::create::open_vault;
use super::error::BackupError;
use crate::database::OtherSession;
use crate::host::Host;
use crate::model::{DatabaseDescription, Owner, Prefix, RelPath};

/// Can the database that `config` names be saved and brought back? To be asked while the server still runs: a tool that is
/// missing or too old, a role without rights and objects of others in the way are found here, not after the stop.
pub fn check_database(
    host: &Host,
    prefix: &Prefix,
    config: &RelPath,
    run_as: Option<Owner>,
) -> Result<DatabaseDescription, BackupError> {
    let vault = open_vault(host, prefix, config, run_as)?;
    Ok(vault.bear()?.description)
}

/// The connections to the database that `config` names, made as the server's own role by somebody else than this.
pub fn other_sessions(
    host: &Host,
    prefix: &Prefix,
    config: &RelPath,
    run_as: Option<Owner>,
) -> Result<Vec<OtherSession>, BackupError> {
    Ok(open_vault(host, prefix, config, run_as)?.other_sessions()?)
}
