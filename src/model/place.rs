//! The mutable directories that can be kept apart from the tree, and where each one is.
//! Which settings name them, and since when, is the business of the config room.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::relpath::RelPath;

/// A mutable directory of the server that `config.json` can place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlaceName {
    /// Uploaded files.
    Data,
    /// Log files.
    Logs,
    /// The server's half of installed plugins.
    Plugins,
    /// The browser's half of installed plugins.
    ClientPlugins,
    /// Compliance reports; in the data directory unless placed elsewhere.
    Compliance,
    /// Exports, where they have a store of their own; in the data directory unless placed elsewhere.
    Exports,
    /// The search index. There is none unless it is placed.
    SearchIndex,
}

impl PlaceName {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::Data,
        Self::Logs,
        Self::Plugins,
        Self::ClientPlugins,
        Self::Compliance,
        Self::Exports,
        Self::SearchIndex,
    ];

    /// Those that every server of a new enough version writes to, wherever they are.
    pub const USUAL: [Self; 4] = [Self::Data, Self::Logs, Self::Plugins, Self::ClientPlugins];

    /// The name as it is typed, and as its directory is called.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Logs => "logs",
            Self::Plugins => "plugins",
            Self::ClientPlugins => "client-plugins",
            Self::Compliance => "compliance",
            Self::Exports => "exports",
            Self::SearchIndex => "search-index",
        }
    }

    /// Where a server that was told nothing else keeps it, relative to its tree; `None` for those that have no
    /// directory of their own there.
    #[must_use]
    pub const fn in_tree(self) -> Option<&'static str> {
        match self {
            Self::Data => Some("data"),
            Self::Logs => Some("logs"),
            Self::Plugins => Some("plugins"),
            Self::ClientPlugins => Some("client/plugins"),
            Self::Compliance | Self::Exports | Self::SearchIndex => None,
        }
    }
}

/// Why a text names no place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is not a place; the places are data, logs, plugins, client-plugins, compliance, exports and search-index"
)]
pub struct PlaceNameError {
    text: String,
}

impl FromStr for PlaceName {
    type Err = PlaceNameError;

    fn from_str(text: &str) -> Result<Self, PlaceNameError> {
        Self::ALL
            .into_iter()
            .find(|name| name.as_str() == text)
            .ok_or_else(|| PlaceNameError { text: text.to_owned() })
    }
}

impl fmt::Display for PlaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where one mutable directory is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Location {
    /// In the tree, and carried from tree to tree.
    InTree,
    /// Here, relative to the root.
    At(RelPath),
}

/// One mutable directory and where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placement {
    /// Which one.
    pub name: PlaceName,
    /// Where.
    pub location: Location,
}

impl Placement {
    /// Where the directory is below the tree that it is kept in; `None` for one that is kept elsewhere, or has no directory
    /// of its own there.
    #[must_use]
    pub fn below_tree(&self) -> Option<RelPath> {
        let path = self.name.in_tree().filter(|_| self.location == Location::InTree)?;
        path.parse().ok()
    }

    /// Where the directory is, given the live tree; `None` for one that stays in the tree without having a directory
    /// of its own there.
    #[must_use]
    pub fn path(&self, live: &RelPath) -> Option<RelPath> {
        match &self.location {
            Location::InTree => self.name.in_tree().map(|name| live.join(name)),
            Location::At(path) => Some(path.clone()),
        }
    }
}
