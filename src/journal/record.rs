//! One line of the journal: what is about to happen, or has happened.

use serde::{Deserialize, Serialize};

use crate::model::{Sha256Digest, StepId};

/// One thing that a transaction states about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "kebab-case")]
pub enum Record {
    /// The plan with this digest lies beside the journal and is about to be carried out.
    Begun {
        /// Digest of the plan file.
        plan: Sha256Digest,
        /// How many steps come before the commit.
        steps: u32,
    },
    /// Another run of the tool took the transaction up after the one before it vanished.
    Resumed,
    /// The step may be not done, half done or done from here on.
    Started {
        /// Which step.
        step: StepId,
    },
    /// The step is done and durable.
    Done {
        /// Which step.
        step: StepId,
    },
    /// The step gave up; the undoing begins.
    Failed {
        /// Which step.
        step: StepId,
        /// Why, free of secrets.
        error: String,
    },
    /// The operator, or a signal, asked to go back between two steps.
    Cancelled,
    /// The step is being undone.
    UndoStarted {
        /// Which step.
        step: StepId,
    },
    /// The step's effects are gone, durably.
    Undone {
        /// Which step.
        step: StepId,
    },
    /// The step could not be undone: nothing more is touched.
    UndoFailed {
        /// Which step.
        step: StepId,
        /// Why, free of secrets.
        error: String,
    },
    /// The new state is the truth; there is no way back from here by itself.
    Committed,
    /// After the commit, the operator has given this step up: it is not tried again.
    Waived {
        /// Which step.
        step: StepId,
    },
    /// Nothing is left to do.
    Closed {
        /// How it ended.
        ending: Ending,
    },
}

/// How a transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// The plan was carried out.
    Committed,
    /// The host is as it was before.
    RolledBack,
}
