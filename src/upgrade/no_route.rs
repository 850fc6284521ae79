//! Why there is no way.
//! Advice is given elsewhere, but for what the rules themselves advise.

use std::fmt;

use serde::Serialize;

use crate::model::Version;

/// Why there is no way.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoRoute {
    /// It would not lead to a later version.
    #[error("{to} is not later than {from}")]
    NotLater {
        /// Where it should begin.
        from: Version,
        /// Where it should lead.
        to: Version,
    },
    /// Where it should lead or stop is no release that is known.
    #[error("no release {version} is known")]
    Unknown {
        /// The version.
        version: Version,
    },
    /// Where it should lead or stop cannot be had.
    #[error("{version} is not at hand")]
    NotAtHand {
        /// The version.
        version: Version,
    },
    /// It should stop at a version that does not lie between its ends.
    #[error("{via} does not lie between {from} and {to}")]
    NotBetween {
        /// The version.
        via: Version,
        /// Where it should begin.
        from: Version,
        /// Where it should lead.
        to: Version,
    },
    /// Rules are in the way.
    #[error("no way leads from {from} to {to}: {}", in_words(.obstacles))]
    Barred {
        /// Where it should begin.
        from: Version,
        /// Where it should lead.
        to: Version,
        /// The rules, never none.
        obstacles: Vec<Obstacle>,
    },
}

/// A rule that is in the way, and why it cannot be heeded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Obstacle {
    /// The rule.
    pub id: String,
    /// What it says.
    pub text: String,
    /// What it advises.
    pub advice: String,
    /// Why it cannot be heeded.
    pub lack: Lack,
}

/// Why a rule cannot be heeded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lack {
    /// No stop sets it right.
    NoStop,
    /// No release that would set it right lies in between.
    NonePublished {
        /// The versions that would.
        through: String,
    },
    /// None of those that would set it right can be had, or all are no places to stop.
    NoneAtHand {
        /// The versions that would.
        through: String,
    },
    /// Other rules, or wishes, are in the way of those that would set it right.
    NoneReached {
        /// The versions that would.
        through: String,
    },
}

fn in_words(obstacles: &[Obstacle]) -> String {
    let words: Vec<String> = obstacles.iter().map(ToString::to_string).collect();
    words.join("; ")
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, text, lack, .. } = self;
        write!(f, "{text} ({id}{lack})")
    }
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoStop => Ok(()),
            Self::NonePublished { through } => {
                write!(f, "; no release of {through} lies in between")
            }
            Self::NoneAtHand { through } => write!(f, "; no release of {through} can be used"),
            Self::NoneReached { through } => {
                write!(f, "; no release of {through} can be reached in between")
            }
        }
    }
}
