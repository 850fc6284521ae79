//! From the places that an operator knows to the directory settings that a server knows.

use std::path::PathBuf;

use crate::config::{self, Where};
use crate::model::{Location, PlaceName, Placement, RelPath, Version};

/// The directory settings for these places; `spell` gives the path by which the server knows one.
///
/// Compliance reports and exports lie in the data directory unless somebody configured them, and go where it goes.
pub(crate) fn placements_for(
    placements: &[Placement],
    spell: impl Fn(&RelPath) -> PathBuf,
) -> Vec<config::Placement> {
    let at = |location: &Location| match location {
        Location::InTree => Where::InTree,
        Location::At(path) => Where::At(spell(path)),
    };
    let settings = placements.iter().flat_map(|placement| {
        let names: &[config::PlaceName] = match placement.name {
            PlaceName::Data => &[
                config::PlaceName::Data,
                config::PlaceName::Compliance,
                config::PlaceName::Exports,
            ],
            PlaceName::Logs => &[config::PlaceName::Logs],
            PlaceName::Plugins => &[config::PlaceName::Plugins],
            PlaceName::ClientPlugins => &[config::PlaceName::ClientPlugins],
        };
        names.iter().map(move |&name| config::Placement {
            name,
            at: at(&placement.location),
        })
    });
    settings.collect()
}

/// The places that servers of this version have.
pub(crate) fn places_of(version: &Version) -> Vec<PlaceName> {
    let known: Vec<config::PlaceName> = config::places_of(version).collect();
    PlaceName::ALL
        .into_iter()
        .filter(|name| {
            known.contains(&match name {
                PlaceName::Data => config::PlaceName::Data,
                PlaceName::Logs => config::PlaceName::Logs,
                PlaceName::Plugins => config::PlaceName::Plugins,
                PlaceName::ClientPlugins => config::PlaceName::ClientPlugins,
            })
        })
        .collect()
}
