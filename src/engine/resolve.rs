//! From a wish to a request: names are looked up, files read, links resolved, usual places filled in.
//! Nothing is changed on the host.

use std::path::{Path, PathBuf};

use super::server_environment::{EnvironmentError, read_environment_files};
use crate::config::{
    Assignment, AssignmentError, Document, DocumentError, EditError, MAX_BYTES, Policies,
    PolicyError, UnknownName, require_known,
};
use crate::host::{
    Exec, OwnerError, PathError, ServiceNameError, Users, absolute, current_owner, find_service,
    is_root, read_outside, require_readable, resolve_links,
};
use crate::model::{
    AppName, Edition, InstallRequest, InstallWish, Location, Overlay, Overlays, Owner, PlaceName,
    Placement, Prefix, RelPath, Release, ServerEnvironment, Service, Sha256Digest, Start, Strength,
    Version, Viewpoint,
};

/// A request with what its overlays say.
#[derive(Debug)]
pub struct Resolved {
    /// The root, links resolved.
    pub root: PathBuf,
    /// The request.
    pub request: InstallRequest,
    /// The host's defaults, all overlays in one.
    pub defaults: Document,
    /// What the host enforces, all overlays in one.
    pub enforced: Document,
    /// The environment of the server, as the operator tells it.
    pub environment: Option<ServerEnvironment>,
    /// Who stops a server that runs, and starts it again.
    pub service: Option<Service>,
}

/// Why a wish makes no request.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// Something cannot be looked at.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A user or group is not known.
    #[error(transparent)]
    Owner(#[from] OwnerError),
    /// A link leads out of the root.
    #[error("{} leads out of the root {}", path.display(), root.display())]
    OutsideRoot {
        /// The path.
        path: PathBuf,
        /// The root.
        root: PathBuf,
    },
    /// The root is no directory.
    #[error("the root {} is no directory", root.display())]
    NoRoot {
        /// The root.
        root: PathBuf,
    },
    /// Nobody is there to run the server.
    #[error("there is no user mattermost to run the server, and none was named")]
    NoServiceUser,
    /// It cannot be told what the archive holds.
    #[error("the name of {} does not tell which release it holds", archive.display())]
    UnknownRelease {
        /// The archive.
        archive: PathBuf,
    },
    /// The name of the archive says something else than the operator.
    #[error("{} is named like {named}, but {stated} was stated", archive.display())]
    OtherRelease {
        /// The archive.
        archive: PathBuf,
        /// What its name says.
        named: Release,
        /// What the operator says.
        stated: Release,
    },
    /// An overlay file is no configuration.
    #[error("{}: {source}", path.display())]
    OverlayFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and where.
        source: DocumentError,
    },
    /// An assignment is none.
    #[error("--set: {0}")]
    Assignment(AssignmentError),
    /// An assignment cannot be written beside the others.
    #[error("the overlays contradict each other: {0}")]
    Edit(EditError),
    /// A policy is none, or two contradict each other.
    #[error("--policy: {0}")]
    Policy(PolicyError),
    /// A policy is for something that does not exist.
    #[error("--policy: {0}")]
    PolicyForNothing(UnknownName),
    /// The environment of the server cannot be told.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// The service cannot be told.
    #[error(transparent)]
    Service(#[from] ServiceNameError),
    /// A place is given twice over.
    #[error("{name} is both placed and kept in the tree")]
    PlaceTwice {
        /// The place.
        name: PlaceName,
    },
}

/// Resolves a wish.
pub fn resolve(wish: &InstallWish) -> Result<Resolved, ResolveError> {
    let root = resolve_root(&wish.root)?;
    let prefix = resolve_prefix(&root, &wish.app)?;
    let archive = absolute(&wish.archive)?;
    let release = named_release(&archive, wish.version.as_ref(), wish.edition)?;
    let config_file = wish.config_file.as_ref().map(|path| below_root(&root, path)).transpose()?;
    let placements = resolve_places(wish, &root, &prefix, &release.version)?;
    let (owner, server) = resolve_owners(wish, &root)?;
    let (defaults, enforced) =
        (combine(&wish.overlays, Strength::Default)?, combine(&wish.overlays, Strength::Enforced)?);
    let staging = wish.start == Start::Never && root != Path::new("/");
    let request = InstallRequest {
        archive,
        release,
        sha256: wish.sha256,
        viewpoint: if staging { Viewpoint::InsideRoot } else { Viewpoint::ThisMachine },
        config_file,
        placements,
        owner,
        server,
        overlays: Overlays {
            defaults: Sha256Digest::of(defaults.to_text().as_bytes()),
            enforced: Sha256Digest::of(enforced.to_text().as_bytes()),
        },
        policies: wish.policies.clone(),
        start: wish.start,
        database: wish.database,
        prefix,
    };
    require_meaning(&wish.policies, &[&defaults, &enforced], Some(&request.release.version))?;
    let environment = read_environment_files(&wish.env_files)?;
    let service = wish.service.as_ref().map(|wish| find_service(&Exec::default(), wish));
    let service = service.transpose()?;
    Ok(Resolved { root, request, defaults, enforced, environment, service })
}

/// The root as the kernel sees it.
pub fn resolve_root(root: &Path) -> Result<PathBuf, ResolveError> {
    let resolved = resolve_links(&absolute(root)?)?;
    if resolved.is_dir() {
        Ok(resolved)
    } else {
        Err(ResolveError::NoRoot { root: root.to_owned() })
    }
}

/// The paths of an application below a root, links resolved.
pub fn resolve_prefix(root: &Path, app: &AppName) -> Result<Prefix, ResolveError> {
    let opt = below_root(root, &Prefix::usual_opt(app))?;
    let var = below_root(root, &Prefix::usual_var(app))?;
    Ok(Prefix::new(app.clone(), opt, var))
}

/// Where a path below the root leads to once its links are resolved; that, too, has to lie below the root.
pub(super) fn below_root(root: &Path, path: &RelPath) -> Result<RelPath, ResolveError> {
    let typed = path.under(root);
    let resolved = resolve_links(&typed)?;
    let outside = || ResolveError::OutsideRoot { path: typed.clone(), root: root.to_owned() };
    let relative = resolved.strip_prefix(root).map_err(|_| outside())?;
    relative.to_str().and_then(|text| text.parse().ok()).ok_or_else(outside)
}

/// The release in an archive: as its name says, or as it was stated.
pub(super) fn named_release(
    archive: &Path,
    version: Option<&Version>,
    edition: Option<Edition>,
) -> Result<Release, ResolveError> {
    let named =
        archive.file_name().and_then(|name| name.to_str()).and_then(Release::from_file_name);
    let version = version.or_else(|| named.as_ref().map(|named| &named.version)).cloned();
    let edition = edition.or_else(|| named.as_ref().map(|named| named.edition));
    let (Some(version), Some(edition)) = (version, edition) else {
        // Of a file that is not there, nobody wants to hear that its name is wrong.
        require_readable(archive)?;
        return Err(ResolveError::UnknownRelease { archive: archive.to_owned() });
    };
    let stated = Release { version, edition };
    match named {
        Some(named) if named != stated => {
            Err(ResolveError::OtherRelease { archive: archive.to_owned(), named, stated })
        }
        Some(_) | None => Ok(stated),
    }
}

fn resolve_places(
    wish: &InstallWish,
    root: &Path,
    prefix: &Prefix,
    version: &Version,
) -> Result<Vec<Placement>, ResolveError> {
    let mut placements = Vec::new();
    for name in super::places::places_of(version) {
        let chosen = wish.places.iter().rev().find(|(place, _)| *place == name);
        let location = match (chosen, wish.in_tree.contains(&name)) {
            (Some(_), true) => return Err(ResolveError::PlaceTwice { name }),
            (Some((_, path)), false) => Location::At(below_root(root, path)?),
            (None, true) => Location::InTree,
            (None, false) if PlaceName::USUAL.contains(&name) => {
                Location::At(prefix.places().join(name.as_str()))
            }
            (None, false) => continue,
        };
        placements.push(Placement { name, location });
    }
    Ok(placements)
}

/// The user that Mattermost's own guide makes for its server.
const USUAL_USER: &str = "mattermost";

/// Who owns the tree and who runs the server. Root has to say so if it means to run the server itself.
fn resolve_owners(wish: &InstallWish, root: &Path) -> Result<(Owner, Owner), ResolveError> {
    let users = Users::below(root, Exec::default());
    let caller = current_owner();
    let owner = wish.owner.as_deref().map(|name| users.lookup(name)).transpose()?;
    let server = match wish.service_user.as_deref() {
        Some(name) => users.lookup(name)?,
        None if !is_root() => caller,
        None => match users.lookup(USUAL_USER) {
            Ok(usual) => usual,
            // In a staging root nothing is started; who runs the server is the business of the machine it goes to.
            Err(_) if wish.start == Start::Never => caller,
            Err(_) => return Err(ResolveError::NoServiceUser),
        },
    };
    Ok((owner.unwrap_or(caller), server))
}

/// All overlays of one strength in one document; later ones win.
pub(super) fn combine(
    overlays: &[(Strength, Overlay)],
    strength: Strength,
) -> Result<Document, ResolveError> {
    let mut combined = Document::empty();
    for (_, overlay) in overlays.iter().filter(|(of, _)| *of == strength) {
        match overlay {
            Overlay::File(path) => {
                combined.lay_over(&read_overlay(path)?).map_err(ResolveError::Edit)?;
            }
            Overlay::Set(text) => {
                let assignment: Assignment =
                    text.expose().parse().map_err(ResolveError::Assignment)?;
                assignment.apply(&mut combined).map_err(ResolveError::Edit)?;
            }
        }
    }
    Ok(combined)
}

/// A policy for a name that nothing has would be followed by nobody.
pub(super) fn require_meaning(
    policies: &[String],
    overlays: &[&Document],
    version: Option<&Version>,
) -> Result<(), ResolveError> {
    let policies = Policies::parse(policies).map_err(ResolveError::Policy)?;
    policies.stances().iter().try_for_each(|stance| {
        require_known(&stance.setting, overlays, version).map_err(ResolveError::PolicyForNothing)
    })
}

fn read_overlay(path: &Path) -> Result<Document, ResolveError> {
    let limit = u64::try_from(MAX_BYTES).expect("the limit fits into 64 bits");
    let bytes = read_outside(path, limit)?;
    Document::parse(&bytes)
        .map_err(|source| ResolveError::OverlayFile { path: path.to_owned(), source })
}
