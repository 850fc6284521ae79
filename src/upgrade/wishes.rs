//! What somebody wants of a way, beyond its end.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::model::{LineKind, Version};

/// Wishes; by default there are none, and the way is as short as it can be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Versions to stop at.
    pub via: BTreeSet<Version>,
    /// Lines to stop at, as far as the rules let one.
    pub every: Option<Pace>,
    /// The only versions that can be had.
    pub only: Option<BTreeSet<Version>>,
}

/// At which lines of releases a way stops though it need not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pace {
    /// At those with extended support.
    Esr,
    /// At those that brought features: all but quality releases.
    Feature,
    /// At all of them.
    Minor,
}

impl Pace {
    /// Does it stop at lines of this kind?
    #[must_use]
    pub const fn stops_at(self, kind: LineKind) -> bool {
        match self {
            Self::Esr => matches!(kind, LineKind::Esr),
            Self::Feature => !matches!(kind, LineKind::Quality),
            Self::Minor => true,
        }
    }
}

impl Wishes {
    /// Can this version be had?
    pub(super) fn is_at_hand(&self, version: &Version) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(version))
    }
}
