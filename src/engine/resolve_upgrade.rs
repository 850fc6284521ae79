//! From a wish to upgrade to a request: what was not said stays as it is.
//! Nothing is changed on the host.

use std::path::PathBuf;

use super::resolve::{ResolveError, Resolved, resolve, resolve_prefix, resolve_root};
use super::state_files::{StateFileError, read_receipt};
use super::status::own_territory;
use super::steps::{DEFAULTS, ENFORCED};
use crate::config::Document;
use crate::host::{
    Cancel, Host, Meter, PathError, ServiceNameError, find_service, hooks_directory,
};
use crate::model::{
    DatabaseUse, InstallWish, Location, Manner, Overlay, Prefix, Receipt, ServerEnvironment,
    Strength, UpgradeRequest, UpgradeWish,
};
use crate::upgrade::Rules;

/// A request to upgrade with what its overlays say.
#[derive(Debug)]
pub struct ResolvedUpgrade {
    /// The root, links resolved.
    pub root: PathBuf,
    /// The request.
    pub request: UpgradeRequest,
    /// The host's defaults, all overlays in one.
    pub defaults: Document,
    /// What the host enforces, all overlays in one.
    pub enforced: Document,
    /// The environment of the server, as the operator tells it.
    pub environment: Option<ServerEnvironment>,
    /// What the hop is judged by.
    pub rules: Rules,
}

/// Why a wish to upgrade makes no request.
#[derive(Debug, thiserror::Error)]
pub enum ResolveUpgradeError {
    /// What shall be true afterwards cannot be told.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// Something cannot be looked at.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A state file cannot be used.
    #[error(transparent)]
    State(#[from] StateFileError),
    /// The service cannot be told.
    #[error(transparent)]
    Service(#[from] ServiceNameError),
    /// Nothing is installed.
    #[error("nothing is installed here by mmembed")]
    NotInstalled,
}

/// Resolves a wish to upgrade: owner, user, places and the configuration file stay as the receipt has them, the host's
/// settings and the service as they were given last. The hop will be judged by these rules.
pub fn resolve_upgrade(
    wish: &UpgradeWish,
    rules: Rules,
) -> Result<ResolvedUpgrade, ResolveUpgradeError> {
    let root = resolve_root(&wish.root)?;
    let prefix = resolve_prefix(&root, &wish.app)?;
    let reader = Host::new(&root, own_territory(&prefix), Meter::default(), Cancel::never())?;
    let receipt = read_receipt(&reader, &prefix)?.ok_or(ResolveUpgradeError::NotInstalled)?;
    let wished = target_wish(wish, &reader, &prefix, &receipt)?;
    let Resolved { root, request: mut target, defaults, enforced, environment, .. } =
        resolve(&wished)?;
    target.viewpoint = receipt.viewpoint;
    let hooks = wish.manner.hooks.as_deref().map(hooks_directory).transpose()?;
    let service = match &wish.service {
        Some(service) => find_service(&reader.exec, service)?,
        None => receipt.service,
    };
    let manner = Manner { hooks, ..wish.manner.clone() };
    let request =
        UpgradeRequest { target, service, consent: wish.consent, manner, leg: wish.leg.clone() };
    Ok(ResolvedUpgrade { root, request, defaults, enforced, environment, rules })
}

/// The installation that is wished for, in the words of one.
fn target_wish(
    wish: &UpgradeWish,
    host: &Host,
    prefix: &Prefix,
    receipt: &Receipt,
) -> Result<InstallWish, PathError> {
    let overlays = overlays_of(wish, host, prefix)?;
    let placed = receipt.placements.iter().filter_map(|place| match &place.location {
        Location::At(path) => Some((place.name, path.clone())),
        Location::InTree => None,
    });
    let in_tree = receipt.placements.iter().filter(|place| place.location == Location::InTree);
    let in_live = receipt.config.is_within(&prefix.live());
    Ok(InstallWish {
        app: wish.app.clone(),
        root: wish.root.clone(),
        archive: wish.archive.clone(),
        version: wish.version.clone(),
        edition: wish.edition,
        sha256: wish.sha256,
        overlays,
        policies: wish.policies.clone(),
        places: placed.collect(),
        in_tree: in_tree.map(|place| place.name).collect(),
        config_file: (!in_live).then(|| receipt.config.clone()),
        owner: Some(receipt.owner.to_string()),
        service_user: Some(receipt.server.to_string()),
        service: None,
        start: wish.start,
        database: DatabaseUse::AsItIs,
        env_files: wish.env_files.clone(),
    })
}

/// The host's settings: as they are given, or as they were applied last.
pub(super) fn overlays_of(
    wish: &UpgradeWish,
    host: &Host,
    prefix: &Prefix,
) -> Result<Vec<(Strength, Overlay)>, PathError> {
    if wish.overlays.is_empty() {
        applied_overlays(host, prefix)
    } else {
        Ok(wish.overlays.clone())
    }
}

/// The host's settings as they were applied last.
pub(super) fn applied_overlays(
    host: &Host,
    prefix: &Prefix,
) -> Result<Vec<(Strength, Overlay)>, PathError> {
    let mut overlays = Vec::new();
    for (strength, name) in [(Strength::Default, DEFAULTS), (Strength::Enforced, ENFORCED)] {
        let path = prefix.applied().join(name);
        if host.tree.exists(&path)? {
            overlays.push((strength, Overlay::File(host.tree.absolute(&path))));
        }
    }
    Ok(overlays)
}
