//! A way from one version to another.

use std::fmt;

use serde::{Serialize, Serializer};

use super::wishes::Pace;
use crate::model::{Finding, ReleaseLine, Version};

/// A way: where it begins, and where it stops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Route {
    /// The version that it begins with.
    pub from: Version,
    /// The versions that are gone to, one after the other; the last one is where the way leads. Never empty.
    pub stops: Vec<Stop>,
    /// The rules that were waived and are about this way.
    pub waived: Vec<String>,
    /// The lines that one should have stopped at by the wished pace, and that the rules let nobody stop at on this way.
    #[serde(serialize_with = "as_texts")]
    pub left_out: Vec<ReleaseLine>,
}

/// One stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stop {
    /// The version.
    pub version: Version,
    /// Why one stops there, never empty.
    pub because: Vec<Because>,
}

/// Why one stops at a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Because {
    /// It is where the way leads.
    Target,
    /// A rule asks for it.
    Rule {
        /// The rule.
        id: String,
        /// What the rule says.
        text: String,
    },
    /// Somebody has named it.
    Via,
    /// Its line is stopped at by the wished pace.
    Every(Pace),
    /// Another node of the cluster has brought the database there, or beyond.
    Database {
        /// The release that it is migrated for.
        at: Version,
        /// The host that this ran on, where that is known.
        by: Option<String>,
    },
}

/// A version between the two ends that the way could not stop at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PassedOver {
    /// The version.
    pub version: Version,
    /// Why not.
    pub why: Unfit,
}

/// Why a version is no stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unfit {
    /// The vendor took it back.
    Withdrawn,
    /// It is a pre-release.
    PreRelease,
    /// It cannot be had.
    NotAtHand,
    /// A rule calls it no place to stop.
    Shunned {
        /// The rule.
        id: String,
    },
    /// One cannot come there, or not on from there, without breaking rules.
    Barred {
        /// The rules.
        ids: Vec<String>,
    },
}

/// What there is to say about one hop of a way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HopFindings {
    /// The version before it.
    pub from: Version,
    /// The version after it.
    pub to: Version,
    /// What was found, the heaviest first.
    pub findings: Vec<Finding>,
}

fn as_texts<S: Serializer>(lines: &[ReleaseLine], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(lines.iter().map(ToString::to_string))
}

impl Route {
    /// The versions that are gone to, one after the other.
    #[must_use]
    pub fn versions(&self) -> Vec<Version> {
        self.stops.iter().map(|stop| stop.version.clone()).collect()
    }

    /// The hops: from which version to which.
    pub fn hops(&self) -> impl Iterator<Item = (&Version, &Version)> {
        let after = self.stops.iter().map(|stop| &stop.version);
        std::iter::once(&self.from).chain(after.clone()).zip(after)
    }
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Target => f.write_str("that is where the way leads"),
            Self::Rule { id, text } => write!(f, "{text} ({id})"),
            Self::Via => f.write_str("it was asked for"),
            Self::Every(pace) => write!(f, "every {pace} line is stopped at"),
            Self::Database { at, by } => {
                let by = by.as_ref().map(|host| format!(", {host},")).unwrap_or_default();
                write!(f, "another node{by} has brought the database to {at}")
            }
        }
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Esr => "esr",
            Self::Feature => "feature",
            Self::Minor => "minor",
        })
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Withdrawn => f.write_str("it was withdrawn"),
            Self::PreRelease => f.write_str("it is a pre-release"),
            Self::NotAtHand => f.write_str("it is not at hand"),
            Self::Shunned { id } => write!(f, "it is no place to stop ({id})"),
            Self::Barred { ids } => write!(f, "rules are in the way ({})", ids.join(", ")),
        }
    }
}
