//! Who owns an installation, and who runs its server, as far as its files tell.

use super::AdoptError;
use crate::host::{Host, Kind, PathError, current_owner};
use crate::model::{AdoptRequest, Arrangement, Owner, PlaceName, RelPath};
use crate::planning::{Located, LocatedAt};

/// Who owns the tree: whoever was named, else whoever owns it now; one that is made belongs to whoever makes it.
pub(super) fn owner_of(
    host: &Host,
    request: &AdoptRequest,
    arrangement: &Arrangement,
) -> Result<Owner, AdoptError> {
    if let Some(named) = request.owner {
        return Ok(named);
    }
    let now = match arrangement {
        Arrangement::Tree => owner(host, &request.from)?,
        Arrangement::GitLab(_) => None,
    };
    Ok(now.unwrap_or_else(current_owner))
}

/// Who runs the server: whoever was named, else whoever owns the uploaded files, else the configuration, which the
/// server rewrites at each start.
pub(super) fn server_of(
    host: &Host,
    request: &AdoptRequest,
    config: &RelPath,
    located: &[Located],
) -> Result<Owner, AdoptError> {
    if let Some(named) = request.server {
        return Ok(named);
    }
    let data = located.iter().find(|one| one.place == PlaceName::Data).map(|one| &one.at);
    let data = match data {
        Some(LocatedAt::InTree(path)) => Some(request.from.below(path)),
        Some(LocatedAt::Below(path)) => Some(path.clone()),
        Some(LocatedAt::OutsideRoot(_)) | None => None,
    };
    for path in data.iter().chain([config]) {
        if let Some(owner) = owner(host, path)? {
            return Ok(owner);
        }
    }
    Ok(current_owner())
}

/// Who owns what lies at a path; who made a link says nothing.
fn owner(host: &Host, path: &RelPath) -> Result<Option<Owner>, PathError> {
    let stat = host.tree.stat(path)?;
    Ok(stat.filter(|stat| stat.kind != Kind::Symlink).map(|stat| stat.owner))
}
