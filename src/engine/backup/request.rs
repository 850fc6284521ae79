//! A backup that somebody asks for, outside of any transaction.

use std::time::Duration;

use super::create::create;
use super::error::BackupError;
use crate::engine::open::find_open;
use crate::engine::reporter::Reporter;
use crate::engine::server_environment::{Seeker, refuse_forgotten};
use crate::engine::state_files::read_receipt;
use crate::host::{Host, Lock, current_owner};
use crate::model::{
    BackUp, BackupId, BackupManifest, BackupOrigin, DataPolicy, Prefix, ServerEnvironment, Start,
    TransactionId,
};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupWish {
    /// What is done about the directories of uploaded files and plugins.
    pub policy: DataPolicy,
    /// Is the dump brought back into a scratch database before the backup counts?
    pub verify_restore: bool,
}

/// Backs up what is installed. The server may run: the database is saved as it is at one moment, the directories as they
/// are read.
///
/// `told` is the environment of the server as the operator tells it; else it is looked for.
///
/// # Errors
/// Also when a transaction is open. Whatever the error, nothing that counts as a backup is there.
pub fn create_backup(
    host: &Host,
    prefix: &Prefix,
    _lock: &Lock,
    wish: BackupWish,
    told: Option<&ServerEnvironment>,
    reporter: &mut dyn Reporter,
) -> Result<BackupManifest, BackupError> {
    if let Some(open) = find_open(host, prefix)? {
        return Err(BackupError::Interrupted { id: open.id });
    }
    let receipt = read_receipt(host, prefix)?.ok_or(BackupError::NotInstalled)?;
    let seeker = Seeker {
        host,
        start: Start::Prove { within: Duration::ZERO },
        told,
        live: prefix.live(),
        version: Some(&receipt.release.version),
        service: &receipt.service,
    };
    let environment = seeker.look()?.environment;
    refuse_forgotten(&receipt, &environment)?;
    let id = BackupId::from(TransactionId::new(host.clock.now()));
    let me = current_owner();
    let what = BackUp {
        id,
        origin: BackupOrigin::Asked,
        config: receipt.config.clone(),
        database: true,
        shared: false,
        policy: wish.policy,
        directories: BackUp::directories_of(&receipt, &prefix.live()),
        verify_restore: wish.verify_restore,
        run_as: (receipt.server.uid != me.uid).then_some(receipt.server),
        retired: None,
    };
    let made = create(host, prefix, &what, &environment, reporter);
    if let Err(error) = &made
        && !error.is_crash()
    {
        // What is left of it counts for nothing, and goes with the next pruning if it cannot go now.
        drop(super::manifest::remove(host, prefix, &what.id));
    }
    made
}
