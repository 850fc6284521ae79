//! Who else uses the database: a server that was stopped does not, and one on another machine is found here only.

use super::create::open_vault;
use super::error::BackupError;
use crate::database::OtherSession;
use crate::host::Host;
use crate::model::{Owner, Prefix, RelPath};

/// The connections to the database that `config` names, made as the server's own role by somebody else than this.
pub fn other_sessions(
    host: &Host,
    prefix: &Prefix,
    config: &RelPath,
    run_as: Option<Owner>,
) -> Result<Vec<OtherSession>, BackupError> {
    Ok(open_vault(host, prefix, config, run_as)?.other_sessions()?)
}
