//! The places that a version has, and from there to the directory settings that its server knows.

use std::path::PathBuf;

use crate::config::{self, Where};
use crate::model::{Location, PlaceName, Placement, RelPath, Version};

/// The directory settings for these places; `spell` gives the path by which the server knows one.
///
/// Compliance reports and exports lie in the data directory unless they are placed, and go where it goes.
pub(crate) fn placements_for(
    placements: &[Placement],
    spell: impl Fn(&RelPath) -> PathBuf,
) -> Vec<config::Placement> {
    let location = |name| {
        let found = placements.iter().find(|placement| placement.name == name);
        found.map(|placement| &placement.location)
    };
    let wanted = PlaceName::ALL.into_iter().filter_map(|name| {
        let follows_data = matches!(name, PlaceName::Compliance | PlaceName::Exports);
        let with = if follows_data { location(PlaceName::Data) } else { None };
        let at = match location(name).or(with)? {
            Location::InTree => Where::InTree,
            Location::At(path) => Where::At(spell(path)),
        };
        Some(config::Placement { name, at })
    });
    wanted.collect()
}

/// The places that servers of this version have.
pub(crate) fn places_of(version: &Version) -> Vec<PlaceName> {
    let known: Vec<PlaceName> = config::places_of(version).collect();
    PlaceName::ALL.into_iter().filter(|name| known.contains(name)).collect()
}
