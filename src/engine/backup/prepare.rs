//! What has to be known of a database before it is saved, found out while its server still runs.

use super::create::{open_vault, site_of};
use super::error::BackupError;
use crate::engine::dump::Bearing;
use crate::engine::state_files::read_receipt;
use crate::host::{Host, PathError};
use crate::model::{BackUp, Prefix, RelPath, ServerEnvironment};

/// What was found out, in the transaction's directory.
const FILE: &str = "backup-bearing.json";

/// It names what belongs to others.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Finds out what the backup of a transaction has to know, and whatever would be in its way: the server need not be down
/// for that, and is not stopped in vain. What is found is kept for [`prepared`].
pub(crate) fn prepare(
    host: &Host,
    prefix: &Prefix,
    what: &BackUp,
    environment: &ServerEnvironment,
) -> Result<(), BackupError> {
    if !what.database {
        return Ok(());
    }
    let receipt = read_receipt(host, prefix)?.ok_or(BackupError::NotInstalled)?;
    let site = site_of(host, what, environment, &receipt.release.version);
    let bearing = open_vault(host, prefix, &site)?.bear()?;
    let text = serde_json::to_vec(&bearing).expect("names are plain data");
    Ok(host.tree.replace(&file(prefix, what), &text, 0o600, None)?)
}

/// What was found out beforehand, if it was.
pub(super) fn prepared(
    host: &Host,
    prefix: &Prefix,
    what: &BackUp,
) -> Result<Option<Bearing>, PathError> {
    let text = host.tree.read(&file(prefix, what), LARGEST)?;
    Ok(text.and_then(|text| serde_json::from_slice(&text).ok()))
}

fn file(prefix: &Prefix, what: &BackUp) -> RelPath {
    prefix.transaction(what.id.transaction()).join(FILE)
}
