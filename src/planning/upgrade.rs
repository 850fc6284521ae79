//! The steps of an upgrade by one hop, from what was asked and what was seen.

use super::hop::Hop;
use super::hop_rules::HopRules;
use super::install::{Decision, refuse_obstacles, refuse_overlaps};
use super::refusal::Refusal;
use super::steps::other_than;
use crate::model::{
    Configure, FormerTree, Intent, Inventory, LiveSeen, Plan, Prove, Receipt, RelPath, Start, Step,
    UpgradeRequest, Waiver,
};

/// Where changed files of the former release are kept until they are backed up, in the transaction's directory.
pub const KEPT_MODIFIED: &str = "modified";

/// Decides what an upgrade takes. The rules bar nothing here; those that are waived for it are recorded.
///
/// # Errors
/// When what is there is not `upgrade`'s to change, or what was asked for has to be asked for in so many words.
pub fn upgrade(
    request: &UpgradeRequest,
    seen: &Inventory,
    rules: HopRules<'_>,
) -> Result<Decision, Refusal> {
    let receipt = installed(request, seen)?;
    if receipt.release == request.target.release {
        refuse_other_archive(request, seen, receipt)?;
        return Ok(Decision::NothingToDo(Box::new(receipt.clone())));
    }
    refuse_without_consent(request, receipt)?;
    if !seen.config_exists {
        return Err(Refusal::ConfigIsGone { path: receipt.config.clone() });
    }
    refuse_overlaps(&request.target, seen)?;
    refuse_obstacles(seen)?;
    let (from, to) = (&receipt.release.version, &request.target.release);
    let waivers = rules.waivers(from, &request.leg.left_behind, to, &seen.id);
    Ok(Decision::Carry(Box::new(plan(request, seen, receipt, waivers))))
}

fn installed<'s>(request: &UpgradeRequest, seen: &'s Inventory) -> Result<&'s Receipt, Refusal> {
    let live = request.target.prefix.live();
    match (&seen.receipt, &seen.live) {
        (Some(receipt), LiveSeen::Ours(_)) => Ok(receipt),
        (_, LiveSeen::Foreign) | (None, LiveSeen::Ours(_)) => Err(Refusal::ForeignTree { live }),
        (Some(receipt), LiveSeen::Nothing) => {
            Err(Refusal::TreeIsGone { installed: receipt.release.clone(), live })
        }
        (None, LiveSeen::Nothing) => Err(Refusal::NotInstalled { live }),
    }
}

fn refuse_other_archive(
    request: &UpgradeRequest,
    seen: &Inventory,
    receipt: &Receipt,
) -> Result<(), Refusal> {
    let stated = request.target.sha256.or(seen.archive.sha256);
    // A tree that was taken over may have come from no archive that is known.
    match (stated, receipt.archive.sha256) {
        (Some(stated), Some(sha256)) if stated != sha256 => Err(Refusal::OtherArchive {
            installed: receipt.release.clone(),
            sha256: sha256.to_string(),
        }),
        _ => Ok(()),
    }
}

fn refuse_without_consent(request: &UpgradeRequest, receipt: &Receipt) -> Result<(), Refusal> {
    let (installed, wanted) = (receipt.release.clone(), request.target.release.clone());
    if installed.edition != wanted.edition && !request.consent.edition_change {
        return Err(Refusal::OtherEdition { installed, wanted });
    }
    if wanted.version < installed.version && !request.consent.downgrade {
        return Err(Refusal::Downgrade { installed, wanted });
    }
    Ok(())
}

/// The steps of the hop.
fn plan(
    request: &UpgradeRequest,
    seen: &Inventory,
    receipt: &Receipt,
    waivers: Vec<Waiver>,
) -> Plan {
    let target = &request.target;
    let (prefix, staged) = (&target.prefix, target.prefix.staged(&seen.id));
    let mut hop = Hop::new(target, &request.service, &request.manner, seen);
    hop.leg = request.leg.clone();
    hop.steps.make_places(target, seen, &[]);
    hop.unpack(&staged);
    hop.steps.add(
        Step::InheritAttributes { from: prefix.live(), to: staged.clone() },
        "what was granted to the former tree is granted to this one",
    );
    hop.check_carry(&staged);
    hop.steps.add(
        Step::KeepModified {
            tree: prefix.live(),
            into: prefix.transaction(&seen.id).join(KEPT_MODIFIED),
        },
        "what somebody has changed in the release's own files does not come along",
    );
    let configure = configure(request, seen, receipt, &staged);
    hop.steps.add(
        Step::RehearseMerge(configure.clone()),
        "what cannot be merged is found while the server runs",
    );
    hop.saves_database = !request.consent.unsaved_database && request.leg.saved_before.is_none();
    hop.shared = seen.migrated;
    hop.waived = waivers.iter().map(|waiver| waiver.rule.clone()).collect();
    hop.waivers = [receipt.waivers.clone(), waivers].concat();
    hop.prepare_backup();
    hop.stop();
    let database = hop.back_up();
    hop.steps.add(Step::Configure(configure), "users change settings until the last second");
    hop.switch(&staged, &seen.id);
    if let Start::Prove { within } = target.start {
        let prove = Prove {
            tree: prefix.live(),
            config: target.config(),
            release: target.release.clone(),
            run_as: other_than(target.server, seen.caller),
            within,
            database,
        };
        let because = if seen.migrated {
            "another node has migrated the database: it is not put back"
        } else {
            "it migrates the database where nobody else is yet"
        };
        hop.steps.add(Step::Prove(prove), because);
    }
    hop.let_out();
    hop.into_plan(Intent::Upgrade)
}

fn configure(
    request: &UpgradeRequest,
    seen: &Inventory,
    receipt: &Receipt,
    staged: &RelPath,
) -> Configure {
    let target = &request.target;
    let file = target.config_file.clone();
    Configure {
        tree: staged.clone(),
        file: file.unwrap_or_else(|| staged.join("config/config.json")),
        site: Some(receipt.config.clone()),
        former: Some(FormerTree {
            tree: target.prefix.live(),
            version: receipt.release.version.clone(),
        }),
        adopt_new_defaults: request.manner.adopt_new_defaults,
        policies: target.policies.clone(),
        left_behind: request.leg.left_behind.clone(),
        release: target.release.clone(),
        placements: target.placements.clone(),
        viewpoint: target.viewpoint,
        owner: other_than(target.server, seen.caller),
    }
}
