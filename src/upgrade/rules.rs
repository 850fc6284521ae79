//! All rules that are held against a way: those of the project, those of an operator, and those that the operator has waived.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;
use toml::Spanned;

use super::rule::{Rule, RuleKind};
use super::situation::Situation;
use super::verdict::{Certainty, Verdict};
use crate::model::Version;

/// Reviewed by people; its head and the documentation of this room say what is in it.
const BUILT_IN: &str = include_str!("rules.toml");

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let rules = read(BUILT_IN).expect("a test reads the rules of the project");
    rules.into_iter().map(|(_, rule)| rule).collect()
});

/// A set of rules, each with a name of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    rules: Vec<Rule>,
    waived: BTreeSet<String>,
}

/// Why rules are not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RulesError {
    /// The text is not in the form of rules.
    #[error("line {line}: {message}")]
    Form {
        /// The line, from 1 on.
        line: usize,
        /// Why.
        message: String,
    },
    /// Two rules have one name.
    #[error("line {line}: there are two rules {id}")]
    Twice {
        /// The line on which the second one begins, from 1 on.
        line: usize,
        /// The name.
        id: String,
    },
    /// A rule lacks what its kind needs, or says what its kind cannot.
    #[error("line {line}: rule {id}: {message}")]
    Kind {
        /// The line on which it begins, from 1 on.
        line: usize,
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
}

/// No rule has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no rule {id}")]
pub struct NoSuchRule {
    /// The name that was given.
    pub id: String,
}

/// Rules that decide about the way are kept as the bits of a number.
pub(super) const MOST_BARRIERS: usize = 128;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "rule")]
    rules: Vec<Spanned<Rule>>,
}

/// The rules in a text, each with the line on which it begins.
fn read(text: &str) -> Result<Vec<(usize, Rule)>, RulesError> {
    let file: File = toml::from_str(text).map_err(|error| RulesError::Form {
        line: line_of(text, error.span().map_or(0, |span| span.start)),
        message: error.message().lines().collect::<Vec<_>>().join(" "),
    })?;
    let with_line = |rule: Spanned<Rule>| (line_of(text, rule.span().start), rule.into_inner());
    Ok(file.rules.into_iter().map(with_line).collect())
}

fn line_of(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|byte| *byte == b'\n').count() + 1
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
        for (line, rule) in read(text)? {
            if self.find(&rule.id).is_some() {
                return Err(RulesError::Twice { line, id: rule.id });
            }
            if let Some(message) = fault(&rule) {
                return Err(RulesError::Kind { line, id: rule.id, message });
            }
            self.rules.push(rule);
        }
        let decides = |rule: &&Rule| matches!(rule.kind, RuleKind::Stop | RuleKind::Forbidden);
        match self.rules.iter().filter(decides).count() {
            count if count > MOST_BARRIERS => Err(RulesError::TooMany { count }),
            _ => Ok(self),
        }
    }

    /// These, without the weight of the rules that an operator has waived: they bar no way, and what they find is a note that says so.
    ///
    /// # Errors
    /// A waiver names no rule.
    pub fn waive<'a>(
        mut self,
        waivers: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, NoSuchRule> {
        for id in waivers {
            if self.find(id).is_none() {
                return Err(NoSuchRule { id: id.to_owned() });
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
                // A waiver of what does not apply at all is not worth a word.
                let applies = Certainty::of(rule.judge(situation))?;
                let certainty = if self.is_waived(rule) { Certainty::Waived } else { applies };
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
