//! A finding as text for people.

use std::fmt::Write as _;

use super::phrases;
use super::style::{BAD, CARE, FAINT};
use crate::host::printable;
use crate::model::{Finding, Severity};

/// A finding, and below it what to do about it.
pub(super) fn render(finding: &Finding, indent: &str) -> String {
    let style = match finding.severity {
        Severity::Fatal => BAD,
        Severity::Warning => CARE,
        Severity::Note => FAINT,
    };
    let word = phrases::severity(finding.severity);
    let [what, code, advice] =
        [&finding.text, &finding.code, &finding.advice].map(|text| printable(text.as_bytes()));
    let mut text = format!("{indent}{style}{word}:{style:#} {what} [{code}]\n");
    if !advice.is_empty() {
        writeln!(text, "{indent}  {FAINT}→{FAINT:#} {advice}").expect("a string can be written to");
    }
    text
}
