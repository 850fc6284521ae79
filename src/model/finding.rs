//! One verdict of a check.
//! Nothing is checked here.

use serde::{Deserialize, Serialize};

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// May go wrong; the plan is carried out.
    Warning,
    /// The plan is not carried out.
    Fatal,
}

/// What a check found, in words for the operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How much it weighs.
    pub severity: Severity,
    /// A stable name for programs, such as `space`.
    pub code: String,
    /// What was found, where, free of secrets.
    pub text: String,
    /// What to do about it; empty when nothing need be done.
    pub advice: String,
}

impl Finding {
    /// A finding without advice.
    #[must_use]
    pub fn new(severity: Severity, code: &str, text: impl Into<String>) -> Self {
        Self { severity, code: code.to_owned(), text: text.into(), advice: String::new() }
    }

    /// The same with a word on what to do.
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = advice.into();
        self
    }

    /// Does it forbid the plan?
    #[must_use]
    pub fn is_fatal(&self) -> bool {
        self.severity == Severity::Fatal
    }
}
