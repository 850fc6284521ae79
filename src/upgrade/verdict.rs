//! What one rule has to say about one hop.

use super::condition::Judgement;
use super::rule::Rule;
use crate::model::{Finding, Severity, Version};

/// A rule that is about a hop, and how much that is certain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// The version before the hop.
    pub from: Version,
    /// The version after it.
    pub to: Version,
    /// Does it apply?
    pub certainty: Certainty,
}

/// Does a rule apply?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// It does.
    Certain,
    /// It could: what its conditions depend on is not known.
    Possible,
    /// It would, or could; the operator has waived it.
    Waived,
}

impl Certainty {
    /// `None` where it certainly does not.
    pub(super) const fn of(judgement: Judgement) -> Option<Self> {
        match judgement {
            Judgement::Fails => None,
            Judgement::Unknown => Some(Self::Possible),
            Judgement::Holds => Some(Self::Certain),
        }
    }
}

impl Verdict<'_> {
    /// How much it weighs: what is waived or only possible is worth knowing, and no more.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        match self.certainty {
            Certainty::Certain => self.rule.severity,
            Certainty::Possible | Certainty::Waived => Severity::Note,
        }
    }

    /// The same as a finding, under the name of the rule.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let Self { rule, from, to, certainty } = self;
        let text = match certainty {
            Certainty::Certain => format!("from {from} to {to}: {}", rule.text),
            Certainty::Possible => {
                let conditions = rule.conditions();
                format!("from {from} to {to}, could apply if {conditions}: {}", rule.text)
            }
            Certainty::Waived => format!("from {from} to {to}, waived: {}", rule.text),
        };
        Finding::new(self.severity(), &rule.id, text).advise(rule.advice.clone())
    }
}
