//! `install` and `plan`.

use std::cmp::Reverse;
use std::io;

use super::undertaking::Task;
use crate::cli::args::{InstallArgs, Output, OverlayArgs};
use crate::cli::progress::Progress;
use crate::cli::{hint, words};
use crate::engine::{Resolved, own_territory, resolve};
use crate::host::{Cancel, Host, Meter};
use crate::model::{
    DatabaseUse, Ending, Failure, Finding, InstallWish, Overlay, PlaceName, Report, Secret,
    Severity, Start, Strength,
};

/// Installs, and reports.
pub(crate) fn run(args: &InstallArgs, output: &Output, cancel: Cancel) -> io::Result<Report> {
    let mut progress = Progress::open(output)?;
    let (resolved, host) = match enter("install", args, cancel) {
        Ok(entered) => entered,
        Err(report) => return Ok(*report),
    };
    let report = task("install", &resolved, &host).run(&mut progress);
    drop(progress);
    Ok(with_missing_places(report, args, &resolved))
}

/// Reports what `install` would do.
pub(crate) fn plan(command: &'static str, args: &InstallArgs, cancel: Cancel) -> Report {
    let (resolved, host) = match enter(command, args, cancel) {
        Ok(entered) => entered,
        Err(report) => return *report,
    };
    let report = task(command, &resolved, &host).dry_run();
    with_missing_places(report, args, &resolved)
}

fn task<'a>(command: &'static str, resolved: &'a Resolved, host: &'a Host) -> Task<'a> {
    let archive = Some(resolved.request.archive.as_path());
    Task { command, undertaking: resolved, host, archive }
}

/// Warns of places that were named and that this release does not have: nothing is kept there.
fn with_missing_places(mut report: Report, args: &InstallArgs, resolved: &Resolved) -> Report {
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
    let placed = args.place.iter().map(|(name, _)| *name).filter(is_missing);
    let mut findings: Vec<Finding> = placed.map(|name| warn("--place", name)).collect();
    // Without names it means whatever there is.
    if args.keep_in_tree != PlaceName::USUAL {
        let kept = args.keep_in_tree.iter().copied().filter(is_missing);
        findings.extend(kept.map(|name| warn("--keep-in-tree", name)));
    }
    report.findings.extend(findings);
    report.findings.sort_by_key(|finding| Reverse(finding.severity));
    report
}

fn enter(
    command: &'static str,
    args: &InstallArgs,
    cancel: Cancel,
) -> Result<(Resolved, Host), Box<Report>> {
    let refuse = |error: &dyn std::error::Error, next: &str| {
        let mut report = Report::new(command, Ending::Refused);
        report.failure = Some(Failure {
            what: words::chain(error),
            now: hint::UNCHANGED.to_owned(),
            next: next.to_owned(),
        });
        Box::new(report)
    };
    let resolved =
        resolve(&wish(args)).map_err(|error| refuse(&error, hint::for_resolve(&error)))?;
    let host = Host::new(&resolved.root, own_territory(&resolved.request.prefix), meter(), cancel)
        .map_err(|error| refuse(&error, "check the root"))?;
    Ok((resolved, host))
}

/// The tests of this project kill the program at a chosen mutation, or before a chosen record of its journal.
#[cfg(feature = "fakes")]
#[expect(clippy::disallowed_methods, reason = "only the project's own tests set it")]
pub(super) fn meter() -> Meter {
    use crate::host::Fault;
    let number = |name| std::env::var(name).ok().and_then(|at| at.parse().ok());
    match (number("MMEMBED_TEST_KILL_AT"), number("MMEMBED_TEST_KILL_AT_RECORD")) {
        (Some(at), _) => Meter::with_fault(at, Fault::Kill),
        (None, Some(at)) => Meter::killing_at_record(at),
        (None, None) => Meter::default(),
    }
}

#[cfg(not(feature = "fakes"))]
pub(super) fn meter() -> Meter {
    Meter::default()
}

/// The host's settings in the order in which they win.
pub(super) fn overlays(args: &OverlayArgs) -> Vec<(Strength, Overlay)> {
    let given = if args.enforce { Strength::Enforced } else { Strength::Default };
    let files = args.config_overlay.iter().map(|path| (given, Overlay::File(path.clone())));
    let enforced =
        args.enforced_overlay.iter().map(|path| (Strength::Enforced, Overlay::File(path.clone())));
    let sets = args.set.iter().map(|text| (given, Overlay::Set(Secret::new(text.clone()))));
    files.chain(enforced).chain(sets).collect()
}

fn wish(args: &InstallArgs) -> InstallWish {
    let within = args.patience.start_timeout;
    InstallWish {
        app: args.target.app.clone(),
        root: args.target.root.clone(),
        archive: args.archive.release.clone(),
        version: args.archive.release_version.clone(),
        edition: args.archive.edition.map(Into::into),
        sha256: args.archive.sha256,
        overlays: overlays(&args.overlays),
        places: args.place.clone(),
        in_tree: args.keep_in_tree.clone(),
        config_file: args.config_file.clone(),
        owner: args.owner.clone(),
        service_user: args.service_user.clone(),
        start: if args.no_start { Start::Never } else { Start::Prove { within } },
        database: if args.use_existing_database {
            DatabaseUse::AsItIs
        } else {
            DatabaseUse::MustBeEmpty
        },
        env_files: args.environment.env_file.clone(),
    }
}
