//! One rule about going from some versions to others.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::condition::{Condition, Judgement};
use super::range::VersionRange;
use super::situation::Situation;
use crate::model::{Severity, Version};

/// What a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleKind {
    /// One has to stop on the way.
    Stop,
    /// There is no way, or only one that mends something first.
    Forbidden,
    /// No place to stop, unless it is named.
    Avoid,
    /// Something has to be done by hand.
    Manual,
    /// Something is lost, or stops working.
    Lost,
    /// Something takes long on a large database.
    Slow,
}

/// As it is written in a file of rules.
impl fmt::Display for RuleKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Stop => "stop",
            Self::Forbidden => "forbidden",
            Self::Avoid => "avoid",
            Self::Manual => "manual",
            Self::Lost => "lost",
            Self::Slow => "slow",
        })
    }
}

/// A rule. Its fields are described in the documentation of this room.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name, which never changes its meaning.
    pub id: String,
    /// What it is about.
    pub kind: RuleKind,
    /// The versions that one comes from.
    pub from: VersionRange,
    /// The versions that one goes to.
    pub to: VersionRange,
    /// The versions that set it right if one stops there in between.
    pub through: Option<VersionRange>,
    /// What has to hold besides, all of it.
    #[serde(default)]
    pub when: Vec<Condition>,
    /// How much it weighs where it certainly applies.
    pub severity: Severity,
    /// What is the matter.
    pub text: String,
    /// What to do about it; empty where nothing can be done.
    #[serde(default)]
    pub advice: String,
    /// From where it is known.
    pub source: String,
}

impl Rule {
    /// Is it about going from the one to the other, if its conditions hold? A stop in between is another question, and going to a
    /// version that sets it right is no breach.
    #[must_use]
    pub fn is_about(&self, from: &Version, to: &Version) -> bool {
        self.from.contains(from) && self.to.contains(to) && !self.is_mended_by(to)
    }

    /// Does a stop at this version set it right?
    #[must_use]
    pub fn is_mended_by(&self, version: &Version) -> bool {
        self.through.as_ref().is_some_and(|through| through.contains(version))
    }

    /// Do its conditions hold there?
    #[must_use]
    pub fn judge(&self, situation: &Situation) -> Judgement {
        Judgement::all(self.when.iter().map(|condition| condition.judge(situation)))
    }

    /// What has to hold besides, as the second half of a sentence that begins with *if*; empty where nothing has to.
    #[must_use]
    pub fn conditions(&self) -> String {
        let conditions: Vec<String> = self.when.iter().map(ToString::to_string).collect();
        conditions.join(" and ")
    }

    /// Does it decide there about which versions may follow which?
    ///
    /// Where that depends on what is not known, a stop that may be needed is made, and a way that may be closed is not taken for
    /// closed.
    #[must_use]
    pub fn bars(&self, situation: &Situation) -> bool {
        match self.kind {
            RuleKind::Stop => self.judge(situation) > Judgement::Fails,
            RuleKind::Forbidden => self.judge(situation) == Judgement::Holds,
            RuleKind::Avoid | RuleKind::Manual | RuleKind::Lost | RuleKind::Slow => false,
        }
    }

    /// Is this version no place to stop, there? Where that is not known, another one is as good.
    pub(super) fn shuns(&self, version: &Version, situation: &Situation) -> bool {
        self.kind == RuleKind::Avoid
            && self.to.contains(version)
            && self.judge(situation) > Judgement::Fails
    }
}
