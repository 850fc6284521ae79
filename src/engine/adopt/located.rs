//! Where the directory settings of an installation lead, links resolved.

use std::path::PathBuf;

use super::AdoptError;
use crate::config::{FoundAt, FoundPlace};
use crate::host::{Host, resolve_links};
use crate::model::{AdoptRequest, Arrangement, PlaceName};
use crate::planning::{Located, LocatedAt};

/// Resolves where each directory lies.
pub(super) fn locate(
    host: &Host,
    request: &AdoptRequest,
    arrangement: &Arrangement,
    found: Vec<FoundPlace>,
) -> Result<Vec<Located>, AdoptError> {
    // GitLab's server may not write to its directory: what was never made there follows the uploaded files.
    let is_absent = |found: &FoundPlace| match &found.at {
        FoundAt::InTree(path) => !host.tree.exists(&request.from.below(path)).unwrap_or(true),
        FoundAt::Outside(_) => false,
    };
    let follows = |found: &FoundPlace| {
        let other = matches!(found.place, PlaceName::Compliance | PlaceName::Exports);
        *arrangement != Arrangement::Tree && other && is_absent(found)
    };
    let located = found.into_iter().filter(|found| !follows(found)).map(|found| {
        let at = locate_one(host, request, arrangement, &found.at)?;
        Ok(Located { place: found.place, setting: found.setting, at })
    });
    located.collect()
}

fn locate_one(
    host: &Host,
    request: &AdoptRequest,
    arrangement: &Arrangement,
    at: &FoundAt,
) -> Result<LocatedAt, AdoptError> {
    let tree = host.tree.absolute(&request.from);
    let path: PathBuf = match at {
        FoundAt::InTree(path) => path.under(&tree),
        FoundAt::Outside(path) => path.clone(),
    };
    let resolved = resolve_links(&path)?;
    // What lies in GitLab's directory lies beside the tree that is made.
    let within = (*arrangement == Arrangement::Tree)
        .then(|| resolved.strip_prefix(&tree).ok()?.to_str()?.parse().ok())
        .flatten();
    if let Some(within) = within {
        return Ok(LocatedAt::InTree(within));
    }
    let below = resolved.strip_prefix(host.tree.root()).ok();
    let below = below.and_then(|below| below.to_str()?.parse().ok());
    Ok(below.map_or(LocatedAt::OutsideRoot(path), LocatedAt::Below))
}
