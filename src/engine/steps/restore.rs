//! Putting back what a backup has: settings, uploaded files, and the database.

use super::context::StepContext;
use super::database_before::{self, Touch};
use super::error::StepError;
use super::keep::{Kept, keep, overwrite, put_back};
use super::prove::AcceptError;
use super::prove::open_database;
use super::relocate;
use crate::database::Privileges;
use crate::engine::backup::{DatabaseRestore, manifest_of, restore_database};
use crate::engine::dump::sweep;
use crate::host::Level;
use crate::model::{
    BackupManifest, DatabaseUndo, RelPath, RestoreConfig, RestoreData, RestoreDatabase,
};

/// The configuration that gives way, in the transaction's directory.
const BEFORE: Kept = Kept { name: "config-before-restore" };

/// No configuration is larger.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Writes the saved configuration, with the mode and the owner that it had.
pub(super) fn config(restore: &RestoreConfig, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    let manifest = manifest_of(cx.host, &cx.plan.prefix, &restore.backup)?;
    let (tree, directory) = (&cx.host.tree, cx.directory());
    let part = cx.plan.prefix.backup(&restore.backup).below(&manifest.config.part);
    let saved = tree.read(&part, LARGEST)?.unwrap_or_default();
    keep(cx.host, &directory, BEFORE, &restore.file)?;
    overwrite(cx.host, &directory, BEFORE, &restore.file, &saved, Some(manifest.config.owner))?;
    Ok(tree.set_mode(&restore.file, manifest.config.mode)?)
}

/// Puts the configuration back that gave way.
pub(super) fn undo_config(
    restore: &RestoreConfig,
    cx: &mut StepContext<'_>,
) -> Result<(), StepError> {
    let aside = put_back(cx.host, &cx.directory(), BEFORE, &restore.file)?;
    cx.note_newer(aside);
    Ok(())
}

/// Copies every saved directory to where it was. Only an empty one gives way.
pub(super) fn data(restore: &RestoreData, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    let manifest = manifest_of(cx.host, &cx.plan.prefix, &restore.backup)?;
    for (part, place) in directories(&manifest, restore, cx) {
        cx.host.tree.remove_if_empty(&place)?;
        relocate::copy(&part, &place, cx)?;
    }
    Ok(())
}

/// Removes the copies.
pub(super) fn undo_data(restore: &RestoreData, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    let manifest = manifest_of(cx.host, &cx.plan.prefix, &restore.backup)?;
    for (_, place) in directories(&manifest, restore, cx) {
        relocate::undo(&place, cx)?;
    }
    Ok(())
}

/// Where each saved directory lies, and where it goes.
fn directories(
    manifest: &BackupManifest,
    restore: &RestoreData,
    cx: &StepContext<'_>,
) -> Vec<(RelPath, RelPath)> {
    let prefix = &cx.plan.prefix;
    let (backup, live) = (prefix.backup(&manifest.id), prefix.live());
    let place = |path: &RelPath| match path.relative_to(&live) {
        Some(below) => restore.staged.below(&below),
        None => path.clone(),
    };
    let saved = manifest.directories.iter();
    saved.map(|saved| (backup.below(&saved.part), place(&saved.source.path))).collect()
}

/// Makes the database hold what the backup holds. What it held before is remembered first, or in a backup of its own.
pub(super) fn database(
    restore: &RestoreDatabase,
    cx: &mut StepContext<'_>,
) -> Result<(), StepError> {
    let settings = cx.effective(&restore.config, restore.run_as)?;
    let database = open_database(&settings, restore.run_as, cx)?;
    cx.require_turn().map_err(AcceptError::from)?;
    database_before::remember(touch(restore), database.as_ref(), cx)?;
    let environment = cx.environment()?;
    let wish = DatabaseRestore {
        id: &restore.backup,
        environment: &environment,
        config: &restore.config,
        run_as: restore.run_as,
        // On another host the roles that were given rights may not be there.
        privileges: match restore.before {
            DatabaseUndo::Empty => Privileges::Left,
            DatabaseUndo::Restore(_)
            | DatabaseUndo::Leave
            | DatabaseUndo::Earlier
            | DatabaseUndo::Shared => Privileges::Restored,
        },
        stop_at: Level::First,
    };
    restore_database(cx.host, &cx.plan.prefix, &wish, cx.reporter).map_err(StepError::from)
}

/// Makes the database what it was before.
pub(super) fn undo_database(
    restore: &RestoreDatabase,
    cx: &mut StepContext<'_>,
) -> Result<(), StepError> {
    sweep(cx.host, &cx.plan.prefix)?;
    database_before::put_back(touch(restore), cx)
}

pub(super) const fn touch(restore: &RestoreDatabase) -> Touch<'_> {
    Touch { config: &restore.config, run_as: restore.run_as, before: &restore.before }
}
