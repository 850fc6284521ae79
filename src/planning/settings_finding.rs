//! What was found about settings, as findings of a plan.
//! Nothing is checked here.

use crate::config::{Complaint, Conflict, Settlement, Severity as Weight};
use crate::model::{Finding, Severity};

/// A complaint about a configuration.
#[must_use]
pub fn complaint_finding(complaint: Complaint) -> Finding {
    let severity = match complaint.severity {
        Weight::Note => Severity::Note,
        Weight::Warning => Severity::Warning,
        Weight::Error => Severity::Fatal,
    };
    Finding::new(severity, complaint.rule, complaint.text).advise(complaint.advice)
}

/// A setting that a user and the host application both changed.
#[must_use]
pub fn conflict_finding(conflict: &Conflict) -> Finding {
    let (severity, advice) = match conflict.settled {
        Settlement::KeptUser | Settlement::TookHost => (Severity::Note, String::new()),
        Settlement::Unsettled => {
            let advice = format!(
                "to settle it, say --policy '{}=prefer-host' or keep-user",
                conflict.setting
            );
            (Severity::Warning, advice)
        }
        Settlement::Refused => {
            let advice = format!(
                "make the two agree, or say --policy '{}=prefer-host' or keep-user",
                conflict.setting
            );
            (Severity::Fatal, advice)
        }
    };
    Finding::new(severity, "config-conflict", conflict.to_string()).advise(advice)
}
