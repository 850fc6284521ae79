//! Where one run may change anything at all.
//! It only answers; the tree asks before every change.

use crate::model::RelPath;

/// The directories that belong to a run: the application's own, and those that the request names.
#[derive(Clone, Debug, Default)]
pub struct Territory(Vec<RelPath>);

impl Territory {
    /// These directories with everything below them.
    #[must_use]
    pub fn new(tops: Vec<RelPath>) -> Self {
        Self(tops)
    }

    /// May this path be changed?
    #[must_use]
    pub fn holds(&self, path: &RelPath) -> bool {
        self.0.iter().any(|top| path.is_within(top))
    }

    /// May this path be created or removed as an empty directory? That also goes for what leads to the territory.
    #[must_use]
    pub fn leads_to(&self, path: &RelPath) -> bool {
        self.holds(path) || self.0.iter().any(|top| top.is_within(path))
    }
}
