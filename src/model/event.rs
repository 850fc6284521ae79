//! What the engine says while it works.
//! Nobody listens here.

use serde::{Deserialize, Serialize};

use super::step::StepId;
use super::version::Version;

/// Something that happened just now, for whoever watches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Event {
    /// A hop of a chain begins.
    HopStarted {
        /// Which one, from 1; those of an interrupted command count.
        number: u32,
        /// Of how many, as it is planned now.
        of: u32,
        /// The version before it.
        from: Version,
        /// The version after it.
        to: Version,
    },
    /// A step begins.
    StepStarted {
        /// Which one.
        step: StepId,
        /// Of how many.
        of: u32,
        /// What it does, as a sentence.
        text: String,
        /// Why it is in the plan.
        #[serde(default)]
        because: String,
    },
    /// A step is done.
    StepDone {
        /// Which one.
        step: StepId,
    },
    /// Something is this far.
    Progress {
        /// Bytes done.
        bytes: u64,
        /// Of so many.
        total: u64,
    },
    /// A line that the started server logged.
    ServerLog {
        /// The line, control characters escaped, secrets masked.
        line: String,
    },
    /// Something worth saying.
    Note {
        /// What.
        text: String,
    },
    /// A step failed, and the way back begins.
    RollingBack {
        /// Why.
        because: String,
    },
    /// A step is being undone.
    Undoing {
        /// Which one.
        step: StepId,
        /// What it had done, as a sentence.
        text: String,
    },
}
