//! From a wish to take over an installation to a request.
//! Nothing is changed on the host.

use std::path::{Path, PathBuf};

use super::resolve::{ResolveError, below_root, named_release, resolve_prefix, resolve_root};
use crate::host::{
    Exec, OwnerError, PathError, ServiceNameError, Users, absolute, find_service,
    require_directory_outside, resolve_links,
};
use crate::model::{AdoptRequest, AdoptWish, RelPath, Service};

/// A request to take over an installation.
#[derive(Debug)]
pub struct ResolvedAdopt {
    /// The root, links resolved.
    pub root: PathBuf,
    /// The request, its paths resolved as they led then.
    pub request: AdoptRequest,
    /// The installed tree as it was named, below the root, links in it kept.
    from: RelPath,
    /// The configuration that was named, likewise.
    config_file: Option<RelPath>,
}

impl ResolvedAdopt {
    /// The request, its paths resolved as they lead now. What a run that was interrupted has left is cleared away in between,
    /// and where it was interrupted decides whether the old path is a link.
    pub(crate) fn now(&self) -> Result<AdoptRequest, ResolveError> {
        let config_file = self.config_file.as_ref();
        Ok(AdoptRequest {
            from: below_root(&self.root, &self.from)?,
            by_link: link(&self.root, &self.from)?,
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
    /// The tree was named as seen from outside the root.
    #[error(
        "--from is taken below --root: there is no directory {}",
        from.under(root).display()
    )]
    RootTwice {
        /// The root.
        root: PathBuf,
        /// What was named.
        from: RelPath,
        /// The directory that was meant, below the root.
        meant: RelPath,
    },
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
    refuse_root_twice(wish, &root)?;
    let archive = wish.archive.as_deref().map(absolute).transpose()?;
    let named = archive
        .as_deref()
        .map(|archive| named_release(archive, wish.version.as_ref(), wish.edition));
    let named = named.transpose()?;
    let users = Users::below(&root, Exec::default());
    let lookup = |name: &Option<String>| name.as_deref().map(|name| users.lookup(name)).transpose();
    let request = AdoptRequest {
        from: below_root(&root, &wish.from)?,
        by_link: link(&root, &wish.from)?,
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
    let (from, config_file) = (wish.from.clone(), wish.config_file.clone());
    Ok(ResolvedAdopt { root, request, from, config_file })
}

/// Somebody who knows the tree by its whole path means that one.
fn refuse_root_twice(wish: &AdoptWish, root: &Path) -> Result<(), ResolveAdoptError> {
    let typed = wish.from.under(Path::new("/"));
    let roots = [root.to_owned(), absolute(&wish.root)?];
    let below = |outer: &PathBuf| -> Option<RelPath> {
        let rest = Path::new("/").join(typed.strip_prefix(outer).ok()?);
        RelPath::below_root(rest.to_str()?).ok().filter(|meant| *meant != wish.from)
    };
    match roots.iter().find_map(below) {
        Some(meant) if require_directory_outside(&wish.from.under(root)).is_err() => {
            let (root, from) = (root.to_owned(), wish.from.clone());
            Err(ResolveAdoptError::RootTwice { root, from, meant })
        }
        Some(_) | None => Ok(()),
    }
}

/// The whole path, if its last part is a link. What leads to it may be one without anybody caring.
fn link(root: &Path, from: &RelPath) -> Result<Option<PathBuf>, PathError> {
    let typed = from.under(root);
    let (Some(parent), Some(name)) = (typed.parent(), typed.file_name()) else {
        return Ok(None);
    };
    let plain = resolve_links(parent)?.join(name);
    Ok((resolve_links(&plain)? != plain).then_some(typed))
}
