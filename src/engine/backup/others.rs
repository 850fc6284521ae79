//! Who else uses the database: a server that was stopped does not, and one on another machine is found here only.

use super::create::open_vault;
use super::error::BackupError;
use crate::database::OtherSession;
use crate::engine::server_environment::SiteConfig;
use crate::engine::state_files::read_receipt;
use crate::host::Host;
use crate::model::{Owner, Prefix, RelPath, ServerEnvironment};

/// The connections to the database that `config` names, made as the server's own role by somebody else than this.
pub fn other_sessions(
    host: &Host,
    prefix: &Prefix,
    config: &RelPath,
    run_as: Option<Owner>,
) -> Result<Vec<OtherSession>, BackupError> {
    let environment = ServerEnvironment::default();
    let receipt = read_receipt(host, prefix)?.ok_or(BackupError::NotInstalled)?;
    let version = &receipt.release.version;
    let kept = Vec::new();
    let site = SiteConfig { host, file: config, environment: &environment, version, run_as, kept };
    Ok(open_vault(&site, prefix)?.other_sessions()?)
}
