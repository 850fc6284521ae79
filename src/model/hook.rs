//! Hooks: the operator's own programs, run at fixed moments of an upgrade.
//! Nothing is run here.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::release::Release;

/// When a hook runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HookPhase {
    /// While the old server still serves.
    BeforeStop,
    /// The old server is stopped, and nothing was changed yet.
    AfterStop,
    /// The new server is proven, and is about to be let out.
    BeforeStart,
    /// The new server serves.
    AfterStart,
    /// Everything is done.
    AfterCommit,
    /// Everything is as it was before.
    OnRollback,
}

impl HookPhase {
    /// The name of its directory.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BeforeStop => "before-stop",
            Self::AfterStop => "after-stop",
            Self::BeforeStart => "before-start",
            Self::AfterStart => "after-start",
            Self::AfterCommit => "after-commit",
            Self::OnRollback => "on-rollback",
        }
    }

    /// Is it reached only after the commit, from where there is no way back?
    #[must_use]
    pub const fn is_after_commit(self) -> bool {
        match self {
            Self::BeforeStop | Self::AfterStop | Self::BeforeStart | Self::OnRollback => false,
            Self::AfterStart | Self::AfterCommit => true,
        }
    }
}

impl fmt::Display for HookPhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What [`Step::RunHooks`](super::Step::RunHooks) runs: every `DIRECTORY/PHASE/NN-name`, in the order of the names.
///
/// A run that was interrupted between a hook and its record in the journal runs the whole phase again, or undoes it: a
/// hook has to bear being run twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunHooks {
    /// Which phase.
    pub phase: HookPhase,
    /// The directory of all phases. Without one of that phase's name there is nothing to do.
    pub directory: PathBuf,
    /// The release that was installed before, for the hooks to know; also on the way back.
    pub from: Option<Release>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phase_is_written_as_its_directory_is_called() {
        use HookPhase::{AfterCommit, AfterStart, AfterStop, BeforeStart, BeforeStop, OnRollback};
        for phase in [BeforeStop, AfterStop, BeforeStart, AfterStart, AfterCommit, OnRollback] {
            assert_eq!(serde_json::to_value(phase).unwrap(), phase.name());
        }
    }
}
