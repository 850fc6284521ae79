//! Where the way leads from what is installed now.

use super::walk::{Halt, Walking};
use crate::engine::acquire::{ArchiveSource, ArchiveWish};
use crate::model::{Edition, Release, ReleaseSelector, Version};
use crate::upgrade::{Known, NoRoute, Route, Router, Situation};

/// Where a hop leads, and where the way goes on.
pub(super) struct Target {
    /// The release after it.
    pub(super) release: Release,
    /// The stops after that, as far as one wants to go.
    pub(super) rest: Vec<Version>,
}

impl Walking<'_> {
    /// The next stop from there, and those after it; `None` at the end of the way.
    pub(super) fn target(&self, from: &Release) -> Result<Option<Target>, Halt> {
        let wish = self.wish;
        let edition = wish.edition.unwrap_or(from.edition);
        if from.version == wish.to && from.edition == edition {
            return Ok(None);
        }
        let mut stops = self.route(&from.version, edition)?.versions().into_iter();
        let Some(version) = stops.next() else {
            return Ok(None);
        };
        let is_beyond =
            |version: &Version| wish.stop_after.as_ref().is_some_and(|last| version > last);
        if is_beyond(&version) {
            return Err(Halt::StoppedAfter);
        }
        if wish.until.is_some_and(|until| self.host.clock.now() >= until) {
            return Err(Halt::OutOfTime);
        }
        let rest = stops.take_while(|version| !is_beyond(version)).collect();
        Ok(Some(Target { release: Release { version, edition }, rest }))
    }

    fn route(&self, from: &Version, edition: Edition) -> Result<Route, NoRoute> {
        let Self { wish, rules, sources, .. } = *self;
        let situation = Situation { edition: Some(edition), ..Situation::default() };
        let mut wishes = wish.wishes.clone();
        // What lies behind was passed by the same command, before it was interrupted.
        wishes.via.retain(|via| via > from);
        let router = Router::new(sources.catalog.releases().map(Known::from), rules, &situation);
        router.route(from, &wish.to, &wishes)
    }

    /// The archive of a stop.
    pub(super) fn archive(&self, release: &Release) -> ArchiveWish {
        ArchiveWish {
            source: ArchiveSource::Known(ReleaseSelector::Exact(release.version.clone())),
            edition: Some(release.edition),
            version: None,
            platform: self.wish.platform,
            sha256: None,
        }
    }
}
