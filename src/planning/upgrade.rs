//! The steps of an upgrade by one hop, from what was asked and what was seen.
//!
//! Nothing but stop, snapshot, configure, carry, activate and prove happens while the server is down; all else comes
//! before or after.

use super::install::{Decision, refuse_obstacles, refuse_overlaps};
use super::refusal::Refusal;
use super::steps::{Steps, other_than};
use crate::model::{
    BackUp, Carry, Configure, DatabaseUndo, FormerTree, HookPhase, Intent, Inventory, LiveSeen, Location,
    Plan, Prove, Receipt, RelPath, RunHooks, Start, StartServer, Step, StopServer, UpgradeRequest,
};

/// Decides what an upgrade takes.
///
/// # Errors
/// When what is there is not `upgrade`'s to change, or what was asked for has to be asked for in so many words.
pub fn upgrade(request: &UpgradeRequest, seen: &Inventory) -> Result<Decision, Refusal> {
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
    let hop = Hop { request, seen, receipt, steps: Steps::new(request.target.prefix.state()) };
    Ok(Decision::Carry(Box::new(hop.plan())))
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

/// One hop in the making.
struct Hop<'a> {
    request: &'a UpgradeRequest,
    seen: &'a Inventory,
    receipt: &'a Receipt,
    steps: Steps,
}

impl Hop<'_> {
    fn plan(mut self) -> Plan {
        let staged = self.request.target.prefix.staged(&self.seen.id);
        self.stage(&staged);
        self.rehearse(&staged);
        self.stop();
        self.back_up();
        self.switch(&staged);
        self.prove();
        self.steps.add(Step::Settle, "the next run starts from what is true now");
        self.let_out();
        let prefix = &self.request.target.prefix;
        let clean_up = Step::CleanUp { keep: self.request.manner.keep };
        self.steps.add(clean_up, format!("what serves nobody any more goes from {}", prefix.opt()));
        let Self { steps, request, seen, .. } = self;
        let mut plan = steps.into_plan(&request.target, seen, Intent::Upgrade);
        plan.receipt.archive = seen.archive.clone();
        plan.receipt.service = request.service.clone();
        plan.receipt.proof = None;
        plan
    }

    /// Everything that can be prepared while the server runs.
    fn stage(&mut self, staged: &RelPath) {
        let (request, seen) = (&self.request.target, self.seen);
        self.steps.make_places(request, seen, &[]);
        self.steps.add(
            Step::Unpack {
                archive: request.archive.clone(),
                release: request.release.clone(),
                expect: request.sha256,
                into: staged.clone(),
            },
            "a tree is finished before anyone looks at it",
        );
        self.steps.add(
            Step::ConfirmRelease {
                tree: staged.clone(),
                release: request.release.clone(),
                run_as: other_than(request.server, seen.caller),
            },
            "a file name proves nothing",
        );
        if request.owner != seen.caller {
            let (tree, owner) = (staged.clone(), request.owner);
            self.steps.add(Step::SetOwner { tree, owner }, "the server must not change it");
        }
        for placement in &request.placements {
            let new = self.receipt.placements.iter().all(|former| former.name != placement.name);
            if let (true, Location::InTree, Some(path)) =
                (new, &placement.location, placement.path(staged))
            {
                let owner = other_than(request.server, seen.caller);
                self.steps.add(Step::GrantDirectory { path, owner }, "it stays in the tree");
            }
        }
        self.steps.add(
            Step::InheritAttributes { from: request.prefix.live(), to: staged.clone() },
            "what was granted to the former tree is granted to this one",
        );
    }

    /// What would fail while the server is down fails now.
    fn rehearse(&mut self, staged: &RelPath) {
        let (prefix, id) = (&self.request.target.prefix, &self.seen.id);
        self.steps.add(
            Step::CheckCarry(self.carry(staged)),
            "what does not fit is found while the server runs",
        );
        self.steps.add(
            Step::KeepModified { tree: prefix.live(), into: prefix.transaction(id).join("modified") },
            "files of the release that somebody has changed do not come along",
        );
        let configure = self.configure(staged);
        self.steps.add(
            Step::RehearseMerge(configure),
            "what cannot be merged is found while the server runs",
        );
    }

    fn stop(&mut self) {
        self.hooks(HookPhase::BeforeStop);
        if !self.starts() {
            return;
        }
        let target = &self.request.target;
        let stop = StopServer {
            tree: target.prefix.live(),
            service: self.request.service.clone(),
            was_running: self.seen.serving,
            release: self.receipt.release.clone(),
            config: self.receipt.config.clone(),
            run_as: other_than(target.server, self.seen.caller),
            within: self.patience(),
        };
        self.steps.add(Step::StopServer(stop), "two servers must not share a database");
        self.hooks(HookPhase::AfterStop);
    }

    fn back_up(&mut self) {
        let target = &self.request.target;
        let back_up = BackUp {
            id: self.seen.id.clone(),
            config: self.receipt.config.clone(),
            data: self.request.manner.data,
            verify_restore: self.request.manner.verify_restore,
            database: self.starts(),
            run_as: other_than(target.server, self.seen.caller),
            retired: Some(target.prefix.retired(&self.seen.id)),
        };
        self.steps.add(Step::BackUp(back_up), "whatever the new server does can be taken back");
    }

    fn switch(&mut self, staged: &RelPath) {
        let prefix = &self.request.target.prefix;
        let configure = self.configure(staged);
        self.steps.add(
            Step::Configure(configure),
            "users change settings until the last second",
        );
        self.steps.add(
            Step::Carry(self.carry(staged)),
            "what the release did not bring belongs to the site",
        );
        self.steps.add(
            Step::Activate {
                staged: staged.clone(),
                live: prefix.live(),
                maker: self.seen.id.clone(),
                retired: Some(prefix.retired(&self.seen.id)),
            },
            "one exchange, after everything is in place",
        );
        self.hooks(HookPhase::BeforeStart);
    }

    fn prove(&mut self) {
        let target = &self.request.target;
        let Start::Prove { within } = target.start else {
            return;
        };
        let prove = Prove {
            tree: target.prefix.live(),
            config: target.config(),
            release: target.release.clone(),
            run_as: other_than(target.server, self.seen.caller),
            within,
            database: DatabaseUndo::Restore(self.seen.id.clone()),
        };
        self.steps.add(Step::Prove(prove), "it migrates the database where nobody else is yet");
    }

    /// What comes after the commit: the server serves again, if it did before.
    fn let_out(&mut self) {
        let target = &self.request.target;
        if self.starts() && self.seen.serving {
            let start = StartServer {
                tree: target.prefix.live(),
                service: self.request.service.clone(),
                from: Some(self.receipt.release.clone()),
                release: target.release.clone(),
                config: target.config(),
                within: self.patience(),
            };
            self.steps.add(Step::StartServer(start), "it served before");
            self.hooks(HookPhase::AfterStart);
        }
        self.hooks(HookPhase::AfterCommit);
    }

    fn configure(&self, staged: &RelPath) -> Configure {
        let target = &self.request.target;
        let file = target.config_file.clone();
        Configure {
            tree: staged.clone(),
            file: file.unwrap_or_else(|| staged.join("config/config.json")),
            site: Some(self.receipt.config.clone()),
            former: Some(FormerTree {
                tree: target.prefix.live(),
                version: self.receipt.release.version.clone(),
            }),
            adopt_new_defaults: self.request.manner.adopt_new_defaults,
            release: target.release.clone(),
            placements: target.placements.clone(),
            viewpoint: target.viewpoint,
            owner: other_than(target.server, self.seen.caller),
        }
    }

    fn carry(&self, staged: &RelPath) -> Carry {
        Carry {
            from: self.request.target.prefix.live(),
            to: staged.clone(),
            in_tree: self.receipt.in_tree(),
            expected: self.seen.foreign.clone(),
        }
    }

    fn hooks(&mut self, phase: HookPhase) {
        if let Some(directory) = &self.request.manner.hooks {
            let from = Some(self.receipt.release.clone());
            let hooks = RunHooks { phase, directory: directory.clone(), from };
            self.steps.add(Step::RunHooks(hooks), "the operator has asked for it");
        }
    }

    fn starts(&self) -> bool {
        self.request.target.start != Start::Never
    }
}
