//! The server of a run that ended without stopping it: remembered on disk, found again, and stopped.

use std::time::Duration;

use super::error::ProofError;
use crate::host::{Host, OpenProcess, PathError, running_with_argument};
use crate::model::{ProcessIdentity, RelPath};

/// The file that names the server of a dark start while it runs.
const IDENTITY: &str = "server.json";

/// A process identity takes about a hundred bytes.
const LARGEST: u64 = 4096;

/// A server may take 15 s to end (observed), and is not killed in the middle of a migration without need.
const GRACE: Duration = Duration::from_secs(60);

/// Longer a process needs to vanish after SIGKILL only if it hangs in the kernel.
const DEATH: Duration = Duration::from_secs(10);

pub(super) fn remember(
    host: &Host,
    directory: &RelPath,
    identity: &ProcessIdentity,
) -> Result<(), PathError> {
    let text = serde_json::to_vec(identity).expect("an identity is plain data");
    host.tree.replace(&directory.join(IDENTITY), &text, 0o600, None)
}

pub(super) fn forget(host: &Host, directory: &RelPath) -> Result<(), PathError> {
    host.tree.remove_file(&directory.join(IDENTITY))
}

/// Stops the server that an earlier run may have left: the one on record, and any that runs from `tree` with `config`, the
/// copy of the configuration. A run that was killed right after it had started its server has not recorded it.
///
/// # Errors
/// If a server cannot be found out about or does not end; then it is still on record, if it was.
pub(crate) fn stop_leftover(
    host: &Host,
    directory: &RelPath,
    tree: &RelPath,
    config: &RelPath,
) -> Result<(), ProofError> {
    let text = host.tree.read(&directory.join(IDENTITY), LARGEST)?;
    let recorded = text.and_then(|text| serde_json::from_slice::<ProcessIdentity>(&text).ok());
    if let Some(identity) = recorded {
        end(&identity, GRACE)?;
    }
    let config = host.tree.absolute(config);
    let unrecorded = running_with_argument(&host.tree.absolute(tree), config.as_os_str())?;
    for identity in unrecorded {
        end(&identity, GRACE)?;
    }
    Ok(forget(host, directory)?)
}

/// Ends a process: asks it, and after `grace` kills it with its plugins.
fn end(identity: &ProcessIdentity, grace: Duration) -> Result<(), ProofError> {
    let Some(process) = OpenProcess::open(identity)? else {
        return Ok(());
    };
    process.terminate()?;
    if process.wait_gone(grace)? {
        return Ok(());
    }
    process.kill_group()?;
    if process.wait_gone(DEATH)? {
        return Ok(());
    }
    Err(ProofError::Undying { pid: identity.pid })
}

#[cfg(test)]
mod tests;
