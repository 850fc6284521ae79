//! The steps of an installation, from what was asked and what was seen.

use super::hop::patience;
use super::refusal::Refusal;
use super::steps::{Steps, is_directory, other_than};
use crate::model::{
    InstallRequest, Intent, Inventory, LiveSeen, Location, PathSeen, PlaceName, Plan, Receipt,
    RelPath, Service, Start, StartServer, Step, StopServer,
};

/// What a request comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// This has to be done.
    Carry(Box<Plan>),
    /// All that was asked for is true already.
    NothingToDo(Box<Receipt>),
}

/// Decides what an installation takes. A server that runs is stopped and started again by the service, where one is named.
///
/// # Errors
/// When what is there is not `install`'s to change.
pub fn install(
    request: &InstallRequest,
    service: Option<&Service>,
    seen: &Inventory,
) -> Result<Decision, Refusal> {
    refuse_overlaps(request, seen)?;
    refuse_obstacles(seen)?;
    match (&seen.receipt, &seen.live) {
        (None, LiveSeen::Nothing) => {
            Ok(Decision::Carry(Box::new(with_service(first_install(request, seen), service))))
        }
        (_, LiveSeen::Foreign) | (None, LiveSeen::Ours(_)) => {
            Err(Refusal::ForeignTree { live: request.prefix.live() })
        }
        (Some(receipt), LiveSeen::Nothing) => Err(Refusal::TreeIsGone {
            installed: receipt.release.clone(),
            live: request.prefix.live(),
        }),
        (Some(receipt), LiveSeen::Ours(_)) => reinstall(request, service, seen, receipt),
    }
}

/// Mutable directories have to lie apart: from each other, now and before, and from what is mmembed's own.
pub(super) fn refuse_overlaps(request: &InstallRequest, seen: &Inventory) -> Result<(), Refusal> {
    let (prefix, live) = (&request.prefix, request.prefix.live());
    let own = [prefix.embedded(), prefix.state()];
    let former = seen.receipt.iter().flat_map(|receipt| &receipt.placements);
    let others: Vec<(Option<PlaceName>, RelPath)> = request
        .placements
        .iter()
        .chain(former)
        .filter_map(|place| Some((Some(place.name), place.path(&live)?)))
        .chain(own.into_iter().map(|path| (None, path)))
        .collect();
    for place in &request.placements {
        let Location::At(path) = &place.location else {
            continue;
        };
        let overlapping = others.iter().find(|(name, other)| {
            let is_itself = *name == Some(place.name) && other == path;
            !is_itself && (path.is_within(other) || other.is_within(path))
        });
        if let Some((_, other)) = overlapping {
            let (name, path, other) = (place.name.to_string(), path.clone(), other.clone());
            return Err(Refusal::PlacesOverlap { name, path, other });
        }
    }
    Ok(())
}

/// Where a directory is needed, there is one or nothing.
pub(super) fn refuse_obstacles(seen: &Inventory) -> Result<(), Refusal> {
    let obstacle = seen.directories.iter().find(|(_, seen)| **seen == PathSeen::Other);
    match obstacle {
        Some((path, _)) => Err(Refusal::NoDirectory { path: path.clone() }),
        None => Ok(()),
    }
}

fn first_install(request: &InstallRequest, seen: &Inventory) -> Plan {
    let prefix = &request.prefix;
    let staged = prefix.staged(&seen.id);
    let mut steps = Steps::new(request.prefix.state());
    steps.make_path(&prefix.embedded(), seen, "the trees lie here");
    steps.make_places(request, seen, &[]);
    if let Some(parent) = request.config_file.as_ref().and_then(RelPath::parent) {
        steps.make_path(&parent, seen, "the configuration is kept here");
    }
    steps.add(
        Step::Unpack {
            archive: request.archive.clone(),
            release: request.release.clone(),
            expect: request.sha256,
            into: staged.clone(),
        },
        "a tree is finished before anyone looks at it",
    );
    steps.add(
        Step::ConfirmRelease {
            tree: staged.clone(),
            release: request.release.clone(),
            run_as: other_than(request.server, seen.caller),
        },
        "a file name proves nothing",
    );
    if request.owner != seen.caller {
        let owner = request.owner;
        steps.add(Step::SetOwner { tree: staged.clone(), owner }, "the server must not change it");
    }
    for placement in &request.placements {
        if placement.location == Location::InTree {
            let Some(path) = placement.path(&staged) else {
                continue;
            };
            let owner = other_than(request.server, seen.caller);
            steps.add(Step::GrantDirectory { path, owner }, "it stays in the tree");
        }
    }
    steps.configure(request, seen, &staged);
    steps.add(
        Step::Activate { staged, live: prefix.live(), maker: seen.id.clone(), retired: None },
        "one rename, after everything is in place",
    );
    steps.prove_and_settle(request, seen);
    steps.into_plan(request, seen, Intent::Install)
}

fn reinstall(
    request: &InstallRequest,
    service: Option<&Service>,
    seen: &Inventory,
    receipt: &Receipt,
) -> Result<Decision, Refusal> {
    refuse_other(request, seen, receipt)?;
    let moved = moved_places(request, seen, receipt)?;
    let unproven = request.start != Start::Never && receipt.proof.is_none();
    let same_settings = seen.applied == Some(request.overlays)
        && receipt.placements == request.placements
        && receipt.viewpoint == request.viewpoint
        && receipt.server == request.server
        && seen.drifted.is_empty();
    if moved.is_empty() && same_settings && !unproven && all_places_are_there(request, seen) {
        return Ok(Decision::NothingToDo(Box::new(receipt.clone())));
    }
    let mut steps = Steps::new(request.prefix.state());
    let serves = seen.serving && request.start != Start::Never;
    let pause = service.filter(|service| serves && !service.is_none());
    if let Some(service) = pause {
        let stop = stop(request, service, seen, receipt);
        steps.add(Step::StopServer(stop), "a server that runs rewrites its settings");
    }
    let arriving: Vec<RelPath> = moved.iter().map(|(_, to)| to.clone()).collect();
    for (from, to) in moved {
        steps.move_place(from, to, seen);
    }
    steps.make_places(request, seen, &arriving);
    steps.configure(request, seen, &request.prefix.live());
    steps.prove_and_settle(request, seen);
    if let Some(service) = pause {
        let start = start(request, service, receipt);
        steps.add(Step::StartServer(start), "it served before");
    }
    let plan = steps.into_plan(request, seen, Intent::Reconfigure);
    Ok(Decision::Carry(Box::new(with_service(plan, service))))
}

/// The plan, with what the receipt will say of the service.
fn with_service(mut plan: Plan, service: Option<&Service>) -> Plan {
    if let Some(service) = service {
        plan.receipt.service = service.clone();
    }
    plan
}

fn stop(
    request: &InstallRequest,
    service: &Service,
    seen: &Inventory,
    receipt: &Receipt,
) -> StopServer {
    StopServer {
        tree: request.prefix.live(),
        service: service.clone(),
        was_running: seen.serving,
        release: receipt.release.clone(),
        config: receipt.config.clone(),
        run_as: other_than(receipt.server, seen.caller),
        within: patience(request.start),
        shared: false,
    }
}

fn start(request: &InstallRequest, service: &Service, receipt: &Receipt) -> StartServer {
    StartServer {
        tree: request.prefix.live(),
        service: service.clone(),
        from: Some(receipt.release.clone()),
        release: request.release.clone(),
        config: request.config(),
        within: patience(request.start),
    }
}

fn refuse_other(
    request: &InstallRequest,
    seen: &Inventory,
    receipt: &Receipt,
) -> Result<(), Refusal> {
    let installed = receipt.release.clone();
    if installed != request.release {
        return Err(Refusal::OtherRelease { installed });
    }
    // A tree that was taken over may have come from an archive that nobody knows.
    if let (Some(stated), Some(known)) =
        (request.sha256.or(seen.archive.sha256), receipt.archive.sha256)
        && stated != known
    {
        return Err(Refusal::OtherArchive { installed, sha256: known.to_string() });
    }
    if receipt.owner != request.owner {
        return Err(Refusal::OtherOwner { now: receipt.owner, wanted: request.owner });
    }
    if receipt.config != request.config() {
        let (now, wanted) = (receipt.config.clone(), request.config());
        return Err(Refusal::OtherConfigFile { now, wanted });
    }
    if !seen.config_exists {
        return Err(Refusal::ConfigIsGone { path: receipt.config.clone() });
    }
    Ok(())
}

/// The directories that are elsewhere now, as (from, to).
fn moved_places(
    request: &InstallRequest,
    seen: &Inventory,
    receipt: &Receipt,
) -> Result<Vec<(RelPath, RelPath)>, Refusal> {
    let mut moved = Vec::new();
    for wanted in &request.placements {
        let Some(now) = receipt.placements.iter().find(|now| now.name == wanted.name) else {
            continue;
        };
        let live = request.prefix.live();
        let (Some(from), Some(to)) = (now.path(&live), wanted.path(&live)) else {
            continue;
        };
        // What is not there cannot be moved; it is made where it is wanted.
        if from == to || !is_directory(&from, seen) {
            continue;
        }
        let is_free = match seen.directories.get(&to) {
            None | Some(PathSeen::Nothing) => true,
            Some(PathSeen::Directory { empty, .. }) => *empty,
            Some(PathSeen::Other) => false,
        };
        if !is_free {
            return Err(Refusal::PlaceTaken { name: wanted.name.to_string(), to });
        }
        moved.push((from, to));
    }
    Ok(moved)
}

fn all_places_are_there(request: &InstallRequest, seen: &Inventory) -> bool {
    let live = request.prefix.live();
    let outside = request.placements.iter().filter(|place| place.location != Location::InTree);
    outside.filter_map(|place| place.path(&live)).all(|path| is_directory(&path, seen))
}
