//! Seeing what a plan depends on. Nothing is changed, and absence is no error.

use std::collections::BTreeMap;
use std::path::Path;

use super::state_files::{StateFileError, read_identity, read_receipt};
use super::steps::{DEFAULTS, ENFORCED};
use crate::host::{
    ArchiveSeen, Host, Kind, PathError, current_owner, digest_of, exists_outside, look_at_archive,
};
use crate::model::{
    ArchiveStamp, InstallRequest, Inventory, LiveSeen, Location, Overlays, PathSeen, Prefix,
    Receipt, RelPath, Sha256Digest, TransactionId,
};

/// No configuration is larger.
const LARGEST_OVERLAY: u64 = 16 * 1024 * 1024;

/// Why the host could not be seen.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// Something could not be looked at.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A state file cannot be used.
    #[error(transparent)]
    State(#[from] StateFileError),
}

/// Sees the archive. Its digest is told only where the same release is installed, to compare it with.
pub(crate) fn see_archive(
    host: &Host,
    request: &InstallRequest,
) -> Result<ArchiveSeen, ObserveError> {
    let same = |receipt: &Receipt| receipt.release == request.release;
    let installed = read_receipt(host, &request.prefix)?.filter(same);
    // What is installed already can do without the archive that it came from.
    if let Some(receipt) = installed.as_ref().filter(|it| it.archive.path == request.archive)
        && !exists_outside(&request.archive)
    {
        return Ok(ArchiveSeen { stamp: receipt.archive.clone(), claimed_size: 0 });
    }
    let mut archive = look_at_archive(&request.archive)?;
    // The same release can be told from another archive only by its digest.
    if let Some(receipt) = installed {
        archive.stamp.sha256 = known_digest(&archive, &receipt, &request.archive)?;
    }
    Ok(archive)
}

/// Sees what a change of an installation depends on.
pub(crate) fn observe(
    host: &Host,
    request: &InstallRequest,
    archive: ArchiveStamp,
    id: TransactionId,
    drifted: Vec<String>,
) -> Result<Inventory, ObserveError> {
    let prefix = &request.prefix;
    let receipt = read_receipt(host, prefix)?;
    Ok(Inventory {
        id,
        caller: current_owner(),
        live: see_live(host, prefix)?,
        archive,
        directories: see_directories(host, request, receipt.as_ref())?,
        config_exists: host.tree.exists(&request.config())?,
        applied: see_applied(host, prefix)?,
        serving: false,
        foreign: Vec::new(),
        // Until somebody has looked, what was seen last stands.
        overridden: receipt.iter().flat_map(|it| it.overridden.clone()).collect(),
        drifted,
        migrated: false,
        receipt,
    })
}

/// The digest of the archive: taken from the receipt when size and time say that it is the same file still, so that
/// asking twice does not read it twice.
fn known_digest(
    archive: &ArchiveSeen,
    receipt: &Receipt,
    path: &Path,
) -> Result<Option<Sha256Digest>, PathError> {
    let (now, then) = (&archive.stamp, &receipt.archive);
    if (&now.path, now.size, now.modified) == (&then.path, then.size, then.modified) {
        return Ok(then.sha256);
    }
    digest_of(path).map(Some)
}

pub(super) fn see_live(host: &Host, prefix: &Prefix) -> Result<LiveSeen, ObserveError> {
    let live = prefix.live();
    if !host.tree.exists(&live)? {
        return Ok(LiveSeen::Nothing);
    }
    let identity = read_identity(host, &live)?;
    Ok(identity.map_or(LiveSeen::Foreign, |identity| LiveSeen::Ours(identity.transaction)))
}

/// The directories that a plan may make or move, and all that lead to them.
pub(super) fn see_directories(
    host: &Host,
    request: &InstallRequest,
    receipt: Option<&Receipt>,
) -> Result<BTreeMap<RelPath, PathSeen>, PathError> {
    let live = request.prefix.live();
    let mut wanted = vec![request.prefix.embedded(), request.prefix.state()];
    wanted.extend(request.config_file.as_ref().and_then(RelPath::parent));
    let former = receipt.iter().flat_map(|receipt| &receipt.placements);
    for placement in request.placements.iter().chain(former) {
        if let Location::At(path) = &placement.location {
            wanted.push(path.clone());
        } else {
            wanted.extend(placement.path(&live));
        }
    }
    let mut directories = BTreeMap::new();
    for path in wanted {
        let mut path = Some(path);
        while let Some(here) = path {
            if !directories.contains_key(&here) {
                directories.insert(here.clone(), see_directory(host, &here)?);
            }
            path = here.parent();
        }
    }
    Ok(directories)
}

fn see_directory(host: &Host, path: &RelPath) -> Result<PathSeen, PathError> {
    Ok(match host.tree.stat(path)? {
        None => PathSeen::Nothing,
        Some(stat) if stat.kind == Kind::Directory => PathSeen::Directory {
            device: stat.device,
            empty: host.tree.is_empty(path)?,
            mode: stat.mode,
            owner: stat.owner,
        },
        Some(_) => PathSeen::Other,
    })
}

/// Digests of the overlays as last applied; `None` when none ever were.
fn see_applied(host: &Host, prefix: &Prefix) -> Result<Option<Overlays>, PathError> {
    let digest = |name| {
        let text = host.tree.read(&prefix.applied().join(name), LARGEST_OVERLAY)?;
        Ok(text.map(|text| Sha256Digest::of(&text)))
    };
    let (defaults, enforced) = (digest(DEFAULTS)?, digest(ENFORCED)?);
    Ok(defaults.zip(enforced).map(|(defaults, enforced)| Overlays { defaults, enforced }))
}
