//! `rollback` and `backup restore`: back to what a backup has.

use std::io;

use super::undertaking::Task;
use crate::cli::args::{Output, RestoreArgs};
use crate::cli::hints;
use crate::cli::progress::Progress;
use crate::engine::{ResolvedRestore, resolve_restore};
use crate::host::{Cancel, Host};
use crate::model::{BackupId, Failure, Manner, Report, RestoreWish, Start};

/// Goes back, or only says how it would, and reports.
pub(crate) fn run(
    command: &'static str,
    args: &RestoreArgs,
    backup: Option<&BackupId>,
    output: &Output,
    cancel: Cancel,
) -> io::Result<Report> {
    let mut progress = Progress::open(output)?;
    let (resolved, host) = match enter(args, backup, cancel) {
        Ok(entered) => entered,
        Err(failure) => return Ok(super::refused(command, *failure)),
    };
    let archive = args.release.as_deref();
    let task = Task { command, undertaking: &resolved, host: &host, archive };
    Ok(if args.dry_run { task.dry_run() } else { task.run(&mut progress) })
}

fn enter(
    args: &RestoreArgs,
    backup: Option<&BackupId>,
    cancel: Cancel,
) -> Result<(ResolvedRestore, Host), Box<Failure>> {
    let resolved = resolve_restore(&wish(args, backup))
        .map_err(|error| super::unentered(&error, &hints::for_resolve_restore(&error)))?;
    let host = super::host_for(&resolved.root, &resolved.request.target.prefix, cancel)?;
    Ok((resolved, args.cluster.on(host)))
}

fn wish(args: &RestoreArgs, backup: Option<&BackupId>) -> RestoreWish {
    let within = args.patience.start_timeout;
    RestoreWish {
        app: args.target.app.clone(),
        root: args.target.root.clone(),
        backup: backup.cloned(),
        archive: args.release.clone(),
        start: if args.no_start { Start::Never } else { Start::Prove { within } },
        service: args.service.wish(),
        accept_loss: args.accept_data_loss,
        env_files: args.environment.env_file.clone(),
        manner: Manner {
            data: args.backup.backup_data.into(),
            verify_restore: args.backup.verify_restore,
            keep: args.backup.keep_backups,
            hooks: args.hooks.clone(),
            adopt_new_defaults: false,
        },
    }
}
