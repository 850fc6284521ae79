//! Where the mutable directories of an installation are, as far as a receipt can say it.

use std::path::PathBuf;

use crate::config::SettingPath;
use crate::model::{Finding, Location, PlaceName, Placement, RelPath, Severity};

/// Where a directory setting leads, links resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LocatedAt {
    /// Into the tree.
    InTree(RelPath),
    /// Elsewhere below the root.
    Below(RelPath),
    /// Out of the root.
    OutsideRoot(PathBuf),
}

/// A directory setting, and where it leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The directory.
    pub place: PlaceName,
    /// The setting.
    pub setting: SettingPath,
    /// Where it leads.
    pub at: LocatedAt,
}

/// The places of an installation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AdoptedPlaces {
    /// For the receipt.
    pub placements: Vec<Placement>,
    /// The directories in the tree that no release brings, below the tree.
    pub in_tree: Vec<RelPath>,
    /// What is unusual about them.
    pub findings: Vec<Finding>,
}

/// Sorts the directory settings of an installation.
///
/// A directory in the tree counts as kept there even under an unusual name: it is carried like all that a release did not
/// bring, and its setting is left alone.
#[must_use]
pub fn adopted_places(located: &[Located]) -> AdoptedPlaces {
    let mut places = AdoptedPlaces { in_tree: never_shipped(), ..AdoptedPlaces::default() };
    let data = located.iter().find(|one| one.place == PlaceName::Data).map(|one| one.at.clone());
    for one in located {
        let follows = matches!(one.place, PlaceName::Compliance | PlaceName::Exports);
        if follows && (Some(&one.at) == data.as_ref() || places.has_another_at(&one.at)) {
            continue;
        }
        places.take(one);
    }
    places.in_tree.sort();
    places.in_tree.dedup();
    places
}

/// Where servers make directories of their own; of these only the logs come with a release, and empty.
fn never_shipped() -> Vec<RelPath> {
    let usual = PlaceName::USUAL.into_iter().filter(|name| *name != PlaceName::Logs);
    usual.filter_map(PlaceName::in_tree).map(|name| RelPath::here().join(name)).collect()
}

impl AdoptedPlaces {
    /// Two may share a directory outside the tree; one of them is enough to look after it.
    fn has_another_at(&self, at: &LocatedAt) -> bool {
        let LocatedAt::Below(path) = at else { return false };
        self.placements.iter().any(|placed| placed.location == Location::At(path.clone()))
    }

    fn take(&mut self, one: &Located) {
        let location = match &one.at {
            LocatedAt::InTree(path) => {
                // Logs directly at the top of the tree are files among others.
                if !path.as_str().is_empty() {
                    self.in_tree.push(path.clone());
                }
                if one.place.in_tree() != Some(path.as_str()) {
                    self.findings.push(unusual(one, path));
                }
                Location::InTree
            }
            LocatedAt::Below(path) => Location::At(path.clone()),
            LocatedAt::OutsideRoot(path) => {
                let text = format!(
                    "{} keeps {} at {}, outside the root, where nothing can be looked after",
                    one.setting,
                    one.place,
                    path.display()
                );
                let advice = "give the --root that holds all of the installation";
                self.findings
                    .push(Finding::new(Severity::Fatal, "place-outside", text).advise(advice));
                return;
            }
        };
        match self.placements.iter().find(|placed| placed.name == one.place) {
            None => self.placements.push(Placement { name: one.place, location }),
            Some(placed) if placed.location == location => {}
            Some(_) => self.findings.push(second(one)),
        }
    }
}

fn unusual(one: &Located, path: &RelPath) -> Finding {
    let text = format!(
        "{} keeps {} in the tree as {path}, which is not its usual name; it is carried from tree to tree, and the setting \
         is left alone",
        one.setting, one.place
    );
    Finding::new(Severity::Note, "place-unusual", text)
}

fn second(one: &Located) -> Finding {
    let text = format!(
        "{} keeps a part of {} elsewhere than the rest; it stays there, and mmembed does not look after it",
        one.setting, one.place
    );
    Finding::new(Severity::Note, "place-second", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RelPath {
        text.parse().unwrap()
    }

    fn located(place: PlaceName, at: LocatedAt) -> Located {
        let setting = SettingPath::known(place.settings().first().unwrap());
        Located { place, setting, at }
    }

    #[test]
    fn a_receipt_says_where_each_directory_is() {
        let places = adopted_places(&[
            located(PlaceName::Data, LocatedAt::InTree(path("files"))),
            located(PlaceName::Logs, LocatedAt::Below(path("var/log/chat"))),
            located(PlaceName::Logs, LocatedAt::InTree(path("logs"))),
            located(PlaceName::Plugins, LocatedAt::InTree(path("plugins"))),
            located(PlaceName::Compliance, LocatedAt::InTree(path("files"))),
            located(PlaceName::Exports, LocatedAt::InTree(path("data"))),
            located(PlaceName::SearchIndex, LocatedAt::OutsideRoot("/srv/index".into())),
        ]);
        let shown: Vec<String> = places
            .placements
            .iter()
            .map(|place| match &place.location {
                Location::InTree => place.name.to_string(),
                Location::At(path) => format!("{}={path}", place.name),
            })
            .collect();
        assert_eq!(shown, ["data", "logs=var/log/chat", "plugins", "exports"]);
        let in_tree: Vec<&str> = places.in_tree.iter().map(RelPath::as_str).collect();
        assert_eq!(in_tree, ["client/plugins", "data", "files", "logs", "plugins"]);
        let codes: Vec<&str> = places.findings.iter().map(|it| it.code.as_str()).collect();
        assert_eq!(codes, ["place-unusual", "place-second", "place-unusual", "place-outside"]);
        assert!(places.findings.iter().any(Finding::is_fatal));
    }

    #[test]
    fn a_shared_directory_is_one_place() {
        let shared = LocatedAt::Below(path("srv/reports"));
        let places = adopted_places(&[
            located(PlaceName::Compliance, shared.clone()),
            located(PlaceName::Exports, shared),
        ]);
        assert_eq!(places.placements.len(), 1);
    }

    #[test]
    fn what_follows_the_data_directory_has_no_place_of_its_own() {
        let data = LocatedAt::Below(path("srv/files"));
        let places = adopted_places(&[
            located(PlaceName::Data, data.clone()),
            located(PlaceName::Exports, data),
            located(PlaceName::Compliance, LocatedAt::InTree(path("data"))),
        ]);
        let names: Vec<PlaceName> = places.placements.iter().map(|place| place.name).collect();
        assert_eq!(names, [PlaceName::Data, PlaceName::Compliance]);
    }
}
