//! What every command that runs one transaction has in common: from an undertaking to a report.

use std::path::Path;

use crate::cli::answer::UNCHANGED;
use crate::cli::{ending, hints};
use crate::engine::{
    Outcome, Prepared, Reporter, UndertakeError, Undertaken, Undertaking, prepare, read_ledger,
    read_receipt, undertake,
};
use crate::host::Host;
use crate::model::{
    Ending, Failure, Finding, Intent, NewDefaultReport, Plan, Prefix, Receipt, Report, StepReport,
};
use crate::planning::explain;

/// An undertaking, as a command sees it.
pub(super) struct Task<'a> {
    pub(super) command: &'static str,
    pub(super) undertaking: &'a dyn Undertaking,
    pub(super) host: &'a Host,
    /// The archive that was given, if any.
    pub(super) archive: Option<&'a Path>,
}

impl Task<'_> {
    /// Brings it about, and reports.
    pub(super) fn run(&self, reporter: &mut dyn Reporter) -> Report {
        match undertake(self.host, self.undertaking, reporter) {
            Err(error) => self.failed(&error),
            Ok(Undertaken::NothingToDo(receipt)) => {
                self.describe(Report::new(self.command, Ending::NothingToDo), &receipt)
            }
            Ok(Undertaken::Refused { plan, findings }) => {
                let report = Report::new(self.command, Ending::Refused);
                let mut report = planned(report, &plan, findings);
                // What forbids it should not stand above a screenful of what will not be done.
                report.steps.clear();
                self.refused(report)
            }
            Ok(Undertaken::Ran { plan, findings, outcome }) => self.ran(&plan, findings, &outcome),
        }
    }

    /// Reports what it would come to, and changes nothing.
    pub(super) fn dry_run(&self) -> Report {
        match prepare(self.host, self.undertaking) {
            Err(error) => self.failed(&error),
            Ok(Prepared::NothingToDo(receipt)) => {
                self.describe(Report::new(self.command, Ending::NothingToDo), &receipt)
            }
            Ok(Prepared::Plan { plan, findings }) => {
                let fatal = findings.iter().any(Finding::is_fatal);
                let ending = if fatal { Ending::Refused } else { Ending::Pending };
                let report = planned(Report::new(self.command, ending), &plan, findings);
                let report = self.places(report, &plan.receipt);
                if fatal { self.refused(report) } else { report }
            }
        }
    }

    fn ran(&self, plan: &Plan, findings: Vec<Finding>, outcome: &Outcome) -> Report {
        let ending = ending::of_outcome(outcome);
        let mut report = Report::new(self.command, ending);
        report.findings = findings;
        report.release = Some(plan.receipt.release.clone());
        report.transaction = Some(plan.id.clone());
        report.failure = hints::for_outcome(outcome, self.host, plan);
        if matches!(ending, Ending::Done | Ending::Remainder) {
            if plan.intent == Intent::Upgrade {
                report.new_defaults = self.new_defaults(&plan.prefix);
            }
            let receipt = read_receipt(self.host, &plan.prefix).ok().flatten();
            return self.describe(report, receipt.as_ref().unwrap_or(&plan.receipt));
        }
        report
    }

    /// A ledger that cannot be read takes nothing from what was done.
    fn new_defaults(&self, prefix: &Prefix) -> Vec<NewDefaultReport> {
        let ledger = read_ledger(self.host, prefix).unwrap_or_default();
        let moved = ledger.decisions().iter().filter_map(|decision| {
            let moved = decision.moved.as_ref()?;
            Some(NewDefaultReport {
                setting: decision.setting.to_string(),
                former: moved.former.to_string(),
                now: moved.now.to_string(),
                in_use: decision.value.to_string(),
            })
        });
        moved.collect()
    }

    fn refused(&self, mut report: Report) -> Report {
        let count = report.findings.iter().filter(|finding| finding.is_fatal()).count();
        let noun = if count == 1 { "finding forbids" } else { "findings forbid" };
        report.failure = Some(Failure {
            what: format!("{count} {noun} it"),
            now: UNCHANGED.to_owned(),
            next: format!("mend what is marked fatal above, then run `{}` again", self.command),
        });
        report
    }

    fn describe(&self, report: Report, receipt: &Receipt) -> Report {
        let mut report = self.places(report, receipt);
        report.release = Some(receipt.release.clone());
        report.proof.clone_from(&receipt.proof);
        report
    }

    fn places(&self, mut report: Report, receipt: &Receipt) -> Report {
        let live = self.undertaking.prefix().live();
        report.waived.clone_from(&receipt.waived);
        report.live = Some(self.host.tree.absolute(&live));
        report.config = Some(self.host.tree.absolute(&receipt.config));
        report.places = super::place_reports(self.host, &live, &receipt.placements);
        report
    }

    fn failed(&self, error: &UndertakeError) -> Report {
        let mut report = Report::new(self.command, ending::of_undertaking(error));
        let prefix = self.undertaking.prefix();
        report.failure = Some(hints::for_undertaking(error, self.host, prefix, self.archive));
        report
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
