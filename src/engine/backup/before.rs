//! What is asked of the database before a backup: whether it can be saved, and who else uses it. A server that was stopped
//! does not, and one on another machine is found here only.

use super::create::open_vault;
use super::error::BackupError;
use crate::database::OtherSession;
use crate::engine::dump::Vault;
use crate::engine::server_environment::SiteConfig;
use crate::host::Host;
use crate::model::{DatabaseDescription, Owner, Prefix, RelPath, ServerEnvironment, Version};

/// Can the database that `config` names be saved and brought back? To be asked while the server still runs: a tool that is
/// missing or too old, a role without rights and objects of others in the way are found here, not after the stop.
pub fn check_database(
    host: &Host,
    prefix: &Prefix,
    config: &RelPath,
    run_as: Option<Owner>,
) -> Result<DatabaseDescription, BackupError> {
    Ok(open_named(host, prefix, config, run_as)?.bear()?.description)
}

/// The connections to the database that `config` names, made as the server's own role by somebody else than this.
pub fn other_sessions(
    host: &Host,
    prefix: &Prefix,
    config: &RelPath,
    run_as: Option<Owner>,
) -> Result<Vec<OtherSession>, BackupError> {
    Ok(open_named(host, prefix, config, run_as)?.other_sessions()?)
}

/// The database that a file names by itself, whatever the server's environment says.
fn open_named<'a>(
    host: &'a Host,
    prefix: &'a Prefix,
    file: &'a RelPath,
    run_as: Option<Owner>,
) -> Result<Vault<'a>, BackupError> {
    let environment = ServerEnvironment::default();
    // Where nothing overrides, nothing depends on it.
    let version = Version::new(0, 0, 0);
    let (environment, version) = (&environment, &version);
    let site = SiteConfig { host, file, environment, version, run_as, kept: Vec::new() };
    open_vault(host, prefix, &site)
}
