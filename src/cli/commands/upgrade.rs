//! `upgrade`.

use std::io;
use std::path::PathBuf;

use super::install::with_findings;
use super::undertaking::Task;
use super::{rules, sources};
use crate::cli::answer::{Refusal, refused};
use crate::cli::args::{Goal, Output, UpgradeArgs};
use crate::cli::exit::Exit;
use crate::cli::hints;
use crate::cli::progress::Progress;
use crate::engine::{
    Acquired, ArchiveSource, Reporter, ResolvedUpgrade, read_receipt, resolve_upgrade,
};
use crate::host::{Cancel, Host};
use crate::model::{Edition, Finding, Report, UpgradeWish};

/// Upgrades, or only says how it would, and reports.
pub(crate) fn run(
    args: &UpgradeArgs,
    dry_run: bool,
    reports: &[PathBuf],
    output: &Output,
    cancel: Cancel,
) -> io::Result<Report> {
    let release = match args.goal.get() {
        Goal::Release(release) => release,
        Goal::To(to) if dry_run => return Ok(super::chain::plan("upgrade", args, to, cancel)),
        Goal::To(to) => return super::chain::run(args, to, reports, output, cancel),
    };
    let mut progress = Progress::open(output)?;
    let (resolved, host, findings) = match enter(args, release, cancel, &mut progress) {
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
    release: &ArchiveSource,
    cancel: Cancel,
    reporter: &mut dyn Reporter,
) -> Result<(ResolvedUpgrade, Host, Vec<Finding>), Refusal> {
    // What is mistyped is not found after a long download.
    let rules = rules::judged_by(&args.hop.rules)?;
    let usual = installed_edition(args, &cancel);
    let acquired = sources::get(release, &args.facts, &args.sources, usual, &cancel, reporter)?;
    let resolved = resolve_upgrade(&wish_of(args, &acquired), rules).map_err(|error| {
        (Exit::Refused, super::unentered(&error, &hints::for_resolve_upgrade(&error)))
    })?;
    let host = super::host_for(&resolved.root, &resolved.request.target.prefix, cancel)
        .map_err(|failure| (Exit::Refused, *failure))?;
    Ok((resolved, args.cluster.on(host), acquired.findings))
}

/// What is wrong with the installation is told when the upgrade is resolved.
fn installed_edition(args: &UpgradeArgs, cancel: &Cancel) -> Option<Edition> {
    let (host, prefix) = super::enter(&args.target, cancel.clone()).ok()?;
    let receipt = read_receipt(&host, &prefix).ok()??;
    Some(receipt.release.edition)
}

fn wish_of(args: &UpgradeArgs, acquired: &Acquired) -> UpgradeWish {
    UpgradeWish {
        archive: acquired.archive.clone(),
        version: acquired.version.clone(),
        edition: acquired.edition,
        sha256: acquired.sha256,
        ..args.wish()
    }
}
