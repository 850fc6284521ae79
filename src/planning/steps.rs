//! A plan in the making: steps with their reasons, in order.

use crate::model::{
    Configure, Content, DatabaseUndo, DatabaseUse, InstallRequest, Intent, Inventory, Location,
    Owner, PLAN_SCHEMA, PathSeen, Plan, Planned, Prove, RECEIPT_SCHEMA, Receipt, RelPath, Start,
    Step,
};

/// The directories on the way to a place: anybody may pass.
const OPEN: u32 = 0o755;

/// A mutable directory: uploaded files and logs are nobody's business but the server's.
const PRIVATE: u32 = 0o750;

pub(super) struct Steps {
    steps: Vec<Planned>,
    /// mmembed's own state directory.
    state: RelPath,
}

/// The owner to set, where that is not the one that things get anyway.
pub(super) fn other_than(wanted: Owner, given: Owner) -> Option<Owner> {
    (wanted != given).then_some(wanted)
}

impl Steps {
    pub(super) const fn new(state: RelPath) -> Self {
        Self { steps: Vec::new(), state }
    }

    pub(super) fn add(&mut self, step: Step, because: impl Into<String>) {
        self.steps.push(Planned { step, because: because.into() });
    }

    /// Makes a directory and what leads to it, as far as it is not there.
    pub(super) fn make_path(&mut self, path: &RelPath, seen: &Inventory, because: &str) {
        if self.will_be_there(path, seen) {
            return;
        }
        if let Some(parent) = path.parent() {
            self.make_path(&parent, seen, because);
        }
        self.add(
            Step::MakeDirectory {
                path: path.clone(),
                content: Content::Anybody,
                mode: OPEN,
                owner: None,
            },
            because,
        );
    }

    fn will_be_there(&self, path: &RelPath, seen: &Inventory) -> bool {
        let is_made = |planned: &Planned| matches!(&planned.step, Step::MakeDirectory { path: made, .. } if made == path);
        // mmembed's own state is made before the transaction begins, and outlives it: the journal lies there.
        self.state.is_within(path) || is_directory(path, seen) || self.steps.iter().any(is_made)
    }

    /// Makes the mutable directories outside the tree that are not there and do not arrive from elsewhere.
    pub(super) fn make_places(
        &mut self,
        request: &InstallRequest,
        seen: &Inventory,
        arriving: &[RelPath],
    ) {
        for placement in &request.placements {
            let Location::At(path) = &placement.location else {
                continue;
            };
            if arriving.contains(path) || self.will_be_there(path, seen) {
                continue;
            }
            let because = format!("{} is kept outside the tree", placement.name);
            if let Some(parent) = path.parent() {
                self.make_path(&parent, seen, &because);
            }
            let owner = other_than(request.server, seen.caller);
            let content = match request.start {
                Start::Prove { .. } => Content::OwnServer,
                Start::Never => Content::Anybody,
            };
            let step = Step::MakeDirectory { path: path.clone(), content, mode: PRIVATE, owner };
            self.add(step, because);
        }
    }

    /// Moves a mutable directory: by a rename where that can be done, else by a copy that becomes the truth with the
    /// commit. An empty directory gives way to it.
    pub(super) fn move_place(&mut self, from: RelPath, to: RelPath, seen: &Inventory) {
        let parent = to.parent().unwrap_or_else(RelPath::here);
        let because = "a mutable directory is placed elsewhere now";
        self.make_path(&parent, seen, because);
        if let Some(PathSeen::Directory { mode, owner, .. }) = seen.directories.get(&to) {
            let (path, mode, owner) = (to.clone(), *mode, *owner);
            self.add(Step::RemoveEmptyDirectory { path, mode, owner }, because);
        }
        if device_of(&from, seen) == device_of(&parent, seen) {
            self.add(Step::MoveDirectory { from, to }, because);
        } else {
            self.add(Step::CopyDirectory { from, to }, because);
        }
    }

    pub(super) fn configure(&mut self, request: &InstallRequest, seen: &Inventory, tree: &RelPath) {
        let file = request.config_file.clone().unwrap_or_else(|| tree.join("config/config.json"));
        let site = seen.config_exists.then(|| file.clone());
        let because = if site.is_some() {
            "the host's settings meet those that users made"
        } else {
            "the host's settings meet those that the release ships"
        };
        let configure = Configure {
            tree: tree.clone(),
            file,
            site,
            former: None,
            adopt_new_defaults: false,
            policies: request.policies.clone(),
            left_behind: Vec::new(),
            release: request.release.clone(),
            placements: request.placements.clone(),
            viewpoint: request.viewpoint,
            owner: other_than(request.server, seen.caller),
        };
        self.add(Step::Configure(configure), because);
    }

    /// Settings that were gathered elsewhere meet those that the release ships.
    pub(super) fn configure_from(
        &mut self,
        request: &InstallRequest,
        seen: &Inventory,
        tree: &RelPath,
        gathered: &RelPath,
    ) {
        self.configure(request, seen, tree);
        if let Some(Planned { step: Step::Configure(configure), because }) = self.steps.last_mut() {
            configure.site = Some(gathered.clone());
            "the settings come along".clone_into(because);
        }
    }

    pub(super) fn prove_and_settle(&mut self, request: &InstallRequest, seen: &Inventory) {
        if let Start::Prove { within } = request.start {
            let prove = Prove {
                tree: request.prefix.live(),
                config: request.config(),
                release: request.release.clone(),
                run_as: other_than(request.server, seen.caller),
                within,
                database: match (&seen.receipt, request.database) {
                    (Some(Receipt { proof: Some(_), .. }), _) | (_, DatabaseUse::AsItIs) => {
                        DatabaseUndo::Leave
                    }
                    (Some(_) | None, DatabaseUse::MustBeEmpty) => DatabaseUndo::Empty,
                },
            };
            self.add(Step::Prove(prove), "a server that was not started is not proven");
        }
        self.add(Step::Settle, "the next run starts from what is true now");
        let left: Vec<RelPath> = self
            .steps
            .iter()
            .filter_map(|planned| {
                let Step::CopyDirectory { from, .. } = &planned.step else {
                    return None;
                };
                Some(from.clone())
            })
            .collect();
        for path in left {
            self.add(Step::RemoveDirectory { path }, "its copy on the other file system is in use");
        }
    }

    pub(super) fn into_plan(
        self,
        request: &InstallRequest,
        seen: &Inventory,
        intent: Intent,
    ) -> Plan {
        let former = seen.receipt.as_ref();
        let receipt = Receipt {
            schema: RECEIPT_SCHEMA,
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            transaction: seen.id.clone(),
            app: request.prefix.app().clone(),
            release: request.release.clone(),
            archive: former.map_or_else(|| seen.archive.clone(), |receipt| receipt.archive.clone()),
            viewpoint: request.viewpoint,
            config: request.config(),
            placements: request.placements.clone(),
            owner: request.owner,
            server: request.server,
            service: former.map(|receipt| receipt.service.clone()).unwrap_or_default(),
            overridden: seen.overridden.clone(),
            // Where the release stays, so does what was waived for it.
            waived: former.map(|receipt| receipt.waived.clone()).unwrap_or_default(),
            waivers: former.map(|receipt| receipt.waivers.clone()).unwrap_or_default(),
            // One that was proven stays proven until it is started again.
            proof: former.and_then(|receipt| receipt.proof.clone()),
        };
        Plan {
            schema: PLAN_SCHEMA,
            id: seen.id.clone(),
            intent,
            prefix: request.prefix.clone(),
            steps: self.steps,
            receipt,
        }
    }
}

/// The device of a directory, or of the nearest one above it that is there.
fn device_of(path: &RelPath, seen: &Inventory) -> Option<u64> {
    match seen.directories.get(path) {
        Some(PathSeen::Directory { device, .. }) => Some(*device),
        Some(PathSeen::Nothing | PathSeen::Other) | None => device_of(&path.parent()?, seen),
    }
}

/// Is a directory there?
pub(super) fn is_directory(path: &RelPath, seen: &Inventory) -> bool {
    seen.directories.get(path).is_some_and(|seen| seen.is_directory())
}
