//! From a wish to go back to a request: which backup, which tree, and what was true then.
//! Nothing is changed on the host.

use std::path::PathBuf;

use super::backup::{BackupError, list_backups, manifest_of};
use super::chain::read_chain;
use super::resolve::{ResolveError, resolve_prefix, resolve_root};
use super::server_environment::{EnvironmentError, read_environment_files};
use super::state_files::{StateFileError, read_maker, read_receipt, read_receipt_at};
use super::status::own_territory;
use super::steps::{DEFAULTS, ENFORCED, LEDGER};
use crate::host::{
    Cancel, Host, Meter, PathError, ServiceNameError, absolute, exists_outside, find_service,
    hooks_directory,
};
use crate::model::{
    ArchiveStamp, BackupId, BackupManifest, DatabaseUse, InstallRequest, Manner, Overlays, Prefix,
    Receipt, RestoreRequest, RestoreWish, ServerEnvironment, Sha256Digest, TreeSource,
};

/// No overlay and no ledger is larger.
const LARGEST: u64 = 16 * 1024 * 1024;

/// A request to go back, with what the host's settings were.
#[derive(Debug)]
pub struct ResolvedRestore {
    /// The root, links resolved.
    pub root: PathBuf,
    /// The request.
    pub request: RestoreRequest,
    /// May what people have done since be lost?
    pub accept_loss: bool,
    /// The environment of the server, as the operator tells it.
    pub environment: Option<ServerEnvironment>,
    /// What was true then.
    pub(super) former: Receipt,
    /// The archive of the release, as it was known then.
    pub(super) archive: ArchiveStamp,
    /// The host's defaults, what it enforces, and the ledger, as they were.
    pub(super) settings: Vec<(&'static str, Vec<u8>)>,
}

/// Why a wish to go back makes no request.
#[derive(Debug, thiserror::Error)]
pub enum ResolveRestoreError {
    /// Root or paths cannot be resolved.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// Something cannot be looked at.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A state file cannot be used.
    #[error(transparent)]
    State(#[from] StateFileError),
    /// The backup cannot be used.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// The service cannot be told.
    #[error(transparent)]
    Service(#[from] ServiceNameError),
    /// The environment of the server cannot be told.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// There is nothing to go back to.
    #[error("the last change here was no upgrade that could be taken back")]
    NoBackup,
    /// The backup was made of an installation that is not mmembed's.
    #[error("the backup {id} does not say what was installed")]
    NoReceipt {
        /// Which.
        id: BackupId,
    },
    /// Neither the tree nor its archive is there any more.
    #[error("the tree of the backup {id} is gone, and its archive is not at {} any more", archive.display())]
    NoTree {
        /// Which.
        id: BackupId,
        /// Where the archive was.
        archive: PathBuf,
    },
}

/// Resolves a wish to go back.
pub fn resolve_restore(wish: &RestoreWish) -> Result<ResolvedRestore, ResolveRestoreError> {
    let root = resolve_root(&wish.root)?;
    let prefix = resolve_prefix(&root, &wish.app)?;
    let host = Host::new(&root, own_territory(&prefix), Meter::default(), Cancel::never())?;
    let current = read_receipt(&host, &prefix)?;
    // Half way, only one backup may have a database.
    let saved = read_chain(&host, &prefix)?.and_then(|record| record.saved_before());
    let last = || current.as_ref().map(|receipt| BackupId::from(receipt.transaction.clone()));
    let id = wish.backup.clone().or(saved).or_else(last).ok_or(ResolveRestoreError::NoBackup)?;
    let backup = match manifest_of(&host, &prefix, &id) {
        Err(BackupError::Unknown { .. }) if wish.backup.is_none() => {
            return Err(ResolveRestoreError::NoBackup);
        }
        found => found?,
    };
    let directory = prefix.backup(&id);
    let former = read_receipt_at(&host, &directory.join("receipt.json"))?
        .ok_or_else(|| ResolveRestoreError::NoReceipt { id: id.clone() })?;
    let tree = tree_of(&host, &backup, &former, wish)?;
    let service = match (&wish.service, current) {
        (Some(service), _) => find_service(&host.exec, service)?,
        (None, Some(current)) => current.service,
        (None, None) => former.service.clone(),
    };
    let applied = directory.join("applied");
    let mut settings = Vec::new();
    for (name, path) in [
        (DEFAULTS, applied.join(DEFAULTS)),
        (ENFORCED, applied.join(ENFORCED)),
        (LEDGER, directory.join(LEDGER)),
    ] {
        settings.extend(host.tree.read(&path, LARGEST)?.map(|content| (name, content)));
    }
    let target = target(&prefix, &former, wish, &settings)?;
    let hooks = wish.manner.hooks.as_deref().map(hooks_directory).transpose()?;
    let manner = Manner { hooks, ..wish.manner.clone() };
    let (waived, waivers) = (former.waived.clone(), former.waivers.clone());
    let earlier = earlier_than(&host, &prefix, &id)?;
    let request =
        RestoreRequest { backup, earlier, target, tree, service, waived, waivers, manner };
    Ok(ResolvedRestore {
        root,
        request,
        accept_loss: wish.accept_loss,
        environment: read_environment_files(&wish.env_files)?,
        archive: former.archive.clone(),
        former,
        settings,
    })
}

/// The backups that were made before this one, and can be gone back to.
fn earlier_than(host: &Host, prefix: &Prefix, id: &BackupId) -> Result<Vec<BackupId>, BackupError> {
    let whole = list_backups(host, prefix)?.into_iter().filter(|seen| seen.manifest.is_ok());
    Ok(whole.map(|seen| seen.id).filter(|other| other < id).collect())
}

/// The tree that was retired, if it is there still; else its archive.
fn tree_of(
    host: &Host,
    backup: &BackupManifest,
    former: &Receipt,
    wish: &RestoreWish,
) -> Result<TreeSource, ResolveRestoreError> {
    if let (Some(tree), None) = (&backup.retired, &wish.archive)
        && let Some(maker) = read_maker(host, tree)?
    {
        return Ok(TreeSource::Retired { tree: tree.clone(), maker });
    }
    let archive = wish.archive.clone().unwrap_or_else(|| former.archive.path.clone());
    if exists_outside(&archive) {
        return Ok(TreeSource::Archive);
    }
    Err(ResolveRestoreError::NoTree { id: backup.id.clone(), archive })
}

/// What was true then, in the words of an installation.
fn target(
    prefix: &Prefix,
    former: &Receipt,
    wish: &RestoreWish,
    settings: &[(&'static str, Vec<u8>)],
) -> Result<InstallRequest, PathError> {
    let digest = |name| {
        let content = settings.iter().find(|(of, _)| *of == name).map(|(_, content)| content);
        Sha256Digest::of(content.map_or(b"{}", Vec::as_slice))
    };
    let in_live = former.config.is_within(&prefix.live());
    Ok(InstallRequest {
        prefix: prefix.clone(),
        archive: absolute(wish.archive.as_deref().unwrap_or(&former.archive.path))?,
        release: former.release.clone(),
        sha256: former.archive.sha256,
        viewpoint: former.viewpoint,
        config_file: (!in_live).then(|| former.config.clone()),
        placements: former.placements.clone(),
        owner: former.owner,
        server: former.server,
        overlays: Overlays { defaults: digest(DEFAULTS), enforced: digest(ENFORCED) },
        policies: Vec::new(),
        start: wish.start,
        database: DatabaseUse::AsItIs,
    })
}
