//! `install` and `plan`.

use std::cmp::Reverse;
use std::io;

use crate::cli::args::{InstallArgs, Output};
use crate::cli::progress::Progress;
use crate::cli::{ending, hint, words};
use crate::engine::{
    Outcome, Prepared, Resolved, StepError, UndertakeError, Undertaken, own_territory, prepare,
    read_receipt, resolve, undertake,
};
use crate::host::{Cancel, Host, Meter};
use crate::model::{
    DatabaseUse, Ending, Failure, Finding, InstallWish, Overlay, PlaceName, Plan, Receipt, Report,
    Secret, Severity, Start, StepReport, Strength,
};
use crate::planning::explain;

/// Installs, and reports.
pub(crate) fn run(args: &InstallArgs, output: &Output, cancel: Cancel) -> io::Result<Report> {
    let mut progress = Progress::open(output)?;
    let (resolved, host) = match enter("install", args, cancel) {
        Ok(entered) => entered,
        Err(report) => return Ok(*report),
    };
    let result = undertake(&host, &resolved, &mut progress);
    drop(progress);
    let report = match result {
        Err(error) => failed("install", &resolved, &host, &error),
        Ok(Undertaken::NothingToDo(receipt)) => {
            let report = Report::new("install", Ending::NothingToDo);
            describe(report, &resolved, &host, &receipt)
        }
        Ok(Undertaken::Refused { plan, findings }) => {
            let mut report = planned(Report::new("install", Ending::Refused), &plan, findings);
            // What forbids it should not stand above a screenful of what will not be done.
            report.steps.clear();
            refused(report, "install")
        }
        Ok(Undertaken::Ran { plan, findings, outcome }) => {
            ran(&resolved, &host, &plan, findings, &outcome)
        }
    };
    Ok(with_missing_places(report, args, &resolved))
}

/// Reports what `install` would do.
pub(crate) fn plan(command: &'static str, args: &InstallArgs, cancel: Cancel) -> Report {
    let (resolved, host) = match enter(command, args, cancel) {
        Ok(entered) => entered,
        Err(report) => return *report,
    };
    let report = match prepare(&host, &resolved) {
        Err(error) => failed(command, &resolved, &host, &error),
        Ok(Prepared::NothingToDo(receipt)) => {
            describe(Report::new(command, Ending::NothingToDo), &resolved, &host, &receipt)
        }
        Ok(Prepared::Plan { plan, findings }) => {
            let fatal = findings.iter().any(Finding::is_fatal);
            let ending = if fatal { Ending::Refused } else { Ending::Pending };
            let report = planned(Report::new(command, ending), &plan, findings);
            let report = places(report, &resolved, &host, &plan.receipt);
            if fatal { refused(report, command) } else { report }
        }
    };
    with_missing_places(report, args, &resolved)
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

/// The tests of this project kill the program at a chosen mutation.
#[cfg(feature = "fakes")]
#[expect(clippy::disallowed_methods, reason = "only the project's own tests set it")]
pub(super) fn meter() -> Meter {
    use crate::host::Fault;
    let at = std::env::var("MMEMBED_TEST_KILL_AT").ok().and_then(|at| at.parse().ok());
    at.map_or_else(Meter::default, |at| Meter::with_fault(at, Fault::Kill))
}

#[cfg(not(feature = "fakes"))]
pub(super) fn meter() -> Meter {
    Meter::default()
}

fn wish(args: &InstallArgs) -> InstallWish {
    let given = if args.enforce { Strength::Enforced } else { Strength::Default };
    let files = args.config_overlay.iter().map(|path| (given, Overlay::File(path.clone())));
    let enforced =
        args.enforced_overlay.iter().map(|path| (Strength::Enforced, Overlay::File(path.clone())));
    let sets = args.set.iter().map(|text| (given, Overlay::Set(Secret::new(text.clone()))));
    let within = args.patience.start_timeout;
    InstallWish {
        app: args.target.app.clone(),
        root: args.target.root.clone(),
        archive: args.release.clone(),
        version: args.release_version.clone(),
        edition: args.edition.map(Into::into),
        sha256: args.sha256,
        overlays: files.chain(enforced).chain(sets).collect(),
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
    }
}

fn planned(mut report: Report, plan: &Plan, findings: Vec<Finding>) -> Report {
    report.release = Some(plan.receipt.release.clone());
    report.findings = findings;
    report.steps = plan
        .steps
        .iter()
        .map(|planned| StepReport {
            text: explain(&planned.step),
            because: planned.because.clone(),
        })
        .collect();
    report
}

fn refused(mut report: Report, command: &str) -> Report {
    let count = report.findings.iter().filter(|finding| finding.is_fatal()).count();
    let noun = if count == 1 { "finding forbids" } else { "findings forbid" };
    report.failure = Some(Failure {
        what: format!("{count} {noun} it"),
        now: hint::UNCHANGED.to_owned(),
        next: format!("mend what is marked fatal above, then run `{command}` again"),
    });
    report
}

fn ran(
    resolved: &Resolved,
    host: &Host,
    plan: &Plan,
    findings: Vec<Finding>,
    outcome: &Outcome,
) -> Report {
    let ending = match outcome {
        Outcome::Committed => Ending::Done,
        Outcome::CommittedWithRemainder { .. } => Ending::Remainder,
        Outcome::RolledBack { cause: Some(cause) } if is_artifact(cause) => Ending::ArtifactRefused,
        Outcome::RolledBack { .. } => Ending::RolledBack,
        Outcome::Stuck { .. } | Outcome::Unfinished { .. } => Ending::Stuck,
    };
    let mut report = Report::new("install", ending);
    report.findings = findings;
    report.release = Some(plan.receipt.release.clone());
    report.transaction = Some(plan.id.clone());
    report.failure = hint::for_outcome(outcome, host, plan);
    if matches!(ending, Ending::Done | Ending::Remainder) {
        let receipt = read_receipt(host, &plan.prefix).ok().flatten();
        return describe(report, resolved, host, receipt.as_ref().unwrap_or(&plan.receipt));
    }
    report
}

/// Is it the archive that is to blame?
fn is_artifact(cause: &StepError) -> bool {
    let unpack = matches!(cause, StepError::Unpack(error) if error.is_refusal());
    unpack || matches!(cause, StepError::Confirm(error) if error.is_refusal())
}

fn describe(report: Report, resolved: &Resolved, host: &Host, receipt: &Receipt) -> Report {
    let mut report = places(report, resolved, host, receipt);
    report.release = Some(receipt.release.clone());
    report.proof.clone_from(&receipt.proof);
    report
}

fn places(mut report: Report, resolved: &Resolved, host: &Host, receipt: &Receipt) -> Report {
    let live = resolved.request.prefix.live();
    report.live = Some(host.tree.absolute(&live));
    report.config = Some(host.tree.absolute(&receipt.config));
    report.places = super::place_reports(host, &live, &receipt.placements);
    report
}

fn failed(
    command: &'static str,
    resolved: &Resolved,
    host: &Host,
    error: &UndertakeError,
) -> Report {
    let mut report = Report::new(command, ending::of_undertaking(error));
    report.release = Some(resolved.request.release.clone());
    report.failure = Some(hint::for_undertaking(error, host, &resolved.request));
    report
}
