//! The way of a node whose database another node has brought further than what is installed: past the stops that the database has
//! left behind. Their servers would find a database that is newer than they are.

use super::way::find_route;
use crate::engine::acquire::{Sources, versions_at_hand};
use crate::model::{Edition, Platform, Version};
use crate::planning::{ClusterSeen, Reached, obtainable};
use crate::upgrade::{Because, NoRoute, Route, Router, Stop, Wishes};

/// A way, and how far the database has come on it.
pub(super) struct Found {
    pub(super) route: Route,
    /// The wishes by which it was found.
    pub(super) wishes: Wishes,
    /// The stops that the first hop leads past.
    pub(super) left_behind: Vec<Version>,
    /// For so many of its hops, the first ones, another node has migrated the database.
    pub(super) switching: usize,
}

/// From where to where, of which edition, and for what it is built.
pub(super) type Ends<'a> = ((&'a Version, &'a Version), (Edition, Platform));

/// The way from what is installed, or from where the database is if that is further.
pub(super) fn find_way(
    router: &Router<'_>,
    (ends, archive): Ends<'_>,
    wishes: &Wishes,
    sources: &Sources,
    cluster: Option<&ClusterSeen>,
) -> Result<Found, NoRoute> {
    let usual = find_route(router, ends, wishes, sources, archive);
    let whole = usual.as_ref().map(|(route, _)| route.clone()).or_else(|_| {
        // Nobody needs the archive of a stop that lies behind.
        let published = obtainable(&sources.catalog, archive.0, archive.1);
        let anywhere = Wishes { only: Some(published), ..wishes.clone() };
        router.route(ends.0, ends.1, &anywhere)
    });
    let reached = cluster.zip(whole.ok()).and_then(|(seen, whole)| {
        let reached = seen.reached(ends.0, &whole.versions())?;
        Some((whole, reached))
    });
    let Some((whole, reached)) = reached else {
        let (route, wishes) = usual?;
        return Ok(Found { route, wishes, left_behind: Vec::new(), switching: 0 });
    };
    let is_behind = |stop: &Version| *stop < reached.version && stop < ends.1;
    let left_behind: Vec<Version> = whole.versions().into_iter().filter(is_behind).collect();
    let found = if left_behind.is_empty() {
        let (route, wishes) = usual?;
        Found { route, wishes, left_behind, switching: 0 }
    } else if reached.version >= *ends.1 {
        straight(whole, wishes, &reached, left_behind)
    } else {
        let wishes = after(&reached.version, wishes);
        let onwards = (&reached.version, ends.1);
        let (rest, found_by) = find_route(router, onwards, &wishes, sources, archive)?;
        let is_stop = can_be_had(&reached.version, &wishes, sources, archive);
        by_stop(whole, (rest, found_by), &reached, left_behind, is_stop)
    };
    let is_migrated = |stop: &&Stop| stop.version <= reached.version;
    let switching = found.route.stops.iter().take_while(is_migrated).count();
    Ok(Found { switching, ..found })
}

/// The database is where the way leads, or beyond.
fn straight(
    mut whole: Route,
    wishes: &Wishes,
    reached: &Reached,
    left_behind: Vec<Version>,
) -> Found {
    let last = whole.stops.pop();
    let stops = last.into_iter().map(|mut stop| {
        stop.because.push(because(reached));
        stop
    });
    whole.stops = stops.collect();
    Found { route: whole, wishes: wishes.clone(), left_behind, switching: 0 }
}

/// The database is on the way: this node begins there, or where it cannot stop there, at the stop after it.
fn by_stop(
    whole: Route,
    (rest, wishes): (Route, Wishes),
    reached: &Reached,
    mut left_behind: Vec<Version>,
    is_stop: bool,
) -> Found {
    let mut stops = rest.stops;
    if is_stop {
        let (version, because) = (reached.version.clone(), vec![because(reached)]);
        stops.insert(0, Stop { version, because });
    } else {
        left_behind.push(reached.version.clone());
    }
    let route = Route { from: whole.from, stops, waived: whole.waived, left_out: rest.left_out };
    Found { route, wishes, left_behind, switching: 0 }
}

fn because(reached: &Reached) -> Because {
    Because::Database { at: reached.version.clone(), by: reached.by.clone() }
}

/// What is wished of the way after a version.
fn after(version: &Version, wishes: &Wishes) -> Wishes {
    let mut wishes = wishes.clone();
    wishes.via.retain(|via| via > version);
    wishes
}

/// Is there an archive to stop at this version with?
fn can_be_had(
    version: &Version,
    wishes: &Wishes,
    sources: &Sources,
    (edition, platform): (Edition, Platform),
) -> bool {
    let is_wanted = wishes.only.as_ref().is_none_or(|only| only.contains(version));
    is_wanted
        && if sources.remote.is_some() {
            obtainable(&sources.catalog, edition, platform).contains(version)
        } else {
            versions_at_hand(sources, edition, platform).contains(version)
        }
}
