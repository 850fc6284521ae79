//! Writing down in a tree that somebody else made which release it is, and what of it the release brought.

use super::context::StepContext;
use super::error::StepError;
use crate::engine::foreign::{Deviation, compare, look_beyond};
use crate::engine::state_files::{StateFileError, read_identity, read_maker};
use crate::host::{Host, Kind, PathError, digest_of, is_executable_mode};
use crate::model::{
    Belonging, Entry, EntryKind, Event, IDENTITY_SCHEMA, RelPath, Release, TreeIdentity,
};
use crate::server::{Brought, Era};

/// No configuration is larger.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Why a tree could not be identified.
#[derive(Debug, thiserror::Error)]
pub enum IdentifyError {
    /// Its server is not the one in the archive.
    #[error("{program} in {tree} is not the one that the archive of {release} holds")]
    OtherProgram {
        /// The program, below the tree.
        program: RelPath,
        /// The tree.
        tree: RelPath,
        /// What the archive holds.
        release: Release,
    },
    /// What was unpacked for comparison is gone.
    #[error("{tree} is not what this transaction has unpacked")]
    NothingToCompare {
        /// Where it should be.
        tree: RelPath,
    },
}

/// Writes the identity, unless this transaction has written it before, and throws away what was unpacked for comparison.
pub(super) fn perform(
    tree: &RelPath,
    release: &Release,
    like: Option<&RelPath>,
    in_tree: &[RelPath],
    cx: &mut StepContext<'_>,
) -> Result<(), StepError> {
    if read_maker(cx.host, tree)?.as_ref() != Some(&cx.plan.id) {
        let identity = match like {
            Some(like) => compared(tree, release, like, in_tree, cx)?,
            None => TreeIdentity {
                schema: IDENTITY_SCHEMA,
                transaction: cx.plan.id.clone(),
                release: release.clone(),
                archive: None,
                entries: assumed_entries(cx.host, tree, release, in_tree)?,
                assumed: true,
            },
        };
        let text = serde_json::to_vec(&identity).expect("an identity is plain data");
        cx.host.tree.replace(&tree.join(TreeIdentity::FILE), &text, 0o644, None)?;
    }
    match like {
        Some(like) => Ok(cx.host.tree.remove_tree(like)?),
        None => Ok(()),
    }
}

/// Takes both files away again. Those of another transaction are not this one's.
pub(super) fn undo(tree: &RelPath, cx: &StepContext<'_>) -> Result<(), StepError> {
    let host = cx.host;
    if read_maker(host, tree)?.is_some_and(|maker| maker != cx.plan.id) {
        return Ok(());
    }
    host.tree.remove_written(&tree.join(TreeIdentity::FILE))?;
    Ok(host.tree.remove_written(&tree.join(TreeIdentity::SHIPPED_CONFIG))?)
}

/// The identity of the same release as its archive has it. The configuration that it ships comes along.
fn compared(
    tree: &RelPath,
    release: &Release,
    like: &RelPath,
    in_tree: &[RelPath],
    cx: &mut StepContext<'_>,
) -> Result<TreeIdentity, StepError> {
    let host = cx.host;
    let identity = read_identity(host, like)?.filter(|identity| identity.transaction == cx.plan.id);
    let missing = || IdentifyError::NothingToCompare { tree: like.clone() };
    let identity = identity.ok_or_else(missing)?;
    refuse_other_program(host, tree, release, &identity)?;
    for text in differences(host, tree, &identity, in_tree)? {
        cx.reporter.hear(&Event::Note { text });
    }
    let shipped = host.tree.read(&like.join(TreeIdentity::CONFIG), LARGEST)?;
    if let Some(shipped) = shipped {
        host.tree.replace(&tree.join(TreeIdentity::SHIPPED_CONFIG), &shipped, 0o600, None)?;
    }
    Ok(identity)
}

/// A server that was built by somebody else is no proof of what lies around it.
fn refuse_other_program(
    host: &Host,
    tree: &RelPath,
    release: &Release,
    identity: &TreeIdentity,
) -> Result<(), StepError> {
    let program = Era::of(&release.version).server_binary();
    let entry = identity.entry(&program);
    let differs = match entry {
        Some(entry) => compare(host, tree, entry)?.is_some(),
        None => true,
    };
    if differs {
        let (tree, release) = (tree.clone(), release.clone());
        return Err(IdentifyError::OtherProgram { program, tree, release }.into());
    }
    Ok(())
}

/// How the tree differs from its release, in words.
fn differences(
    host: &Host,
    tree: &RelPath,
    identity: &TreeIdentity,
    in_tree: &[RelPath],
) -> Result<Vec<String>, StepError> {
    let (mut changed, mut missing) = (Vec::new(), Vec::new());
    for entry in &identity.entries {
        match compare(host, tree, entry)? {
            Some(Deviation::Missing) => missing.push(entry.path.clone()),
            Some(Deviation::Changed | Deviation::Extra) => changed.push(entry.path.clone()),
            None => {}
        }
    }
    let beyond = look_beyond(host, tree, identity, in_tree)?;
    let foreign = beyond.paths.into_iter().filter(|(_, whose)| *whose == Belonging::Foreign);
    let foreign: Vec<RelPath> = foreign.map(|(path, _)| path).collect();
    let said = [
        (changed, "was changed since the release was unpacked"),
        (missing, "belongs to the release and is not there any more"),
        (foreign, "is not the release's, and is carried from tree to tree"),
    ];
    Ok(said.iter().filter_map(|(paths, what)| Some(format!("{}: {what}", named(paths)?))).collect())
}

/// So many paths are named; of more, only how many they are.
const NAMED: usize = 12;

fn named(paths: &[RelPath]) -> Option<String> {
    let named: Vec<&str> = paths.iter().take(NAMED).map(RelPath::as_str).collect();
    let named = (!named.is_empty()).then(|| named.join(", "))?;
    Some(match paths.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    })
}

/// What in the tree bears names that releases of this version bring, its mutable directories left out.
fn assumed_entries(
    host: &Host,
    tree: &RelPath,
    release: &Release,
    in_tree: &[RelPath],
) -> Result<Vec<Entry>, StateFileError> {
    let brought = Brought::by(&release.version);
    let mut entries = Vec::new();
    let mut pending = vec![RelPath::here()];
    while let Some(directory) = pending.pop() {
        for name in host.tree.names(&tree.below(&directory))? {
            // What cannot be spelled is nobody's but the site's.
            let spelled = name.to_str().and_then(|name| name.parse::<RelPath>().ok());
            let Some(path) = spelled.map(|name| directory.below(&name)) else {
                continue;
            };
            if in_tree.contains(&path) {
                continue;
            }
            let Some(kind) = assumed_kind(host, tree, &path, &brought)? else {
                continue;
            };
            if kind == EntryKind::Directory {
                pending.push(path.clone());
            }
            entries.push(Entry { path, kind });
        }
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(entries)
}

/// What a release could have brought at a path; `None` where it is the site's own. Releases bring no links and no devices.
fn assumed_kind(
    host: &Host,
    tree: &RelPath,
    path: &RelPath,
    brought: &Brought,
) -> Result<Option<EntryKind>, PathError> {
    let within = tree.below(path);
    let Some(stat) = host.tree.stat(&within)? else {
        return Ok(None);
    };
    match stat.kind {
        Kind::Directory if brought.directory(path) => Ok(Some(EntryKind::Directory)),
        Kind::File if brought.file(path) => Ok(Some(EntryKind::File {
            size: stat.size,
            sha256: digest_of(&host.tree.absolute(&within))?,
            executable: is_executable_mode(stat.mode),
        })),
        Kind::Directory | Kind::File | Kind::Symlink | Kind::Special => Ok(None),
    }
}
