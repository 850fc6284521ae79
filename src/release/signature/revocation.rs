//! That a key is given up, and why.

use std::fmt;

use jiff::Timestamp;
use pgp::packet::RevocationCode;

/// Why its owner gave up a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Others may have it. Nothing that it signed is believed, whatever its date.
    Compromised,
    /// None was given, or one that nobody knows. Counts as [`Reason::Compromised`].
    Unstated,
    /// Another key takes its place. What it signed before stays signed.
    Superseded,
    /// It is no longer used. What it signed before stays signed.
    Retired,
}

impl Reason {
    pub(super) fn of(code: Option<&RevocationCode>) -> Self {
        match code {
            Some(RevocationCode::KeyCompromised) => Self::Compromised,
            Some(RevocationCode::KeySuperseded) => Self::Superseded,
            Some(RevocationCode::KeyRetired) => Self::Retired,
            _ => Self::Unstated,
        }
    }

    /// Does it leave nothing that the key ever signed?
    #[must_use]
    pub const fn is_total(self) -> bool {
        matches!(self, Self::Compromised | Self::Unstated)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Compromised => "compromised",
            Self::Unstated => "revoked without a reason that leaves anything of it",
            Self::Superseded => "superseded by another key",
            Self::Retired => "retired",
        })
    }
}

/// A key given up by its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// Why.
    pub reason: Reason,
    /// From when on.
    pub since: Timestamp,
}
