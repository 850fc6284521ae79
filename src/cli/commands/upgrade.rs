//! `upgrade`.

use std::io;

use super::install::{overlays, policies};
use super::undertaking::Task;
use crate::cli::args::{Output, UpgradeArgs};
use crate::cli::hint;
use crate::cli::progress::Progress;
use crate::engine::{ResolvedUpgrade, resolve_upgrade};
use crate::host::{Cancel, Host};
use crate::model::{Consent, Failure, Manner, Report, Start, UpgradeWish};

/// Upgrades, or only says how it would, and reports.
pub(crate) fn run(
    args: &UpgradeArgs,
    dry_run: bool,
    output: &Output,
    cancel: Cancel,
) -> io::Result<Report> {
    let mut progress = Progress::open(output)?;
    let (resolved, host) = match enter(args, cancel) {
        Ok(entered) => entered,
        Err(failure) => return Ok(super::refused("upgrade", *failure)),
    };
    let archive = Some(resolved.request.target.archive.as_path());
    let task = Task { command: "upgrade", undertaking: &resolved, host: &host, archive };
    Ok(if dry_run { task.dry_run() } else { task.run(&mut progress) })
}

fn enter(args: &UpgradeArgs, cancel: Cancel) -> Result<(ResolvedUpgrade, Host), Box<Failure>> {
    let resolved = resolve_upgrade(&wish(args))
        .map_err(|error| super::unentered(&error, &hint::for_resolve_upgrade(&error)))?;
    let host = super::host_for(&resolved.root, &resolved.request.target.prefix, cancel)?;
    Ok((resolved, host))
}

fn wish(args: &UpgradeArgs) -> UpgradeWish {
    let within = args.patience.start_timeout;
    UpgradeWish {
        app: args.target.app.clone(),
        root: args.target.root.clone(),
        archive: args.archive.release.clone(),
        version: args.archive.release_version.clone(),
        edition: args.archive.edition.map(Into::into),
        sha256: args.archive.sha256,
        overlays: overlays(&args.overlays),
        policies: policies(&args.overlays),
        start: if args.no_start { Start::Never } else { Start::Prove { within } },
        service: args.service.wish(),
        consent: Consent {
            downgrade: args.consent.allow_downgrade,
            edition_change: args.consent.allow_edition_change,
            unsaved_database: args.consent.no_database_backup,
        },
        env_files: args.environment.env_file.clone(),
        manner: Manner {
            data: args.backup.backup_data.into(),
            verify_restore: args.backup.verify_restore,
            keep: args.backup.keep_backups,
            hooks: args.hooks.clone(),
            adopt_new_defaults: args.adopt_new_defaults,
        },
    }
}
