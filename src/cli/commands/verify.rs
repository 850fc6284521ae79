//! `verify`.

use std::io;
use std::path::Path;

use crate::cli::answer::UNCHANGED;
use crate::cli::args::{EnvironmentArgs, Output, Patience, Target};
use crate::cli::call::Call;
use crate::cli::progress::Progress;
use crate::cli::{ending, hints, system, words};
use crate::engine::{
    ConfigureError, Deviation, ProofError, VerifyError, read_environment_files, read_receipt,
    take_lock, verify_directory, verify_files, verify_server,
};
use crate::host::{Cancel, LockError};
use crate::model::{Ending, Failure, Finding, Report, SettingReport, Severity};

/// Verifies files, and the server if it may be started.
pub(crate) fn run(
    target: &Target,
    start: Option<(&EnvironmentArgs, &Patience)>,
    output: &Output,
    cancel: Cancel,
) -> io::Result<Report> {
    let mut progress = Progress::open(output)?;
    let (host, prefix) = match super::enter(target, cancel) {
        Ok(entered) => entered,
        Err(failure) => return Ok(super::refused("verify", *failure)),
    };
    let call = Call::of(&host, &prefix);
    let logs = host.tree.absolute(&verify_directory(&prefix));
    let mut report = Report::new("verify", Ending::Done);
    report.release = read_receipt(&host, &prefix).ok().flatten().map(|receipt| receipt.release);
    match verify_files(&host, &prefix) {
        Ok(deviations) => {
            report.findings = deviations.iter().map(|(path, kind)| finding(path, *kind)).collect();
        }
        Err(error) => return Ok(failed(report, &error, &call, &logs)),
    }
    if let Some((environment, patience)) = start {
        let told = match read_environment_files(&environment.env_file) {
            Ok(told) => told,
            Err(error) => return Ok(failed(report, &error.into(), &call, &logs)),
        };
        let lock = match take_lock(&host, &prefix) {
            Ok(lock) => lock,
            Err(error) => return Ok(locked(report, &error)),
        };
        let within = patience.start_timeout;
        match verify_server(&host, &prefix, told.as_ref(), within, &mut progress) {
            Ok(text) => report.settings.push(SettingReport { setting: "proved".to_owned(), text }),
            Err(error) => return Ok(failed(report, &error, &call, &logs)),
        }
        drop(lock);
    }
    drop(progress);
    if report.findings.iter().any(Finding::is_fatal) {
        report.ending = Ending::ProbeFailed;
        report.failure = Some(Failure {
            what: "the tree is not what the release brought".to_owned(),
            now: UNCHANGED.to_owned(),
            next: "put the named files back as they are in the archive of the release".to_owned(),
        });
    }
    Ok(report)
}

fn finding(path: &crate::model::RelPath, kind: Deviation) -> Finding {
    match kind {
        Deviation::Missing => {
            Finding::new(Severity::Fatal, "missing", format!("{path} is missing"))
        }
        Deviation::Changed => Finding::new(
            Severity::Fatal,
            "changed",
            format!("{path} is not as the release brought it"),
        ),
        Deviation::Extra => {
            Finding::new(Severity::Note, "extra", format!("{path} was not brought by the release"))
        }
    }
}

fn failed(mut report: Report, error: &VerifyError, call: &Call, logs: &Path) -> Report {
    let (ending, next) = match error {
        VerifyError::NotInstalled => (
            Ending::Refused,
            format!("install a release with {}", call.with("install", "--release PATH")),
        ),
        VerifyError::State(error) => (Ending::Refused, hints::for_state(error)),
        VerifyError::Path(_)
        | VerifyError::Configure(ConfigureError::Path(_))
        | VerifyError::Proof(ProofError::Path(_)) => {
            (Ending::Refused, system::advice_and_again(error))
        }
        VerifyError::Environment(error) => (Ending::Refused, hints::for_environment(error)),
        VerifyError::ForInside { .. } => (
            Ending::Refused,
            "start it there; from here, `--no-start` verifies its files".to_owned(),
        ),
        VerifyError::Configure(_) | VerifyError::Darken(_) => {
            (Ending::ProbeFailed, "mend the configuration at that place".to_owned())
        }
        VerifyError::Proof(_) => {
            (Ending::ProbeFailed, format!("read the server's log in {}", logs.display()))
        }
        VerifyError::NotServing { .. } => {
            (Ending::ProbeFailed, "read the log of the running server".to_owned())
        }
    };
    report.ending = ending;
    report.failure = Some(Failure { what: words::chain(error), now: UNCHANGED.to_owned(), next });
    report
}

fn locked(mut report: Report, error: &LockError) -> Report {
    report.ending = ending::of_lock(error);
    report.failure = Some(hints::for_lock(error));
    report
}
