//! The releases that are known, and which one of them is meant.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::model::{
    Artifact, Edition, LineKind, Platform, PublishedRelease, ReleaseLine, ReleaseSelector, Version,
};

mod age;
mod extension;
mod selection;
mod text;

pub use age::Age;
pub use extension::{Added, Contradiction};
pub use selection::SelectError;
pub use text::CatalogError;

/// What is built in, made from `fixtures/catalog` by `cargo run --example release_catalog`.
const BUILT_IN: &str = include_str!("catalog/published.txt");

/// Releases by version, and the day up to which all of them are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalog {
    as_of: Date,
    releases: BTreeMap<Version, PublishedRelease>,
}

impl Catalog {
    /// A catalogue of these releases; of two with one version the latter counts.
    #[must_use]
    pub fn new(as_of: Date, releases: Vec<PublishedRelease>) -> Self {
        let by_version = |release: PublishedRelease| (release.version.clone(), release);
        Self { as_of, releases: releases.into_iter().map(by_version).collect() }
    }

    /// What this program knows by itself.
    ///
    /// # Panics
    /// Never: that it can be read is tested.
    #[must_use]
    pub fn built_in() -> Self {
        Self::parse(BUILT_IN).expect("what is built in is tested")
    }

    /// The last day of which all releases are in it.
    #[must_use]
    pub const fn as_of(&self) -> Date {
        self.as_of
    }

    /// All releases, the oldest version first.
    #[must_use]
    pub fn releases(&self) -> impl DoubleEndedIterator<Item = &PublishedRelease> {
        self.releases.values()
    }

    /// The release with this version.
    #[must_use]
    pub fn find(&self, version: &Version) -> Option<&PublishedRelease> {
        self.releases.get(version)
    }

    /// A catalogue of nothing but these versions, as far as they are known.
    #[must_use]
    pub fn excerpt(&self, versions: &[Version]) -> Self {
        let releases = versions.iter().filter_map(|version| self.find(version).cloned()).collect();
        Self::new(self.as_of, releases)
    }
}
