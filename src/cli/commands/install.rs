//! `install` and `plan`.

use std::cmp::Reverse;
use std::io;

use super::sources;
use super::undertaking::Task;
use crate::cli::answer::{Refusal, refused};
use crate::cli::args::{ArchiveArgs, InstallArgs, Output};
use crate::cli::exit::Exit;
use crate::cli::hints;
use crate::cli::progress::Progress;
use crate::engine::{Acquired, Reporter, Resolved, resolve};
use crate::host::{Cancel, Host};
use crate::model::{
    DatabaseUse, Finding, InstallWish, PlaceName, Receipt, Report, Severity, Start,
};

/// Installs, and reports. Of what is installed already, nobody needs the archive again.
pub(crate) fn run(
    command: &'static str,
    args: &InstallArgs,
    installed: Option<&Receipt>,
    output: &Output,
    cancel: Cancel,
) -> io::Result<Report> {
    let mut progress = Progress::open(output)?;
    let entered = match enter(args, installed, cancel, &mut progress) {
        Ok(entered) => entered,
        Err(refusal) => return Ok(refused(command, refusal)),
    };
    let report = entered.task(command).run(&mut progress);
    drop(progress);
    Ok(entered.complete(report, args))
}

/// Reports what `install` would do.
pub(crate) fn plan(
    command: &'static str,
    args: &InstallArgs,
    installed: Option<&Receipt>,
    output: &Output,
    cancel: Cancel,
) -> io::Result<Report> {
    let mut progress = Progress::open(output)?;
    let entered = match enter(args, installed, cancel, &mut progress) {
        Ok(entered) => entered,
        Err(refusal) => return Ok(refused(command, refusal)),
    };
    drop(progress);
    let report = entered.task(command).dry_run();
    Ok(entered.complete(report, args))
}

/// What is to be done, and where.
struct Entered {
    resolved: Resolved,
    host: Host,
    /// What there is to say about the archive.
    findings: Vec<Finding>,
}

impl Entered {
    fn task(&self, command: &'static str) -> Task<'_> {
        let archive = Some(self.resolved.request.archive.as_path());
        Task { command, undertaking: &self.resolved, host: &self.host, archive }
    }

    /// The report with what was found before anything was planned.
    fn complete(&self, report: Report, args: &InstallArgs) -> Report {
        let mut findings = missing_places(args, &self.resolved);
        findings.extend(self.findings.iter().cloned());
        with_findings(report, findings)
    }
}

/// The report with more findings, the gravest first.
pub(super) fn with_findings(mut report: Report, findings: Vec<Finding>) -> Report {
    report.findings.extend(findings);
    report.findings.sort_by_key(|finding| Reverse(finding.severity));
    report
}

/// Warns of places that were named and that this release does not have: nothing is kept there.
fn missing_places(args: &InstallArgs, resolved: &Resolved) -> Vec<Finding> {
    let release = &resolved.request.release;
    let warn = |option: &str, name: PlaceName| {
        let text = format!("{release} cannot keep {name} apart: {option} for it has no effect");
        let advice = "leave it out, or check which place you mean";
        Finding::new(Severity::Warning, "place-missing", text).advise(advice)
    };
    let is_missing = |name: &PlaceName| {
        let placements = &resolved.request.placements;
        placements.iter().all(|placement| placement.name != *name)
    };
    let placed = args.placement.place.iter().map(|(name, _)| *name).filter(is_missing);
    let mut findings: Vec<Finding> = placed.map(|name| warn("--place", name)).collect();
    // Without names it means whatever there is.
    if args.placement.keep_in_tree != PlaceName::USUAL {
        let kept = args.placement.keep_in_tree.iter().copied().filter(is_missing);
        findings.extend(kept.map(|name| warn("--keep-in-tree", name)));
    }
    findings
}

fn enter(
    args: &InstallArgs,
    installed: Option<&Receipt>,
    cancel: Cancel,
    reporter: &mut dyn Reporter,
) -> Result<Entered, Refusal> {
    let ArchiveArgs { release, facts, sources } = &args.archive;
    let acquired = match installed {
        Some(receipt) => unpacked(receipt),
        None => sources::get(release, facts, sources, None, &cancel, reporter)?,
    };
    let resolved = resolve(&wish(args, &acquired))
        .map_err(|error| (Exit::Refused, super::unentered(&error, hints::for_resolve(&error))))?;
    let host = super::host_for(&resolved.root, &resolved.request.prefix, cancel)
        .map_err(|failure| (Exit::Refused, *failure))?;
    let host = args.cluster.on(host);
    Ok(Entered { resolved, host, findings: acquired.findings })
}

/// The archive of what is installed, wherever it is now.
fn unpacked(receipt: &Receipt) -> Acquired {
    Acquired {
        archive: receipt.archive.path.clone(),
        version: Some(receipt.release.version.clone()),
        edition: Some(receipt.release.edition),
        sha256: receipt.archive.sha256,
        findings: Vec::new(),
    }
}

fn wish(args: &InstallArgs, acquired: &Acquired) -> InstallWish {
    let within = args.patience.start_timeout;
    InstallWish {
        app: args.target.app.clone(),
        root: args.target.root.clone(),
        archive: acquired.archive.clone(),
        version: acquired.version.clone(),
        edition: acquired.edition,
        sha256: acquired.sha256,
        overlays: args.overlays.overlays(),
        policies: args.overlays.policies(),
        places: args.placement.place.clone(),
        in_tree: args.placement.keep_in_tree.clone(),
        config_file: args.placement.config_file.clone(),
        owner: args.placement.owner.clone(),
        service_user: args.placement.service_user.clone(),
        service: args.service.wish(),
        start: if args.no_start { Start::Never } else { Start::Prove { within } },
        database: if args.placement.use_existing_database {
            DatabaseUse::AsItIs
        } else {
            DatabaseUse::MustBeEmpty
        },
        env_files: args.environment.env_file.clone(),
    }
}
