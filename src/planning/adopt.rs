//! The steps by which an installation that somebody else made comes under a receipt.
//! Nothing is moved that need not be, and nothing is started.

use super::install::{refuse_obstacles, refuse_overlaps};
use super::refusal::Refusal;
use super::steps::{Steps, other_than};
use crate::model::{
    Arrangement, GitLab, InstallRequest, Intent, Inventory, Location, Plan, RelPath, Step,
};

/// An installation that is to be taken over.
#[derive(Clone, Debug)]
pub struct Adoption<'a> {
    /// What will be true afterwards.
    pub target: &'a InstallRequest,
    /// The tree, or GitLab's part of one.
    pub from: &'a RelPath,
    /// How the installation is arranged.
    pub arrangement: &'a Arrangement,
    /// Is the archive that the tree came from at hand?
    pub archive: bool,
    /// Does the tree say already what it is?
    pub known: bool,
    /// The directories in the tree that no release brings, below it.
    pub in_tree: &'a [RelPath],
}

/// Decides what taking over an installation takes.
///
/// # Errors
/// When its directories do not lie as mmembed needs them.
pub fn adopt(adoption: &Adoption<'_>, seen: &Inventory) -> Result<Plan, Refusal> {
    let Adoption { target, arrangement, .. } = adoption;
    refuse_overlaps(target, seen)?;
    refuse_obstacles(seen)?;
    let mut steps = Steps::new(target.prefix.state());
    match arrangement {
        Arrangement::Tree => take_over(adoption, seen, &mut steps),
        Arrangement::GitLab(gitlab) => assemble(adoption, gitlab, seen, &mut steps),
    }
    steps.add(Step::Settle, "from now on mmembed knows it");
    Ok(steps.into_plan(target, seen, Intent::Adopt))
}

/// A tree is identified where it is, and becomes the live one last.
fn take_over(adoption: &Adoption<'_>, seen: &Inventory, steps: &mut Steps) {
    let Adoption { target, from, .. } = adoption;
    let (prefix, release) = (&target.prefix, &target.release);
    steps.make_path(&prefix.embedded(), seen, "the trees lie here");
    if !adoption.known {
        let like = adoption.archive.then(|| prefix.staged(&seen.id));
        if let Some(like) = &like {
            unpack(target, seen, like, steps, "what the release brought is told by its archive");
        }
        let because = "an upgrade leaves behind what the release brought, and carries the rest";
        let (tree, release) = ((*from).clone(), release.clone());
        let in_tree = adoption.in_tree.to_vec();
        steps.add(Step::Identify { tree, release, like, in_tree }, because);
    }
    if **from != prefix.live() {
        let step = Step::TakeOver { from: (*from).clone(), live: prefix.live() };
        steps.add(
            step,
            "one exchange of names: nothing is copied, and the old path goes on working",
        );
    }
}

/// A tree of its own beside GitLab's parts, which are left as they are: the directories are used where they lie, the
/// settings are copied.
fn assemble(adoption: &Adoption<'_>, gitlab: &GitLab, seen: &Inventory, steps: &mut Steps) {
    let target = adoption.target;
    let staged = target.prefix.staged(&seen.id);
    steps.make_path(&target.prefix.embedded(), seen, "the trees lie here");
    if let Some(parent) = target.config_file.as_ref().and_then(RelPath::parent) {
        steps.make_path(&parent, seen, "the configuration is kept here");
    }
    unpack(target, seen, &staged, steps, "GitLab's package holds no complete tree");
    if target.owner != seen.caller {
        let owner = target.owner;
        steps.add(Step::SetOwner { tree: staged.clone(), owner }, "the server must not change it");
    }
    for placement in &target.placements {
        if let (Location::InTree, Some(path)) = (&placement.location, placement.path(&staged)) {
            let owner = other_than(target.server, seen.caller);
            steps.add(Step::GrantDirectory { path, owner }, "it stays in the tree");
        }
    }
    let gathered = target.prefix.transaction(&seen.id).join("gathered.json");
    steps.add(
        Step::GatherSettings {
            config: gitlab.config.clone(),
            environment: gitlab.environment.clone(),
            version: target.release.version.clone(),
            into: gathered.clone(),
        },
        "a server that GitLab does not start has not GitLab's environment",
    );
    steps.configure_from(target, seen, &staged, &gathered);
    steps.add(
        Step::Activate {
            staged,
            live: target.prefix.live(),
            maker: seen.id.clone(),
            retired: None,
        },
        "one rename, after everything is in place",
    );
}

fn unpack(
    target: &InstallRequest,
    seen: &Inventory,
    into: &RelPath,
    steps: &mut Steps,
    because: &str,
) {
    steps.add(
        Step::Unpack {
            archive: target.archive.clone(),
            release: target.release.clone(),
            expect: target.sha256,
            into: into.clone(),
        },
        because,
    );
    steps.add(
        Step::ConfirmRelease {
            tree: into.clone(),
            release: target.release.clone(),
            run_as: other_than(target.server, seen.caller),
        },
        "a file name proves nothing",
    );
}
