//! A release as far as a way is concerned.

use crate::model::{LineKind, PublishedRelease, Version};

use super::range::release_of;

/// A release that is known: what was published, or what somebody has an archive of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its number.
    pub version: Version,
    /// How its line is supported.
    pub kind: LineKind,
    /// It was taken back by the vendor.
    pub withdrawn: bool,
}

impl Known {
    /// Is it a pre-release?
    pub(super) fn is_early(&self) -> bool {
        self.version != release_of(&self.version)
    }
}

impl From<&PublishedRelease> for Known {
    fn from(release: &PublishedRelease) -> Self {
        Self { version: release.version.clone(), kind: release.kind, withdrawn: release.withdrawn }
    }
}
