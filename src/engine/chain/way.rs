//! Where the way leads from what is installed now.

use std::collections::BTreeSet;

use super::behind::{Found, find_way};
use super::situation::situation;
use super::standing::Standing;
use super::walk::{Halt, Walking};
use crate::engine::acquire::{ArchiveSource, ArchiveWish, Sources, platform, versions_at_hand};
use crate::model::{Edition, Platform, Release, ReleaseSelector, Version};
use crate::planning::obtainable;
use crate::upgrade::{Known, NoRoute, Route, Router, Wishes};

/// Where a hop leads, and where the way goes on.
pub(super) struct Target {
    /// The release after it.
    pub(super) release: Release,
    /// The stops after that, as far as one wants to go.
    pub(super) rest: Vec<Version>,
    /// The stops before it that the database has left behind.
    pub(super) left_behind: Vec<Version>,
}

/// The way, and the wishes by which it was found. Only what was published so is a stop; where nobody may be asked for archives,
/// only what is at hand, if such a way leads there.
pub(super) fn find_route(
    router: &Router<'_>,
    (from, to): (&Version, &Version),
    wishes: &Wishes,
    sources: &Sources,
    (edition, platform): (Edition, Platform),
) -> Result<(Route, Wishes), NoRoute> {
    let obtainable = obtainable(&sources.catalog, edition, platform);
    let only = |these: &BTreeSet<Version>| Wishes {
        only: Some(obtainable.intersection(these).cloned().collect()),
        ..wishes.clone()
    };
    let wide = only(wishes.only.as_ref().unwrap_or(&obtainable));
    if sources.remote.is_none() && wishes.only.is_none() {
        let near = only(&versions_at_hand(sources, edition, platform));
        if let Ok(route) = router.route(from, to, &near) {
            return Ok((route, near));
        }
    }
    let route = router.route(from, to, &wide)?;
    Ok((route, wide))
}

impl Walking<'_> {
    /// The next stop from what is installed, and those after it; `None` at the end of the way.
    pub(super) fn target(&self, from: &Release) -> Result<Option<Target>, Halt> {
        let wish = self.wish;
        let edition = wish.edition.unwrap_or(from.edition);
        if from.version == wish.to && from.edition == edition {
            return Ok(None);
        }
        let Found { route, left_behind, .. } = self.route(from, edition)?;
        let mut stops = route.versions().into_iter();
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
        Ok(Some(Target { release: Release { version, edition }, rest, left_behind }))
    }

    fn route(&self, from: &Release, edition: Edition) -> Result<Found, Halt> {
        let standing = Standing::of(self).map_err(|error| Halt::Resolve(Box::new(error)))?;
        let seen = situation(&standing.installed(self));
        let archive = self.archive(&Release { version: self.wish.to.clone(), edition });
        let platform = platform(&archive).map_err(|error| Halt::Acquire(Box::new(error)))?;
        let known = self.sources.catalog.releases().map(Known::from);
        let router = Router::new(known, self.rules, &seen.situation);
        let ends = (&from.version, &self.wish.to);
        let archive = (edition, platform);
        let wishes = self.wishes_from(&from.version, archive);
        let cluster = seen.cluster.as_ref();
        Ok(find_way(&router, (ends, archive), &wishes, self.sources, cluster)?)
    }

    /// What is wished of the way that is left. What lies behind was passed by the same command, before it was interrupted.
    pub(super) fn wishes_from(
        &self,
        from: &Version,
        (edition, platform): (Edition, Platform),
    ) -> Wishes {
        let mut wishes = self.wish.wishes.clone();
        wishes.via.retain(|via| via > from);
        if self.wish.only_at_hand {
            wishes.only = Some(versions_at_hand(self.sources, edition, platform));
        }
        wishes
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
