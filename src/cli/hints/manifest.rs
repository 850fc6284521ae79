//! What to do about a manifest that cannot be gone by.

use crate::cli::answer::{Refusal, failure, refused};
use crate::cli::exit::Exit;
use crate::cli::{system, words};
use crate::engine::ManifestFileError;
use crate::model::{Finding, Report, Severity};

/// The manifest cannot be used.
pub(crate) fn for_manifest(error: &ManifestFileError) -> Refusal {
    let next = match error {
        ManifestFileError::Path(_) => system::advice_and_again(error),
        ManifestFileError::NoText { .. } => {
            "name a manifest with --manifest; `mmembed init` writes one to begin with".to_owned()
        }
        ManifestFileError::Faults { .. } => {
            "mend the manifest there; `mmembed schema manifest` has all that can stand in it"
                .to_owned()
        }
        ManifestFileError::Exists { .. } => {
            "name another file, or replace this one with --force".to_owned()
        }
    };
    let what = match error {
        ManifestFileError::Faults { path, faults } => {
            let noun = if faults.0.len() == 1 { "fault" } else { "faults" };
            format!("{}: {} {noun}", path.display(), faults.0.len())
        }
        ManifestFileError::Path(_)
        | ManifestFileError::NoText { .. }
        | ManifestFileError::Exists { .. } => words::chain(error),
    };
    (Exit::Refused, failure(what, &next))
}

/// The same as a report, with each fault in its place.
pub(crate) fn manifest_report(command: &'static str, error: &ManifestFileError) -> Report {
    let mut report = refused(command, for_manifest(error));
    if let ManifestFileError::Faults { path, faults } = error {
        let found = faults.0.iter().map(|fault| {
            let text = format!("{}:{fault}", path.display());
            Finding::new(Severity::Fatal, "manifest", text)
        });
        report.findings = found.collect();
    }
    report
}

/// What stands in the environment for something that the manifest leaves out makes no sense.
pub(crate) fn for_manifest_environment(error: &clap::Error) -> Refusal {
    let what = error.to_string().lines().next().unwrap_or_default().to_owned();
    (Exit::Usage, failure(what, "say it in the manifest, or mend the variable in the environment"))
}
