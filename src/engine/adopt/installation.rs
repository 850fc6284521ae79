//! An installation that somebody else made, as it was seen.

use super::AdoptError;
use super::arrangement::{refuse_immovable, see_arrangement};
use super::located::locate;
use super::people::{owner_of, server_of};
use super::testimony::hear;
use crate::config::{Document, find_places};
use crate::engine::ask_running::{Asked, ask_running};
use crate::engine::gather::gather;
use crate::engine::state_files::read_identity;
use crate::engine::steps::read_document;
use crate::host::{Census, Host, Kind, RunningProcess, running_from};
use crate::model::{
    AdoptRequest, Arrangement, GitLab, Owner, Proof, RelPath, Release, TreeIdentity,
};
use crate::planning::{AdoptRefusal, AdoptedPlaces, adopted_places};

/// An installation, as it was seen.
#[derive(Debug)]
pub(super) struct Installation {
    pub(super) arrangement: Arrangement,
    /// Does the tree say already what it is?
    pub(super) known: bool,
    pub(super) release: Release,
    /// The settings as the server sees them.
    pub(super) document: Document,
    /// The configuration that is used afterwards, when it is not the one in the tree.
    pub(super) config_file: Option<RelPath>,
    pub(super) places: AdoptedPlaces,
    pub(super) owner: Owner,
    pub(super) server: Owner,
    pub(super) census: Census,
    /// What the running server said; `None` when none runs.
    pub(super) asked: Option<Asked>,
}

impl Installation {
    /// What a running server proves by answering.
    pub(super) fn proof(&self) -> Option<Proof> {
        let answers = self.asked == Some(Asked::Well);
        let version = &self.release.version;
        answers.then(|| Proof {
            answered_as: version.clone(),
            ready_after_ms: 0,
            checks: vec![format!(
                "it was running when it was taken over, and answered as {version}"
            )],
        })
    }
}

/// Looks at an installation.
pub(super) fn look_at(host: &Host, request: &AdoptRequest) -> Result<Installation, AdoptError> {
    let arrangement = see_arrangement(host, request)?;
    if arrangement == Arrangement::Tree {
        refuse_immovable(host, request)?;
    }
    let config = config_in_use(host, request, &arrangement)?;
    let document = read_document(host, &config)?
        .ok_or_else(|| AdoptRefusal::NoConfig { path: host.tree.absolute(&config) })?;
    let from = host.tree.absolute(&request.from);
    let census = running_from(&from)?;
    let identity = read_identity(host, &request.from)?;
    let stated = identity.as_ref().map(|identity| &identity.release);
    let release =
        hear(host, request, &arrangement, &config, &document, servers(&census).count(), stated)?;
    let document = match &arrangement {
        Arrangement::Tree => document,
        Arrangement::GitLab(gitlab) => {
            gather(host, &config, &gitlab.environment, &release.version)?.document
        }
    };
    let found = find_places(&document, &release.version, &from)?;
    let located = locate(host, request, &arrangement, found)?;
    let asked = servers(&census).next().map(|_| ask_running(&document, &release.version));
    Ok(Installation {
        known: identity.is_some(),
        places: adopted_places(&located),
        owner: owner_of(host, request, &arrangement)?,
        server: server_of(host, request, &config, &located)?,
        config_file: config_afterwards(request, &arrangement)?,
        asked: asked
            .map(|asked| asked.unwrap_or_else(|error| Asked::Unreachable(error.to_string()))),
        arrangement,
        release,
        document,
        census,
    })
}

/// The servers among what runs from a tree: plugins run from there as well.
pub(super) fn servers(census: &Census) -> impl Iterator<Item = &RunningProcess> {
    census.found.iter().filter(|found| {
        let name = found.exe.as_ref().and_then(|exe| exe.file_name());
        // A program that may not be seen could be the server.
        name.is_none_or(|name| name == "mattermost" || name == "platform")
    })
}

/// The configuration that the server reads now.
fn config_in_use(
    host: &Host,
    request: &AdoptRequest,
    arrangement: &Arrangement,
) -> Result<RelPath, AdoptError> {
    let path = match (arrangement, &request.config_file) {
        (Arrangement::GitLab(GitLab { config, .. }), _) => config.clone(),
        (Arrangement::Tree, Some(named)) => named.clone(),
        (Arrangement::Tree, None) => request.from.join(TreeIdentity::CONFIG),
    };
    let absolute = host.tree.absolute(&path);
    match host.tree.stat(&path)?.map(|stat| stat.kind) {
        None => Err(AdoptRefusal::NoConfig { path: absolute }.into()),
        Some(Kind::Symlink) => {
            let target = host.tree.read_link(&path)?;
            Err(AdoptRefusal::ConfigIsLink { path: absolute, target }.into())
        }
        Some(Kind::File | Kind::Directory | Kind::Special) => Ok(path),
    }
}

/// The configuration that the server reads afterwards; `None` when it is the one in the tree.
fn config_afterwards(
    request: &AdoptRequest,
    arrangement: &Arrangement,
) -> Result<Option<RelPath>, AdoptError> {
    let Some(named) = &request.config_file else {
        return Ok(None);
    };
    let refuse = |refusal: AdoptRefusal| Err(refusal.into());
    match arrangement {
        Arrangement::Tree if *named == request.from.join(TreeIdentity::CONFIG) => Ok(None),
        Arrangement::Tree if named.is_within(&request.from) => {
            refuse(AdoptRefusal::ConfigInTree { path: named.clone() })
        }
        Arrangement::GitLab(gitlab) if named.is_within(&gitlab.state()) => {
            refuse(AdoptRefusal::ConfigIsGitLabs { path: named.clone() })
        }
        Arrangement::Tree | Arrangement::GitLab(_) => Ok(Some(named.clone())),
    }
}
