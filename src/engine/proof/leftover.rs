//! The server of a run that ended without stopping it: remembered on disk, found again, and stopped.

use std::time::Duration;

use super::error::ProofError;
use crate::host::{Host, OpenProcess, PathError};
use crate::model::{ProcessIdentity, RelPath};

/// The file that names the server of a dark start while it runs.
const IDENTITY: &str = "server.json";

/// A process identity takes about a hundred bytes.
const LARGEST: u64 = 4096;

/// A server may take 15 s to end (observed), and is not killed in the middle of a migration without need.
const GRACE: Duration = Duration::from_secs(60);

pub(super) fn remember(
    host: &Host,
    directory: &RelPath,
    identity: &ProcessIdentity,
) -> Result<(), PathError> {
    let text = serde_json::to_vec(identity).expect("an identity is plain data");
    host.tree
        .replace(&directory.join(IDENTITY), &text, 0o600, None)
}

pub(super) fn forget(host: &Host, directory: &RelPath) -> Result<(), PathError> {
    host.tree.remove_file(&directory.join(IDENTITY))
}

/// Stops the server that an earlier run may have left.
pub(crate) fn stop_leftover(host: &Host, directory: &RelPath) -> Result<(), ProofError> {
    let text = host.tree.read(&directory.join(IDENTITY), LARGEST)?;
    let identity = text.and_then(|text| serde_json::from_slice::<ProcessIdentity>(&text).ok());
    if let Some(process) = identity
        .as_ref()
        .map(OpenProcess::open)
        .transpose()?
        .flatten()
    {
        process.terminate()?;
        if !process.wait_gone(GRACE)? {
            process.kill()?;
            process.wait_gone(GRACE)?;
        }
    }
    Ok(forget(host, directory)?)
}
