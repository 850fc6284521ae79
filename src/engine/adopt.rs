//! Taking over an installation that somebody else made: what it observes, plans and checks.
//! Nothing is carried out here, and nothing is started but a version command that has no side effects.

mod arrangement;
mod installation;
mod located;
mod on_running;
mod people;
mod remarks;
mod testimony;

use installation::{Installation, look_at};

use super::gather::GatherError;
use super::observe::{see_directories, see_live};
use super::open::Payload;
use super::resolve::ResolveError;
use super::resolve_adopt::ResolvedAdopt;
use super::state_files::{StateFileError, read_receipt};
use super::steps::ConfigureError;
use super::survey::survey_files;
use super::undertake::{Prepared, UndertakeError, Undertaking};
use crate::config::{Document, RelocateError};
use crate::host::{ArchiveSeen, Host, PathError, current_owner, look_at_archive};
use crate::model::{
    AdoptRequest, ArchiveStamp, DatabaseUse, InstallRequest, Inventory, LiveSeen, Overlays, Prefix,
    Receipt, Sha256Digest, Start, Surroundings, TransactionId, Viewpoint,
};
use crate::planning::{self, AdoptRefusal, Adoption};

/// Why an installation cannot be taken over, or not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum AdoptError {
    /// Something could not be looked at.
    #[error(transparent)]
    Path(#[from] PathError),
    /// What was named leads elsewhere now.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// A state file cannot be used.
    #[error(transparent)]
    State(#[from] StateFileError),
    /// Its configuration cannot be used.
    #[error(transparent)]
    Configure(#[from] ConfigureError),
    /// Its settings cannot be gathered.
    #[error(transparent)]
    Gather(#[from] GatherError),
    /// Its directories lie where none can be looked after.
    #[error(transparent)]
    Places(#[from] RelocateError),
    /// It is not one that can be taken over.
    #[error(transparent)]
    Refusal(#[from] AdoptRefusal),
}

impl Undertaking for ResolvedAdopt {
    fn prefix(&self) -> &Prefix {
        &self.request.prefix
    }

    fn plan(&self, host: &Host, id: TransactionId) -> Result<Prepared, UndertakeError> {
        let request = &self.now().map_err(AdoptError::from)?;
        let live = see_live(host, &request.prefix)?;
        if let Some(receipt) = installed(host, request, &live)? {
            return Ok(Prepared::NothingToDo(Box::new(receipt)));
        }
        let former = read_receipt(host, &request.prefix).map_err(AdoptError::from)?;
        let installation = look_at(host, request)?;
        let archive = see_archive(host, request)?;
        let target = target(request, &installation, &archive.stamp);
        let inventory = Inventory {
            id,
            caller: current_owner(),
            receipt: None,
            live,
            archive: archive.stamp.clone(),
            directories: see_directories(host, &target, None)?,
            applied: None,
            config_exists: true,
            serving: false,
            foreign: Vec::new(),
            overridden: on_running::overridden(&installation),
            drifted: Vec::new(),
            migrated: false,
        };
        let adoption = Adoption {
            target: &target,
            from: &request.from,
            arrangement: &installation.arrangement,
            archive: request.archive.is_some(),
            known: installation.known,
            in_tree: &installation.places.in_tree,
        };
        let mut plan = planning::adopt(&adoption, &inventory)?;
        plan.receipt.proof = installation.proof();
        plan.receipt.service.clone_from(&request.service);
        // A server that runs goes on running, and what is mounted was looked at.
        let seen = survey_files(host, &plan, &archive);
        let mut seen = Surroundings { running: Vec::new(), mounts: Vec::new(), ..seen };
        seen.findings.extend(remarks::remarks(host, request, &installation)?);
        seen.findings.extend(former.map(|former| remarks::on_former(&former)));
        let findings = planning::check(&plan, &seen);
        Ok(Prepared::Plan { plan: Box::new(plan), findings })
    }

    /// None: the host has said nothing about settings yet, and what it said before a receipt was lost stays as it is.
    fn payloads(&self) -> Vec<Payload> {
        Vec::new()
    }
}

/// What is under a receipt already; `None` when nothing is, and nothing is in the way.
fn installed(
    host: &Host,
    request: &AdoptRequest,
    live: &LiveSeen,
) -> Result<Option<Receipt>, AdoptError> {
    let path = request.prefix.live();
    let is_itself = request.from == path;
    match (read_receipt(host, &request.prefix)?, live) {
        (Some(receipt), LiveSeen::Ours(_)) if is_itself => Ok(Some(receipt)),
        (Some(receipt), _) if !is_itself => {
            let (installed, from) = (receipt.release, request.from.clone());
            Err(AdoptRefusal::Installed { installed, live: path, from }.into())
        }
        (None, LiveSeen::Ours(_) | LiveSeen::Foreign) if !is_itself => {
            Err(AdoptRefusal::LiveTaken { live: path, from: request.from.clone() }.into())
        }
        (Some(_) | None, _) => Ok(None),
    }
}

/// The archive; where there is none, the tree stands for it, and nothing is known of its size.
fn see_archive(host: &Host, request: &AdoptRequest) -> Result<ArchiveSeen, PathError> {
    if let Some(archive) = &request.archive {
        return look_at_archive(archive);
    }
    let path = host.tree.absolute(&request.from);
    let stamp = ArchiveStamp { path, size: 0, modified: 0, sha256: None };
    Ok(ArchiveSeen { stamp, claimed_size: 0 })
}

/// What will be true once it is taken over.
fn target(request: &AdoptRequest, seen: &Installation, archive: &ArchiveStamp) -> InstallRequest {
    let nothing = Sha256Digest::of(Document::empty().to_text().as_bytes());
    InstallRequest {
        prefix: request.prefix.clone(),
        archive: archive.path.clone(),
        release: seen.release.clone(),
        sha256: request.sha256,
        viewpoint: Viewpoint::ThisMachine,
        config_file: seen.config_file.clone(),
        placements: seen.places.placements.clone(),
        owner: seen.owner,
        server: seen.server,
        overlays: Overlays { defaults: nothing, enforced: nothing },
        policies: Vec::new(),
        start: Start::Never,
        database: DatabaseUse::AsItIs,
    }
}
