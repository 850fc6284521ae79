//! `status`.

use crate::cli::args::Target;
use crate::cli::{hint, words};
use crate::engine::{Status, status};
use crate::host::{Cancel, Host};
use crate::model::{Ending, Failure, Finding, Report, Severity};

/// Reports what is installed. Changes nothing, and takes no lock.
pub(crate) fn run(target: &Target, cancel: Cancel) -> Report {
    let (host, prefix) = match super::enter(target, cancel) {
        Ok(entered) => entered,
        Err(failure) => return super::refused("status", *failure),
    };
    match status(&host, &prefix) {
        Ok(status) => describe(&host, &status),
        Err(error) => super::refused(
            "status",
            Failure {
                what: words::chain(&error),
                now: hint::UNCHANGED.to_owned(),
                next: "mend or remove the named file".to_owned(),
            },
        ),
    }
}

fn describe(host: &Host, status: &Status) -> Report {
    let mut report = Report::new("status", Ending::Done);
    if let Some(open) = &status.open {
        let text = format!("the transaction {open} was interrupted and is still open");
        let finding = Finding::new(Severity::Warning, "open-transaction", text);
        report
            .findings
            .push(finding.advise("the next command finishes it, or `mmembed recover`"));
    }
    let Some(receipt) = &status.receipt else {
        let text = "nothing is installed here by mmembed";
        report
            .findings
            .push(Finding::new(Severity::Note, "not-installed", text));
        return report;
    };
    if !status.tree_is_there {
        let text = "the receipt names a release, but its tree is gone";
        report
            .findings
            .push(Finding::new(Severity::Warning, "tree-gone", text));
    }
    if receipt.proof.is_none() {
        let text = "this release was never started here";
        report
            .findings
            .push(Finding::new(Severity::Note, "unproven", text));
    }
    for process in &status.running {
        let text = format!("process {process} runs from the tree");
        report
            .findings
            .push(Finding::new(Severity::Note, "running", text));
    }
    report.release = Some(receipt.release.clone());
    report.transaction = Some(receipt.transaction.clone());
    report.live = Some(host.tree.absolute(&status.live));
    report.config = Some(host.tree.absolute(&receipt.config));
    report.places = super::place_reports(host, &status.live, &receipt.placements);
    report.proof.clone_from(&receipt.proof);
    report
}
