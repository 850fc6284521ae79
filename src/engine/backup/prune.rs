//! Removing backups that serve nobody any more, with the trees that they would have needed.

use std::collections::BTreeSet;

use super::error::BackupError;
use super::list::list_backups;
use super::manifest::remove;
use crate::engine::open::find_open;
use crate::engine::state_files::{read_identity, read_receipt};
use crate::host::{Host, Lock};
use crate::model::{BackupId, Prefix, RelPath};

/// What was removed, and what could have been.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// The backups that are gone.
    pub backups: Vec<BackupId>,
    /// The retired trees that are gone.
    pub trees: Vec<RelPath>,
    /// Retired trees that no backup needs, and that stay: which of their files the release brought is only assumed, and one of
    /// them may be a site's own.
    pub staying: Vec<RelPath>,
}

/// Removes all finished backups but the newest `keep`, with the trees that they would have needed, and what was never
/// finished. The backup of the last upgrade stays, and what an open transaction owns. What is finished and cannot be read is
/// left for people to look at.
pub fn prune_backups(
    host: &Host,
    prefix: &Prefix,
    _lock: &Lock,
    keep: usize,
) -> Result<Pruned, BackupError> {
    let mut protected = Vec::new();
    protected.extend(find_open(host, prefix)?.map(|open| BackupId::from(open.id)));
    let receipt = read_receipt(host, prefix)?;
    protected.extend(receipt.map(|receipt| BackupId::from(receipt.transaction)));
    retain(host, prefix, keep, &protected)
}

/// The same for a transaction, which has the lock and names what has to stay.
pub(crate) fn retain(
    host: &Host,
    prefix: &Prefix,
    keep: usize,
    protected: &[BackupId],
) -> Result<Pruned, BackupError> {
    let mut pruned = Pruned::default();
    let (mut finished, mut going) = (Vec::new(), Vec::new());
    let mut needed = BTreeSet::new();
    for seen in list_backups(host, prefix)? {
        match seen.manifest {
            Ok(manifest) => finished.push((seen.id, manifest.retired)),
            Err(BackupError::Unfinished { .. }) => going.push(seen.id),
            // What cannot be read may need any of them.
            Err(_) => needed.extend(retired_trees(host, prefix)?),
        }
    }
    let superfluous = finished.len().saturating_sub(keep);
    for (index, (id, retired)) in finished.into_iter().enumerate() {
        if index < superfluous && !protected.contains(&id) {
            going.push(id);
        } else {
            needed.extend(retired);
        }
    }
    going.retain(|id| !protected.contains(id));
    going.sort();
    for id in going {
        remove(host, prefix, &id)?;
        pruned.backups.push(id);
    }
    finish_going(host, prefix)?;
    for tree in retired_trees(host, prefix)?.difference(&needed) {
        match read_identity(host, tree)? {
            Some(identity) if !identity.assumed => {
                remove_retired(host, prefix, tree)?;
                pruned.trees.push(tree.clone());
            }
            Some(_) | None => pruned.staying.push(tree.clone()),
        }
    }
    Ok(pruned)
}

fn retired_trees(host: &Host, prefix: &Prefix) -> Result<BTreeSet<RelPath>, BackupError> {
    beginning_with(host, prefix, Prefix::RETIRED)
}

fn beginning_with(
    host: &Host,
    prefix: &Prefix,
    start: &str,
) -> Result<BTreeSet<RelPath>, BackupError> {
    let names = host.tree.list(&prefix.embedded())?;
    let found = names.iter().filter(|name| name.starts_with(start));
    Ok(found.map(|name| prefix.embedded().join(name)).collect())
}

/// Removes a retired tree. It gets another name first: half of a tree must not be taken for a way back, and what is left
/// of it could not be told from a site's own files.
fn remove_retired(host: &Host, prefix: &Prefix, tree: &RelPath) -> Result<(), BackupError> {
    let rest = tree.name().strip_prefix(Prefix::RETIRED).unwrap_or_default();
    let going = prefix.embedded().join(&format!("{}{rest}", Prefix::GOING));
    host.tree.rename(tree, &going)?;
    Ok(host.tree.remove_tree(&going)?)
}

/// Removes what an interrupted removal has left.
fn finish_going(host: &Host, prefix: &Prefix) -> Result<(), BackupError> {
    let going = beginning_with(host, prefix, Prefix::GOING)?;
    Ok(going.iter().try_for_each(|tree| host.tree.remove_tree(tree))?)
}
