//! All rules that are held against a way: those of the project, those of an operator, and those that the operator has waived.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

use super::rule::{Rule, RuleKind};
use super::situation::Situation;
use super::verdict::{Certainty, Verdict};
use crate::model::Version;

/// Reviewed by people; its head and the documentation of this room say what is in it.
const BUILT_IN: &str = include_str!("rules.toml");

static RULES: LazyLock<Vec<Rule>> =
    LazyLock::new(|| read(BUILT_IN).expect("a test reads the rules of the project"));

/// A set of rules, each with a name of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    rules: Vec<Rule>,
    waived: BTreeSet<String>,
}

/// Why rules are not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RulesError {
    /// The text is not in the form of rules. The message names line and column.
    #[error("these are no rules: {message}")]
    Form {
        /// Where, and why.
        message: String,
    },
    /// Two rules have one name.
    #[error("there are two rules {id}")]
    Twice {
        /// The name.
        id: String,
    },
    /// A rule lacks what its kind needs, or says what its kind cannot.
    #[error("rule {id}: {message}")]
    Kind {
        /// The rule.
        id: String,
        /// What is wrong.
        message: &'static str,
    },
    /// More rules decide about the way than can be kept apart.
    #[error("{count} rules decide about the way; {MOST_BARRIERS} can")]
    TooMany {
        /// How many there are.
        count: usize,
    },
    /// A waiver names no rule.
    #[error("there is no rule {id} that could be waived")]
    NoSuchRule {
        /// What it names.
        id: String,
    },
}

/// Rules that decide about the way are kept as the bits of a number.
pub(super) const MOST_BARRIERS: usize = 128;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "rule")]
    rules: Vec<Rule>,
}

fn read(text: &str) -> Result<Vec<Rule>, RulesError> {
    let file: File = toml::from_str(text)
        .map_err(|error| RulesError::Form { message: error.to_string().trim_end().to_owned() })?;
    Ok(file.rules)
}

impl Rules {
    /// The rules of the project.
    #[must_use]
    pub fn built_in() -> Self {
        Self { rules: RULES.clone(), waived: BTreeSet::new() }
    }

    /// These, and those of an operator's file, which has the same form.
    ///
    /// # Errors
    /// The text is in another form, or names a rule that there is already.
    pub fn with(mut self, text: &str) -> Result<Self, RulesError> {
        self.rules.extend(read(text)?);
        self.check()?;
        Ok(self)
    }

    /// These, without the weight of the rules that an operator has waived: they bar no way, and what they find is a note that says so.
    ///
    /// # Errors
    /// A waiver names no rule.
    pub fn waive<'a>(
        mut self,
        waivers: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, RulesError> {
        for id in waivers {
            if self.find(id).is_none() {
                return Err(RulesError::NoSuchRule { id: id.to_owned() });
            }
            self.waived.insert(id.to_owned());
        }
        Ok(self)
    }

    /// All of them, waived ones too.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }

    /// The rule of this name.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// Has an operator waived it?
    #[must_use]
    pub fn is_waived(&self, rule: &Rule) -> bool {
        self.waived.contains(&rule.id)
    }

    /// What the rules have to say about one hop, those that are waived and those that could apply included, the heaviest first.
    #[must_use]
    pub fn judge(&self, from: &Version, to: &Version, situation: &Situation) -> Vec<Verdict<'_>> {
        let about = self.rules.iter().filter(|rule| rule.is_about(from, to));
        let mut verdicts: Vec<Verdict<'_>> = about
            .filter_map(|rule| {
                let certainty = if self.is_waived(rule) {
                    Certainty::Waived
                } else {
                    Certainty::of(rule.judge(situation))?
                };
                Some(Verdict { rule, from: from.clone(), to: to.clone(), certainty })
            })
            .collect();
        verdicts.sort_by_key(|verdict| std::cmp::Reverse(verdict.severity()));
        verdicts
    }

    /// Those that decide there about which versions may follow which.
    pub(super) fn barriers(&self, situation: &Situation) -> Vec<&Rule> {
        let standing = self.rules.iter().filter(|rule| !self.is_waived(rule));
        standing.filter(|rule| rule.bars(situation)).collect()
    }

    fn check(&self) -> Result<(), RulesError> {
        let mut seen = BTreeSet::new();
        for rule in &self.rules {
            if !seen.insert(&rule.id) {
                return Err(RulesError::Twice { id: rule.id.clone() });
            }
            if let Some(message) = fault(rule) {
                return Err(RulesError::Kind { id: rule.id.clone(), message });
            }
        }
        let decides = |rule: &&Rule| matches!(rule.kind, RuleKind::Stop | RuleKind::Forbidden);
        match self.rules.iter().filter(decides).count() {
            count if count > MOST_BARRIERS => Err(RulesError::TooMany { count }),
            _ => Ok(()),
        }
    }
}

fn fault(rule: &Rule) -> Option<&'static str> {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
    match rule.kind {
        _ if rule.id.is_empty() || !rule.id.chars().all(is_word) => {
            Some("its id may have small letters, digits, dots and dashes")
        }
        _ if rule.text.trim().is_empty() || rule.source.trim().is_empty() => {
            Some("its text and its source must not be empty")
        }
        RuleKind::Stop if rule.through.is_none() => Some("a stop has to say `through` what"),
        RuleKind::Avoid | RuleKind::Manual | RuleKind::Lost | RuleKind::Slow
            if rule.through.is_some() =>
        {
            Some("only stops and forbidden ways lead `through` something")
        }
        RuleKind::Stop
        | RuleKind::Forbidden
        | RuleKind::Avoid
        | RuleKind::Manual
        | RuleKind::Lost
        | RuleKind::Slow => None,
    }
}

#[cfg(test)]
mod cases;
#[cfg(test)]
mod tests;
