//! Removing what serves nobody any more, after the commit: old backups, and the trees that they would have needed.

use std::collections::BTreeSet;

use super::context::StepContext;
use super::error::StepError;
use crate::engine::backup::{self, list_backups};
use crate::engine::state_files::read_identity;
use crate::host::Host;
use crate::model::{BackupId, Event, Prefix, RelPath};

/// Keeps the newest backups, that of this transaction among them, each with its tree.
///
/// A tree whose own content is only assumed is never removed: a file of the site's may lie among those of its release.
pub(super) fn perform(keep: u32, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    let prefix = &cx.plan.prefix;
    let own = BackupId::from(cx.plan.id.clone());
    let mut finished: Vec<(BackupId, Option<RelPath>)> = Vec::new();
    for seen in list_backups(cx.host, prefix)? {
        if let Ok(manifest) = seen.manifest {
            finished.push((seen.id, manifest.retired));
        }
    }
    let superfluous = finished.len().saturating_sub(usize::try_from(keep).unwrap_or(usize::MAX));
    let (going, staying) = finished.split_at(superfluous);
    for (id, _) in going.iter().filter(|(id, _)| *id != own) {
        backup::remove(cx.host, prefix, id)?;
        cx.reporter.hear(&Event::Note { text: format!("the backup {id} was removed") });
    }
    let needed: BTreeSet<&RelPath> =
        staying.iter().filter_map(|(_, retired)| retired.as_ref()).collect();
    for tree in retired_trees(cx.host, prefix)? {
        if !needed.contains(&tree) {
            remove_tree(&tree, cx)?;
        }
    }
    Ok(())
}

fn retired_trees(host: &Host, prefix: &Prefix) -> Result<Vec<RelPath>, StepError> {
    let names = host.tree.list(&prefix.embedded())?;
    let retired = names.iter().filter(|name| name.starts_with(Prefix::RETIRED));
    Ok(retired.map(|name| prefix.embedded().join(name)).collect())
}

fn remove_tree(tree: &RelPath, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    match read_identity(cx.host, tree)? {
        Some(identity) if !identity.assumed => Ok(cx.host.tree.remove_tree(tree)?),
        Some(_) | None => {
            let text = format!(
                "{tree} stays: it cannot be told which of its files the release brought; remove it once nothing in it is \
                 missed"
            );
            cx.reporter.hear(&Event::Note { text });
            Ok(())
        }
    }
}
