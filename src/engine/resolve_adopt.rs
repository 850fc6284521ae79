//! From a wish to take over an installation to a request.
//! Nothing is changed on the host.

use std::path::{Path, PathBuf};

use super::resolve::{ResolveError, below_root, named_release, resolve_prefix, resolve_root};
use crate::host::{
    Exec, OwnerError, PathError, ServiceNameError, Users, absolute, find_service, resolve_links,
};
use crate::model::{AdoptRequest, AdoptWish, RelPath, Service};

/// A request to take over an installation.
#[derive(Debug)]
pub struct ResolvedAdopt {
    /// The root, links resolved.
    pub root: PathBuf,
    /// The request, its paths resolved as they led then.
    pub request: AdoptRequest,
    /// The installed tree, absolute, links in it kept.
    from: PathBuf,
    /// The configuration that was named, likewise below the root.
    config_file: Option<RelPath>,
}

impl ResolvedAdopt {
    /// The request, its paths resolved as they lead now. What a run that was interrupted has left is cleared away in between,
    /// and where it was interrupted decides whether the old path is a link.
    pub(crate) fn now(&self) -> Result<AdoptRequest, ResolveError> {
        let config_file = self.config_file.as_ref();
        Ok(AdoptRequest {
            from: below(&self.root, &self.from)?,
            by_link: is_link(&self.from)?.then(|| self.from.clone()),
            config_file: config_file.map(|path| below_root(&self.root, path)).transpose()?,
            ..self.request.clone()
        })
    }
}

/// Why a wish to take over an installation makes no request.
#[derive(Debug, thiserror::Error)]
pub enum ResolveAdoptError {
    /// Something that was named cannot be looked up.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// The service cannot be told.
    #[error(transparent)]
    Service(#[from] ServiceNameError),
}

impl From<PathError> for ResolveAdoptError {
    fn from(error: PathError) -> Self {
        Self::Resolve(error.into())
    }
}

impl From<OwnerError> for ResolveAdoptError {
    fn from(error: OwnerError) -> Self {
        Self::Resolve(error.into())
    }
}

/// Resolves a wish to take over an installation.
pub fn resolve_adopt(wish: &AdoptWish) -> Result<ResolvedAdopt, ResolveAdoptError> {
    let root = resolve_root(&wish.root)?;
    let prefix = resolve_prefix(&root, &wish.app)?;
    let typed = absolute(&wish.from)?;
    let archive = wish.archive.as_deref().map(absolute).transpose()?;
    let named = archive
        .as_deref()
        .map(|archive| named_release(archive, wish.version.as_ref(), wish.edition));
    let named = named.transpose()?;
    let users = Users::below(&root, Exec::default());
    let lookup = |name: &Option<String>| name.as_deref().map(|name| users.lookup(name)).transpose();
    let request = AdoptRequest {
        from: below(&root, &typed)?,
        by_link: is_link(&typed)?.then(|| typed.clone()),
        version: wish.version.clone().or_else(|| named.as_ref().map(|it| it.version.clone())),
        edition: wish.edition.or_else(|| named.map(|it| it.edition)),
        archive,
        sha256: wish.sha256,
        config_file: wish.config_file.as_ref().map(|path| below_root(&root, path)).transpose()?,
        owner: lookup(&wish.owner)?,
        server: lookup(&wish.service_user)?,
        service: wish
            .service
            .as_ref()
            .map_or(Ok(Service::None), |service| find_service(&Exec::default(), service))?,
        prefix,
    };
    Ok(ResolvedAdopt { root, request, from: typed, config_file: wish.config_file.clone() })
}

fn below(root: &Path, typed: &Path) -> Result<RelPath, ResolveError> {
    let resolved = resolve_links(typed)?;
    let outside = || ResolveError::OutsideRoot { path: typed.to_owned(), root: root.to_owned() };
    let relative = resolved.strip_prefix(root).map_err(|_| outside())?;
    relative.to_str().and_then(|text| text.parse().ok()).ok_or_else(outside)
}

/// Is the last part of a path a link? What leads to it may be one without anybody caring.
fn is_link(typed: &Path) -> Result<bool, PathError> {
    let (Some(parent), Some(name)) = (typed.parent(), typed.file_name()) else {
        return Ok(false);
    };
    let plain = resolve_links(parent)?.join(name);
    Ok(resolve_links(&plain)? != plain)
}
