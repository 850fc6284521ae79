//! `upgrade`.

use std::io;

use super::install::{overlays, policies, with_findings};
use super::sources;
use super::undertaking::Task;
use crate::cli::answer::{Refusal, refused};
use crate::cli::args::{Output, UpgradeArgs};
use crate::cli::exit::Exit;
use crate::cli::hint;
use crate::cli::progress::Progress;
use crate::engine::{Acquired, Reporter, ResolvedUpgrade, read_receipt, resolve_upgrade};
use crate::host::{Cancel, Host};
use crate::model::{Consent, Edition, Finding, Leg, Manner, Report, Start, UpgradeWish};

/// Upgrades, or only says how it would, and reports.
pub(crate) fn run(
    args: &UpgradeArgs,
    dry_run: bool,
    output: &Output,
    cancel: Cancel,
) -> io::Result<Report> {
    let mut progress = Progress::open(output)?;
    let (resolved, host, findings) = match enter(args, cancel, &mut progress) {
        Ok(entered) => entered,
        Err(refusal) => return Ok(refused("upgrade", refusal)),
    };
    let archive = Some(resolved.request.target.archive.as_path());
    let task = Task { command: "upgrade", undertaking: &resolved, host: &host, archive };
    let report = if dry_run { task.dry_run() } else { task.run(&mut progress) };
    Ok(with_findings(report, findings))
}

fn enter(
    args: &UpgradeArgs,
    cancel: Cancel,
    reporter: &mut dyn Reporter,
) -> Result<(ResolvedUpgrade, Host, Vec<Finding>), Refusal> {
    let usual = installed_edition(args, &cancel);
    let acquired = sources::get(&args.archive, usual, &cancel, reporter)?;
    let resolved = resolve_upgrade(&wish(args, &acquired)).map_err(|error| {
        (Exit::Refused, super::unentered(&error, &hint::for_resolve_upgrade(&error)))
    })?;
    let host = super::host_for(&resolved.root, &resolved.request.target.prefix, cancel)
        .map_err(|failure| (Exit::Refused, *failure))?;
    Ok((resolved, host, acquired.findings))
}

/// What is wrong with the installation is told when the upgrade is resolved.
fn installed_edition(args: &UpgradeArgs, cancel: &Cancel) -> Option<Edition> {
    let (host, prefix) = super::enter(&args.target, cancel.clone()).ok()?;
    let receipt = read_receipt(&host, &prefix).ok()??;
    Some(receipt.release.edition)
}

fn wish(args: &UpgradeArgs, acquired: &Acquired) -> UpgradeWish {
    let within = args.patience.start_timeout;
    UpgradeWish {
        app: args.target.app.clone(),
        root: args.target.root.clone(),
        archive: acquired.archive.clone(),
        version: acquired.version.clone(),
        edition: acquired.edition,
        sha256: acquired.sha256,
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
        leg: Leg::default(),
    }
}
