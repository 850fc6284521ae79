//! A plan: what will be done to the host, in which order, and why. Immutable once made.
//! Nothing is decided or carried out here.

use serde::{Deserialize, Serialize};

use super::prefix::Prefix;
use super::receipt::Receipt;
use super::step::{Step, StepId};
use super::transaction::TransactionId;

/// The form of the plan file. A plan of another form is refused, not guessed at.
pub const PLAN_SCHEMA: u32 = 1;

/// What a plan is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Intent {
    /// A first installation.
    Install,
    /// The installed release stays; its configuration or its places change.
    Reconfigure,
    /// An installation that somebody else made is taken over.
    Adopt,
    /// The installed release gives way to another one.
    Upgrade,
    /// What a backup has is put back.
    Restore,
    /// A server that a chain of hops has left in the dark is let out.
    LetOut,
}

/// A decided list of steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// [`PLAN_SCHEMA`] of the tool that made it.
    pub schema: u32,
    /// The transaction that will carry it out.
    pub id: TransactionId,
    /// What it is for.
    pub intent: Intent,
    /// The application's paths.
    pub prefix: Prefix,
    /// The steps, in order: first those before the commit, then those after it.
    pub steps: Vec<Planned>,
    /// What will be true once all is done, as far as it is known beforehand.
    pub receipt: Receipt,
}

/// A step and its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// What is done.
    pub step: Step,
    /// Why, as a sentence for the dry run and the report.
    pub because: String,
}

impl Plan {
    /// The step at a position.
    #[must_use]
    pub fn step(&self, id: StepId) -> Option<&Planned> {
        self.steps.get(usize::try_from(id.0).ok()?)
    }

    /// How many steps come before the commit.
    #[must_use]
    pub fn steps_before_commit(&self) -> u32 {
        let count = self.steps.iter().take_while(|planned| !planned.step.is_after_commit()).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }
}
