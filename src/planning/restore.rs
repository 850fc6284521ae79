//! The steps back to what a backup has: after an upgrade was committed, or on a host that has nothing any more.
//!
//! What is there is backed up itself first: this way back has a way back too.

use super::hop::Hop;
use super::install::{Decision, refuse_obstacles, refuse_overlaps};
use super::refusal::Refusal;
use super::steps::other_than;
use crate::model::{
    DatabaseUndo, Intent, Inventory, LiveSeen, Plan, Prove, Receipt, RelPath, RestoreConfig,
    RestoreData, RestoreDatabase, RestoreRequest, Start, Step, TreeSource,
};

/// Decides what it takes to put an installation back as a backup has it.
///
/// # Errors
/// When what is there is not this command's to change.
pub fn restore(request: &RestoreRequest, seen: &Inventory) -> Result<Decision, Refusal> {
    let prefix = &request.target.prefix;
    match (&seen.receipt, &seen.live) {
        (Some(receipt), LiveSeen::Ours(_)) => refuse_moved(request, receipt)?,
        (None, LiveSeen::Nothing) => {}
        (_, LiveSeen::Foreign) | (None, LiveSeen::Ours(_)) => {
            return Err(Refusal::ForeignTree { live: prefix.live() });
        }
        (Some(receipt), LiveSeen::Nothing) => {
            let installed = receipt.release.clone();
            return Err(Refusal::TreeIsGone { installed, live: prefix.live() });
        }
    }
    refuse_overlaps(&request.target, seen)?;
    refuse_obstacles(seen)?;
    Ok(Decision::Carry(Box::new(plan(request, seen))))
}

/// Directories that have moved since would have to move back; that is the work of `install`.
fn refuse_moved(request: &RestoreRequest, receipt: &Receipt) -> Result<(), Refusal> {
    let then = &request.target.placements;
    let moved = receipt
        .placements
        .iter()
        .find(|now| then.iter().any(|then| then.name == now.name && then.location != now.location));
    match moved {
        Some(now) => Err(Refusal::PlaceMoved { name: now.name }),
        None if receipt.config != request.target.config() => {
            let (now, wanted) = (receipt.config.clone(), request.target.config());
            Err(Refusal::OtherConfigFile { now, wanted })
        }
        None => Ok(()),
    }
}

fn plan(request: &RestoreRequest, seen: &Inventory) -> Plan {
    let target = &request.target;
    let prefix = &target.prefix;
    let mut hop = Hop::new(target, &request.service, &request.manner, seen);
    hop.steps.make_path(&prefix.embedded(), seen, "the trees lie here");
    hop.steps.make_places(target, seen, &[]);
    if let Some(parent) = target.config_file.as_ref().and_then(RelPath::parent) {
        hop.steps.make_path(&parent, seen, "the configuration is kept here");
    }
    let (staged, maker) = match &request.tree {
        TreeSource::Retired { tree, maker } => (tree.clone(), maker.clone()),
        TreeSource::Archive => {
            let staged = prefix.staged(&seen.id);
            hop.unpack(&staged);
            (staged, seen.id.clone())
        }
    };
    hop.check_carry(&staged);
    hop.waived.clone_from(&request.waived);
    hop.waivers.clone_from(&request.waivers);
    // Who goes back by one step may want to go back further.
    hop.leg.needed.clone_from(&request.earlier);
    // A database that does not go back needs no way back.
    hop.saves_database = request.backup.database.is_some();
    hop.shared = request.backup.shared;
    hop.prepare_backup();
    hop.stop();
    let database = hop.back_up();
    let backup = request.backup.id.clone();
    let file = target.config_file.clone();
    let file = file.unwrap_or_else(|| staged.join("config/config.json"));
    hop.steps.add(
        Step::RestoreConfig(RestoreConfig { backup: backup.clone(), file }),
        "the settings go back with the release",
    );
    if hop.former.is_none() && !request.backup.directories.is_empty() {
        let data = RestoreData { backup: backup.clone(), staged: staged.clone() };
        hop.steps.add(Step::RestoreData(data), "the host has nothing of it any more");
    }
    hop.switch(&staged, &maker);
    restore_database(request, seen, &mut hop, database);
    hop.let_out();
    hop.into_plan(Intent::Restore)
}

fn restore_database(
    request: &RestoreRequest,
    seen: &Inventory,
    hop: &mut Hop<'_>,
    before: DatabaseUndo,
) {
    let target = &request.target;
    let Start::Prove { within } = target.start else {
        return;
    };
    let run_as = other_than(target.server, seen.caller);
    if request.backup.database.is_some() {
        let restore = RestoreDatabase {
            backup: request.backup.id.clone(),
            config: target.config(),
            run_as,
            before: before.clone(),
        };
        let because = "tree, settings and database go back together";
        hop.steps.add(Step::RestoreDatabase(restore), because);
    }
    let database = match request.backup.database {
        Some(_) => DatabaseUndo::Earlier,
        None => before,
    };
    let prove = Prove {
        tree: target.prefix.live(),
        config: target.config(),
        release: target.release.clone(),
        run_as,
        within,
        database,
    };
    hop.steps.add(Step::Prove(prove), "what was put back has to work");
}
