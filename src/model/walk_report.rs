//! What became of a chain of hops: how long each took, and where the way ended.
//! Nothing is measured here.

use serde::{Deserialize, Serialize};

use super::release::Release;
use super::transaction::TransactionId;
use super::version::Version;

/// A walk along a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalkReport {
    /// What was installed when the first command of this chain began.
    pub from: Release,
    /// Where it was to lead.
    pub to: Release,
    /// The hops that were made or tried, in order. Those of earlier commands that were interrupted are among them.
    pub hops: Vec<HopReport>,
    /// Whether people were served.
    pub served: PeopleServed,
    /// From the stop of the first server to the first answer of the last one, in milliseconds; absent where this command did not
    /// see both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dark_ms: Option<u64>,
    /// What this command took, in milliseconds.
    pub total_ms: u64,
    /// Settings that are others than before the first hop. Secrets are masked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settings: Vec<ChangedSetting>,
}

/// Whether people were served while a chain was walked, and are at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PeopleServed {
    /// The server was not stopped.
    Throughout,
    /// It was stopped, and serves again: the new one, or the former one.
    Again,
    /// It was stopped, and does not serve yet.
    NotYet,
    /// None served before, and none was to.
    Never,
}

/// One hop that was made or tried. All times are in milliseconds, and all are zero where the run that began it was interrupted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HopReport {
    /// The version before it.
    pub from: Version,
    /// The version after it.
    pub to: Version,
    /// Its transaction.
    pub transaction: TransactionId,
    /// How it ended.
    pub ending: HopEnding,
    /// Getting, unpacking and confirming the new tree, and all that is done before anything stops. From the second hop on the
    /// server is in the dark meanwhile.
    pub staged_ms: u64,
    /// What was done ahead of it, while the hop before was still under way; not part of any other time.
    pub ahead_ms: u64,
    /// From the stop of the old server to the commit, without the migration.
    pub down_ms: u64,
    /// The new server's start, migration and stop in the dark.
    pub migrated_ms: u64,
    /// From the beginning of its transaction to its end.
    pub total_ms: u64,
}

/// How a hop ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HopEnding {
    /// It was made, and is proven.
    Committed,
    /// It failed, and everything is as before it.
    RolledBack,
    /// It failed, and has to be looked at.
    Stuck,
}

/// A setting that is another one now. Values are JSON, or `***` for a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedSetting {
    /// Its name.
    pub setting: String,
    /// What it was; absent if it was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it is; absent if it is not there any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
