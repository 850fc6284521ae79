//! A way as it is drawn: stations, and the segments between them.
//! How it is drawn is not known here.

use crate::cli::render::phrases;
use crate::model::{HopEnding, HopReport, Severity, UpgradePath, Version, WalkReport};

/// A way.
pub(super) struct Line {
    /// Begins the names of its elements, which no other element of the page has.
    pub(super) id: &'static str,
    /// What it shows, as a title.
    pub(super) title: String,
    /// The same for those who do not see it.
    pub(super) description: String,
    /// One more than segments.
    pub(super) stations: Vec<Station>,
    /// Never empty.
    pub(super) segments: Vec<Segment>,
}

/// A version that one comes to.
pub(super) struct Station {
    pub(super) version: Version,
    pub(super) kind: Kind,
    /// In a word, what it is to the way; may be empty.
    pub(super) role: &'static str,
}

/// What a version is to the way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Start,
    Stop,
    Target,
}

/// One hop.
pub(super) struct Segment {
    pub(super) course: Course,
    /// How many findings of each weight.
    pub(super) badges: Vec<(Severity, usize)>,
}

/// What a hop is like.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    /// One can go back without the database.
    Light,
    /// Going back takes the database.
    NeedsDatabase,
    /// It was made.
    Made,
    /// It was tried in vain.
    Failed,
    /// It was not tried.
    Ahead,
}

impl Line {
    /// The way of a planned chain.
    pub(super) fn of_path(path: &UpgradePath) -> Self {
        let segment = |hop: &crate::model::PlannedHop| Segment {
            course: if hop.needs_database_to_go_back {
                Course::NeedsDatabase
            } else {
                Course::Light
            },
            badges: phrases::weights(&hop.findings),
        };
        let segments: Vec<Segment> = path.hops.iter().map(segment).collect();
        let versions = std::iter::once(&path.from.version).chain(path.stops());
        Self {
            id: "way",
            title: phrases::ends(&path.from, &path.to),
            description: described(path),
            stations: stations(versions, &path.to.version, "installed"),
            segments,
        }
    }

    /// The way that was walked, and what is left of it.
    pub(super) fn of_walk(walk: &WalkReport) -> Self {
        let hops = last_tries(&walk.hops);
        let segment = |hop: &&HopReport| Segment {
            course: if hop.ending == HopEnding::Committed { Course::Made } else { Course::Failed },
            badges: Vec::new(),
        };
        let mut segments: Vec<Segment> = hops.iter().map(segment).collect();
        let mut versions = vec![&walk.from.version];
        versions.extend(hops.iter().map(|hop| &hop.to));
        if versions.last() != Some(&&walk.to.version) {
            versions.push(&walk.to.version);
            segments.push(Segment { course: Course::Ahead, badges: Vec::new() });
        }
        let mut stations = stations(versions.into_iter(), &walk.to.version, "before");
        let made = segments.iter().take_while(|it| it.course == Course::Made).count();
        if let Some(station) = stations.get_mut(made) {
            station.role = "now";
        }
        let told: Vec<String> = hops
            .iter()
            .map(|hop| format!("{} to {}: {}", hop.from, hop.to, phrases::ending(hop.ending)))
            .collect();
        Self {
            id: "walk",
            title: phrases::ends(&walk.from, &walk.to),
            description: told.join("; "),
            stations,
            segments,
        }
    }
}

/// Of several tries of one hop, the last one.
fn last_tries(hops: &[HopReport]) -> Vec<&HopReport> {
    let mut tries: Vec<&HopReport> = Vec::new();
    for hop in hops {
        match tries.iter_mut().find(|other| other.from == hop.from) {
            Some(other) => *other = hop,
            None => tries.push(hop),
        }
    }
    tries
}

fn stations<'a>(
    versions: impl Iterator<Item = &'a Version>,
    target: &Version,
    start: &'static str,
) -> Vec<Station> {
    let station = |(index, version): (usize, &Version)| {
        let (kind, role) = match index {
            0 => (Kind::Start, start),
            _ if version == target => (Kind::Target, "target"),
            _ => (Kind::Stop, ""),
        };
        Station { version: version.clone(), kind, role }
    };
    versions.enumerate().map(station).collect()
}

fn described(path: &UpgradePath) -> String {
    let hops = path.hops.iter().enumerate().map(|(index, hop)| {
        let back = phrases::way_back(hop, path.backups);
        let findings = phrases::findings(&hop.findings);
        format!(
            "Hop {}: {} to {}; going back {back}; findings: {findings}.",
            index + 1,
            hop.from,
            hop.to
        )
    });
    hops.collect::<Vec<String>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::super::samples;
    use super::*;

    fn drawn(line: &Line) -> (Vec<String>, usize) {
        (line.stations.iter().map(|it| it.version.to_string()).collect(), line.segments.len())
    }

    #[test]
    fn a_way_has_one_station_more_than_hops() {
        let line = Line::of_path(&samples::path());
        assert_eq!(drawn(&line), (vec!["9.11.18".into(), "10.11.4".into(), "11.7.3".into()], 2));
        assert!(line.stations[0].kind == Kind::Start && line.stations[2].kind == Kind::Target);
        assert!(line.segments[0].course == Course::NeedsDatabase);
        assert!(line.segments[1].course == Course::Light);
    }

    #[test]
    fn of_a_walk_the_last_tries_are_drawn_and_what_is_left() {
        let mut walk = samples::walk();
        walk.hops[1].ending = HopEnding::RolledBack;
        walk.to.version = "12.0.0".parse().unwrap();
        let line = Line::of_walk(&walk);
        assert_eq!(drawn(&line).0, ["9.11.18", "10.11.4", "11.7.3", "12.0.0"]);
        let courses: Vec<Course> = line.segments.iter().map(|it| it.course).collect();
        assert!(courses == [Course::Made, Course::Failed, Course::Ahead]);
        let roles: Vec<&str> = line.stations.iter().map(|it| it.role).collect();
        assert_eq!(roles, ["before", "now", "", "target"]);

        let again = HopReport { ending: HopEnding::Committed, ..walk.hops[1].clone() };
        walk.hops.push(again);
        walk.to.version = "11.7.3".parse().unwrap();
        let line = Line::of_walk(&walk);
        assert_eq!(drawn(&line).1, 2);
        assert!(line.segments[1].course == Course::Made);
    }

    #[test]
    fn a_walk_that_made_no_hop_has_its_way_ahead() {
        let mut walk = samples::walk();
        walk.hops.clear();
        assert_eq!(drawn(&Line::of_walk(&walk)), (vec!["9.11.18".into(), "11.7.3".into()], 1));
    }
}
