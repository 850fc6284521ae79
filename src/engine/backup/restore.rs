//! Making a database hold what a backup holds.

use super::create::open_vault;
use super::error::BackupError;
use super::manifest::manifest_of;
use crate::database::Privileges;
use crate::engine::dump::Watch;
use crate::engine::reporter::Reporter;
use crate::engine::server_environment::SiteConfig;
use crate::host::{Host, Level};
use crate::model::{
    BackupId, BackupManifest, Event, Owner, Prefix, RelPath, SavedDatabase, ServerEnvironment,
};

/// Which backup goes where.
#[derive(Clone, Debug)]
pub struct DatabaseRestore<'r> {
    /// The backup.
    pub id: &'r BackupId,
    /// The configuration that names the database; the backup's own is `config.json` in its directory.
    pub config: &'r RelPath,
    /// What the environment of the server says instead.
    pub environment: &'r ServerEnvironment,
    /// Who runs the tools.
    pub run_as: Option<Owner>,
    /// Are the rights of other roles brought back too? They have to be there.
    pub privileges: Privileges,
    /// From which wish to stop on the tools are ended. What takes a transaction back ends only at the second.
    pub stop_at: Level,
}

/// Makes the database hold exactly what was saved from it. The dump's digest is checked before
/// anything is taken away. May be run again after an interruption at any moment, and has to be until it succeeds.
///
/// # Errors
/// [`BackupError::NoDatabase`] if the backup has none. If others are connected, whatever they hold is waited for, a minute
/// at most.
pub fn restore_database(
    host: &Host,
    prefix: &Prefix,
    wish: &DatabaseRestore<'_>,
    reporter: &mut dyn Reporter,
) -> Result<(), BackupError> {
    let manifest = manifest_of(host, prefix, wish.id)?;
    let database = manifest
        .database
        .as_ref()
        .ok_or_else(|| BackupError::NoDatabase { id: wish.id.clone() })?;
    let dump = prefix.backup(wish.id).below(&database.dump);
    check_digest(host, &manifest, database, &dump)?;
    let site = SiteConfig {
        host,
        file: wish.config,
        environment: wish.environment,
        version: &manifest.release.version,
        run_as: wish.run_as,
        kept: vec![prefix.backup(wish.id).join(BackupManifest::STORED_CONFIG)],
    };
    let vault = open_vault(host, prefix, &site)?;
    let total = host.tree.open_file(&dump)?.size()?;
    let mut last = u64::MAX;
    let mut progress = |bytes| {
        if bytes != last {
            last = bytes;
            reporter.hear(&Event::Progress { bytes, total });
        }
    };
    let mut watch = Watch { stop_at: wish.stop_at, progress: &mut progress };
    Ok(vault.restore(&database.description, &dump, wish.privileges, &mut watch)?)
}

fn check_digest(
    host: &Host,
    manifest: &BackupManifest,
    database: &SavedDatabase,
    dump: &RelPath,
) -> Result<(), BackupError> {
    let stated = manifest.parts.iter().find(|part| part.path == database.dump);
    let read = host.tree.open_file(dump)?.measure()?;
    if stated.is_some_and(|part| part.sha256 == read.sha256 && part.size == read.bytes) {
        return Ok(());
    }
    let faults = vec![format!("{} is not what was written", database.dump)];
    Err(BackupError::Damaged { id: manifest.id.clone(), faults })
}
