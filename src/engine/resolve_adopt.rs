//! From a wish to take over an installation to a request.
//! Nothing is changed on the host.

use std::path::{Path, PathBuf};

use super::resolve::{ResolveError, below_root, named_release, resolve_prefix, resolve_root};
use crate::host::{Exec, Users, absolute, resolve_links};
use crate::model::{AdoptRequest, AdoptWish, RelPath};

/// A request to take over an installation.
#[derive(Debug)]
pub struct ResolvedAdopt {
    /// The root, links resolved.
    pub root: PathBuf,
    /// The request.
    pub request: AdoptRequest,
}

/// Resolves a wish to take over an installation.
pub fn resolve_adopt(wish: &AdoptWish) -> Result<ResolvedAdopt, ResolveError> {
    let root = resolve_root(&wish.root)?;
    let prefix = resolve_prefix(&root, &wish.app)?;
    let typed = absolute(&wish.from)?;
    let archive = wish.archive.as_deref().map(absolute).transpose()?;
    let named = archive
        .as_deref()
        .map(|archive| named_release(archive, wish.version.as_ref(), wish.edition));
    let named = named.transpose()?;
    let users = Users::new(Exec::default());
    let lookup = |name: &Option<String>| name.as_deref().map(|name| users.lookup(name)).transpose();
    let request = AdoptRequest {
        from: below(&root, &typed)?,
        by_link: is_link(&typed)?.then_some(typed),
        version: wish.version.clone().or_else(|| named.as_ref().map(|it| it.version.clone())),
        edition: wish.edition.or_else(|| named.map(|it| it.edition)),
        archive,
        sha256: wish.sha256,
        config_file: wish.config_file.as_ref().map(|path| below_root(&root, path)).transpose()?,
        owner: lookup(&wish.owner)?,
        server: lookup(&wish.service_user)?,
        prefix,
    };
    Ok(ResolvedAdopt { root, request })
}

fn below(root: &Path, typed: &Path) -> Result<RelPath, ResolveError> {
    let resolved = resolve_links(typed)?;
    let outside = || ResolveError::OutsideRoot { path: typed.to_owned(), root: root.to_owned() };
    let relative = resolved.strip_prefix(root).map_err(|_| outside())?;
    relative.to_str().and_then(|text| text.parse().ok()).ok_or_else(outside)
}

/// Is the last part of a path a link? What leads to it may be one without anybody caring.
fn is_link(typed: &Path) -> Result<bool, ResolveError> {
    let (Some(parent), Some(name)) = (typed.parent(), typed.file_name()) else {
        return Ok(false);
    };
    Ok(resolve_links(&resolve_links(parent)?.join(name))? != resolve_links(parent)?.join(name))
}
