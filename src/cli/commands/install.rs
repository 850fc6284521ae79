//! `install` and `plan`.

use std::cmp::Reverse;
use std::io;

use super::undertaking::Task;
use crate::cli::args::{InstallArgs, Output, OverlayArgs};
use crate::cli::hint;
use crate::cli::progress::Progress;
use crate::engine::{Resolved, resolve};
use crate::host::{Cancel, Host};
use crate::model::{
    DatabaseUse, Failure, Finding, InstallWish, Overlay, PlaceName, Report, Secret, Severity,
    Start, Strength,
};

/// Installs, and reports.
pub(crate) fn run(args: &InstallArgs, output: &Output, cancel: Cancel) -> io::Result<Report> {
    let mut progress = Progress::open(output)?;
    let (resolved, host) = match enter(args, cancel) {
        Ok(entered) => entered,
        Err(failure) => return Ok(super::refused("install", *failure)),
    };
    let report = task("install", &resolved, &host).run(&mut progress);
    drop(progress);
    Ok(with_missing_places(report, args, &resolved))
}

/// Reports what `install` would do.
pub(crate) fn plan(command: &'static str, args: &InstallArgs, cancel: Cancel) -> Report {
    let (resolved, host) = match enter(args, cancel) {
        Ok(entered) => entered,
        Err(failure) => return super::refused(command, *failure),
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

fn enter(args: &InstallArgs, cancel: Cancel) -> Result<(Resolved, Host), Box<Failure>> {
    let resolved = resolve(&wish(args))
        .map_err(|error| super::unentered(&error, hint::for_resolve(&error)))?;
    let host = super::host_for(&resolved.root, &resolved.request.prefix, cancel)?;
    Ok((resolved, host))
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

/// Who gives way where two have changed one setting.
pub(super) fn policies(args: &OverlayArgs) -> Vec<String> {
    args.policy.iter().map(ToString::to_string).collect()
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
        policies: policies(&args.overlays),
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
