//! The steps that every change from one tree to another has in common, forward by an upgrade or back by a restoration.
//!
//! Nothing but stop, snapshot, configure, carry, activate and prove happens while the server is down; all else comes
//! before or after.

use std::time::Duration;

use super::steps::{Steps, other_than};
use crate::model::{
    BackUp, BackupId, BackupOrigin, Carry, DatabaseUndo, HookPhase, InstallRequest, Intent,
    Inventory, Leg, Location, Manner, Plan, Receipt, RelPath, RunHooks, Service, Start,
    StartServer, Step, StopServer, TransactionId, Waiver,
};

/// A server that has nothing to migrate answers within seconds (observed: 5 s at most), or after its three minutes of
/// trying to reach its database.
const SHORTEST: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_secs(300);

/// One change of trees in the making.
pub(super) struct Hop<'a> {
    /// What shall be true afterwards.
    pub(super) target: &'a InstallRequest,
    pub(super) service: &'a Service,
    pub(super) manner: &'a Manner,
    pub(super) seen: &'a Inventory,
    /// What is true before; `None` on a host where nothing is installed.
    pub(super) former: Option<&'a Receipt>,
    /// Is the database backed up before it is touched?
    pub(super) saves_database: bool,
    /// Has another node of the cluster migrated the database? Then this one neither saves it nor puts it back.
    pub(super) shared: bool,
    /// The chain that it is part of.
    pub(super) leg: Leg,
    /// The rules that were waived for the release that comes.
    pub(super) waived: Vec<String>,
    /// These, and those before them.
    pub(super) waivers: Vec<Waiver>,
    pub(super) steps: Steps,
}

impl<'a> Hop<'a> {
    pub(super) fn new(
        target: &'a InstallRequest,
        service: &'a Service,
        manner: &'a Manner,
        seen: &'a Inventory,
    ) -> Self {
        let steps = Steps::new(target.prefix.state());
        Self {
            target,
            service,
            manner,
            seen,
            former: seen.receipt.as_ref(),
            saves_database: true,
            shared: false,
            leg: Leg::default(),
            waived: Vec::new(),
            waivers: Vec::new(),
            steps,
        }
    }

    /// The tree from its archive, finished and handed to its owner while the server runs.
    pub(super) fn unpack(&mut self, staged: &RelPath) {
        let (target, seen) = (self.target, self.seen);
        self.steps.add(
            Step::Unpack {
                archive: target.archive.clone(),
                release: target.release.clone(),
                expect: target.sha256,
                into: staged.clone(),
            },
            "a tree is finished before anyone looks at it",
        );
        self.steps.add(
            Step::ConfirmRelease {
                tree: staged.clone(),
                release: target.release.clone(),
                run_as: other_than(target.server, seen.caller),
            },
            "a file name proves nothing",
        );
        if target.owner != seen.caller {
            let (tree, owner) = (staged.clone(), target.owner);
            self.steps.add(Step::SetOwner { tree, owner }, "the server must not change it");
        }
        self.grant(staged);
    }

    /// Mutable directories that are kept in the tree and do not come along from a former one.
    fn grant(&mut self, staged: &RelPath) {
        for placement in &self.target.placements {
            let carried = self
                .former
                .is_some_and(|former| former.placements.iter().any(|it| it.name == placement.name));
            if carried || placement.location != Location::InTree {
                continue;
            }
            if let Some(path) = placement.path(staged) {
                let owner = other_than(self.target.server, self.seen.caller);
                self.steps.add(Step::GrantDirectory { path, owner }, "it stays in the tree");
            }
        }
    }

    /// Stops the server that there is.
    pub(super) fn stop(&mut self) {
        // What a chain has darkened was told to stop at its first hop, unless somebody has started it since.
        let is_dark = self.leg.darkened && !self.seen.serving;
        if !is_dark {
            self.hooks(HookPhase::BeforeStop);
        }
        let Some(former) = self.former.filter(|_| self.starts()) else {
            return;
        };
        let stop = StopServer {
            tree: self.target.prefix.live(),
            service: self.service.clone(),
            was_running: self.seen.serving,
            release: former.release.clone(),
            config: former.config.clone(),
            run_as: other_than(former.server, self.seen.caller),
            within: patience(self.target.start),
            shared: self.shared,
        };
        let because = if self.shared {
            "the trees are exchanged while nothing runs from them"
        } else {
            "two servers must not share a database"
        };
        self.steps.add(Step::StopServer(stop), because);
        if !is_dark {
            self.hooks(HookPhase::AfterStop);
        }
    }

    /// What is saved of what there is; nothing on a host where nothing is installed.
    fn saved(&self) -> Option<BackUp> {
        let former = self.former?;
        let prefix = &self.target.prefix;
        Some(BackUp {
            id: BackupId::from(self.seen.id.clone()),
            origin: BackupOrigin::Transaction,
            config: former.config.clone(),
            database: self.starts() && self.saves_database && !self.shared,
            shared: self.shared,
            policy: self.manner.data,
            directories: BackUp::directories_of(former, &prefix.live()),
            verify_restore: self.manner.verify_restore,
            run_as: other_than(former.server, self.seen.caller),
            retired: Some(prefix.retired(&self.seen.id)),
        })
    }

    /// Looks at what will be saved, while the server runs.
    pub(super) fn prepare_backup(&mut self) {
        if let Some(back_up) = self.saved().filter(|saved| saved.database) {
            let because = "what is in the way of a backup is found while the server runs";
            self.steps.add(Step::PrepareBackUp(back_up), because);
        }
    }

    /// Saves what there is; says how the database becomes again what it was.
    pub(super) fn back_up(&mut self) -> DatabaseUndo {
        let Some(back_up) = self.saved() else {
            return DatabaseUndo::Empty;
        };
        let id = back_up.id.clone();
        self.steps.add(Step::BackUp(back_up), "whatever the server does can be taken back");
        match (self.shared, self.saves_database) {
            (true, _) => DatabaseUndo::Shared,
            (false, true) => DatabaseUndo::Restore(id),
            (false, false) => DatabaseUndo::Leave,
        }
    }

    /// What lives in the live tree and has to come along.
    pub(super) fn carried_to(&self, staged: &RelPath) -> Option<Carry> {
        let former = self.former?;
        Some(Carry {
            from: self.target.prefix.live(),
            to: staged.clone(),
            in_tree: former.in_tree(),
            expected: self.seen.foreign.clone(),
        })
    }

    pub(super) fn check_carry(&mut self, staged: &RelPath) {
        if let Some(carry) = self.carried_to(staged) {
            let because = "what does not fit is found while the server runs";
            self.steps.add(Step::CheckCarry(carry), because);
        }
    }

    /// Makes the staged tree, which this transaction has unpacked, the live one, with all that has to come along.
    pub(super) fn switch(&mut self, staged: &RelPath, maker: &TransactionId) {
        let prefix = &self.target.prefix;
        if let Some(carry) = self.carried_to(staged) {
            let because = "what the release did not bring belongs to the site";
            self.steps.add(Step::Carry(carry), because);
        }
        let activate = Step::Activate {
            staged: staged.clone(),
            live: prefix.live(),
            maker: maker.clone(),
            retired: self.former.map(|_| prefix.retired(&self.seen.id)),
        };
        self.steps.add(activate, "one exchange, after everything is in place");
        self.hooks(HookPhase::BeforeStart);
    }

    /// What comes after the commit: the server serves again, if it did before, unless another hop follows.
    pub(super) fn let_out(&mut self) {
        self.steps.add(Step::Settle, "the next run starts from what is true now");
        if self.leg.goes_on {
            self.hooks(HookPhase::AfterCommit);
            return;
        }
        if self.starts() && (self.seen.serving || self.leg.darkened) {
            let start = StartServer {
                tree: self.target.prefix.live(),
                service: self.service.clone(),
                from: self.former.map(|former| former.release.clone()),
                release: self.target.release.clone(),
                config: self.target.config(),
                within: patience(self.target.start),
            };
            self.steps.add(Step::StartServer(start), "it served before");
            self.hooks(HookPhase::AfterStart);
        }
        self.hooks(HookPhase::AfterCommit);
        let clean_up = Step::CleanUp { keep: self.manner.keep, needed: self.leg.needed.clone() };
        self.steps.add(clean_up, "what serves nobody any more takes room");
    }

    pub(super) fn into_plan(self, intent: Intent) -> Plan {
        let mut plan = self.steps.into_plan(self.target, self.seen, intent);
        plan.receipt.archive = self.seen.archive.clone();
        plan.receipt.service = self.service.clone();
        plan.receipt.waived = self.waived;
        plan.receipt.waivers = self.waivers;
        plan.receipt.proof = None;
        plan
    }

    pub(super) fn starts(&self) -> bool {
        self.target.start != Start::Never
    }

    fn hooks(&mut self, phase: HookPhase) {
        if let Some(directory) = &self.manner.hooks {
            let from = self.former.map(|former| former.release.clone());
            let hooks = RunHooks { phase, directory: directory.clone(), from };
            self.steps.add(Step::RunHooks(hooks), "the operator has asked for it");
        }
    }
}

/// How long the server may take to answer where nothing is left to migrate.
pub(super) fn patience(start: Start) -> Duration {
    match start {
        Start::Prove { within } => within.clamp(SHORTEST, LONGEST),
        Start::Never => LONGEST,
    }
}
