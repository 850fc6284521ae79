//! Sends the directories of config.json to their places, and back.
//! A directory that the site put somewhere itself is left where it is, and no file is moved here.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::model::{PlaceName, RelPath, Version};

use super::document::{Document, EditError, View, Written, text};
use super::place::{PlaceError, Placement, Spot, Where, check_place, resolve};
use super::setting::SettingPath;
use super::table::row_of;

mod found;

pub use found::{FoundAt, FoundPlace, find_places};

/// Where the directories are wanted, and what is needed to tell the site's own choices from ours.
#[derive(Clone, Copy, Debug)]
pub struct Places<'a> {
    /// The version that will read the file.
    pub version: &'a Version,
    /// The live tree, absolute, as the server sees it.
    pub tree: &'a Path,
    /// The wanted places. A directory that is not named stays where it is.
    pub wanted: &'a [Placement],
    /// The places as last applied: a directory found there was put there by us and may move on.
    pub former: &'a [Placement],
}

/// A setting that was given another value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// The directory.
    pub place: PlaceName,
    /// The setting.
    pub setting: SettingPath,
    /// Its former value as JSON; `None` if it was not there.
    pub former: Option<String>,
    /// Its value now.
    pub value: String,
    /// The directory in the tree that it pointed to, whose files belong to the new place;
    /// `None` if it pointed elsewhere or to the tree itself.
    pub from: Option<RelPath>,
    /// What is to be taken out again to undo a setting that was not there: the setting, or all that was created for it.
    undo: SettingPath,
}

/// A setting that points to a place of the site's own choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnPlace {
    /// The directory.
    pub place: PlaceName,
    /// The setting.
    pub setting: SettingPath,
    /// Where it points: an absolute path.
    pub at: String,
}

/// What became of the directory settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Relocated {
    /// Settings that were changed.
    pub moves: Vec<Move>,
    /// Settings that were left alone, because the site chose their place.
    pub kept: Vec<OwnPlace>,
}

/// Why the directories cannot be placed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RelocateError {
    /// A place that cannot be one, wanted or found.
    #[error("{setting} cannot be relocated")]
    Place {
        /// The setting.
        setting: SettingPath,
        /// What is wrong.
        #[source]
        source: PlaceError,
    },
    /// A directory setting that is no string.
    #[error("{setting} is no string (rule C-TYPE)")]
    NoText {
        /// The setting.
        setting: SettingPath,
    },
    /// The document has no room for the setting.
    #[error("cannot write a place")]
    Edit(#[source] EditError),
}

/// The directories that this version lets one place.
pub fn places_of(version: &Version) -> impl Iterator<Item = PlaceName> {
    PlaceName::ALL.into_iter().filter(|name| settings_of(*name, version).next().is_some())
}

fn settings_of(name: PlaceName, version: &Version) -> impl Iterator<Item = SettingPath> {
    name.settings()
        .iter()
        .map(|setting| SettingPath::known(setting))
        .filter(|setting| row_of(setting).is_some_and(|row| row.exists_in(version)))
}

/// Writes the wanted places into the document.
///
/// A directory in the tree goes to its wanted place. Settings that point to the data directory follow it, unless their
/// directory has a place of its own and does not lie in it. Directories outside the tree are the site's own, unless they are
/// where we last put them. A file name left over from before 3.8 as the log location becomes its directory.
///
/// # Errors
/// [`RelocateError`]; the document may then be changed in part.
pub fn relocate(document: &mut Document, places: &Places<'_>) -> Result<Relocated, RelocateError> {
    let mut relocated = Relocated::default();
    let data_in_tree = data_directory(document, places);
    for name in places_of(places.version) {
        for setting in settings_of(name, places.version) {
            let bound = Directory { name, setting, places, data_in_tree: data_in_tree.as_ref() };
            bound.place(document, &mut relocated)?;
        }
    }
    Ok(relocated)
}

/// Takes a relocation back: the settings are as they were before.
///
/// # Errors
/// If the document has lost its sections meanwhile.
pub fn unrelocate(document: &mut Document, moves: &[Move]) -> Result<(), EditError> {
    for step in moves.iter().rev() {
        match &step.former {
            Some(former) => _ = document.set_raw(&step.setting, former)?,
            None => drop(document.remove(&step.undo)),
        }
    }
    Ok(())
}

/// Where the data directory lies, if it lies in the tree.
fn data_directory(document: &Document, places: &Places<'_>) -> Option<RelPath> {
    let setting = settings_of(PlaceName::Data, places.version).next()?;
    let value = document.get(&setting);
    let said = value.as_ref().and_then(View::as_text);
    let value = said.as_deref().unwrap_or(PlaceName::Data.shipped());
    match resolve(PlaceName::Data, value, places.tree) {
        Ok(Spot::InTree(path)) => Some(path),
        Ok(Spot::Outside(_)) | Err(_) => None,
    }
}

/// One setting on its way.
struct Directory<'a> {
    name: PlaceName,
    setting: SettingPath,
    places: &'a Places<'a>,
    data_in_tree: Option<&'a RelPath>,
}

impl Directory<'_> {
    fn place(
        &self,
        document: &mut Document,
        relocated: &mut Relocated,
    ) -> Result<(), RelocateError> {
        let Some((value, spot)) = self.spot(document)? else {
            return Ok(());
        };
        match (self.wanted(&spot)?, &spot) {
            (Some(Where::At(path)), _) if self.is_free(&spot, path) => {
                let path = path.to_string_lossy();
                let spelled = self.name.spell(&path, self.places.version);
                self.write(document, relocated, &value, spelled, &spot)
            }
            (Some(Where::InTree), Spot::Outside(at)) if self.is_ours(at) => {
                let shipped = self.name.shipped().to_owned();
                self.write(document, relocated, &value, shipped, &spot)
            }
            (_, Spot::Outside(at)) => self.keep(document, relocated, &value, at),
            (_, Spot::InTree(_)) => Ok(()),
        }
    }

    /// The value; the shipped one if there is none. `None` if the directory is optional and not configured.
    fn current(&self, document: &Document) -> Result<Option<String>, RelocateError> {
        let value = document.get(&self.setting).filter(|value| value.raw() != "null");
        let said = match &value {
            Some(value) => value
                .as_text()
                .ok_or_else(|| RelocateError::NoText { setting: self.setting.clone() })?,
            None => self.name.shipped().into(),
        };
        let optional = matches!(
            self.name,
            PlaceName::SearchIndex | PlaceName::Compliance | PlaceName::Exports
        );
        Ok((!optional || !said.is_empty()).then(|| said.into_owned()))
    }

    /// The log location without the file name that it has before 3.8, or has kept from then.
    fn without_file_name<'v>(&self, value: &'v str) -> &'v str {
        let old = !self.places.version.is_at_least(3, 8);
        let left_over = Path::new(value).extension().is_some_and(|end| end == "log");
        if self.name != PlaceName::Logs || !(old || left_over) {
            return value;
        }
        match value.rsplit_once('/') {
            Some(("", _)) => "/",
            Some((directory, _)) => directory,
            None => ".",
        }
    }

    /// The place that applies to the directory at `spot`: its own, or that of the data directory if it is the same.
    fn wanted(&self, spot: &Spot) -> Result<Option<&Where>, RelocateError> {
        let is_data = match spot {
            Spot::InTree(path) => Some(path) == self.data_in_tree,
            Spot::Outside(at) => [self.places.wanted, self.places.former]
                .into_iter()
                .any(|placements| is_at(placements, PlaceName::Data, at)),
        };
        let name = if is_data { PlaceName::Data } else { self.name };
        let wanted = place_in(self.places.wanted, name);
        if let Some(Where::At(path)) = wanted {
            check_place(self.name, path, self.places.tree).map_err(|source| self.refuse(source))?;
        }
        Ok(wanted)
    }

    /// May the setting be sent to `path`? Not if the site chose another place outside.
    fn is_free(&self, spot: &Spot, path: &Path) -> bool {
        match spot {
            Spot::InTree(_) => true,
            Spot::Outside(at) => Path::new(at) == path || self.is_ours(at),
        }
    }

    /// Did we put the directory there ourselves?
    fn is_ours(&self, at: &str) -> bool {
        [self.name, PlaceName::Data].into_iter().any(|name| is_at(self.places.former, name, at))
    }

    fn keep(
        &self,
        document: &mut Document,
        relocated: &mut Relocated,
        value: &str,
        at: &str,
    ) -> Result<(), RelocateError> {
        relocated.kept.push(OwnPlace {
            place: self.name,
            setting: self.setting.clone(),
            at: at.to_owned(),
        });
        if self.without_file_name(value) == value || !self.places.version.is_at_least(3, 8) {
            return Ok(());
        }
        let spelled = self.name.spell(at, self.places.version);
        let spot = Spot::Outside(at.to_owned());
        self.write(document, relocated, value, spelled, &spot)
    }

    fn write(
        &self,
        document: &mut Document,
        relocated: &mut Relocated,
        current: &str,
        value: String,
        spot: &Spot,
    ) -> Result<(), RelocateError> {
        let former = document.get(&self.setting).map(|view| view.raw().to_owned());
        // Another spelling of the same directory is the site's business, but for the slash that an era needs.
        let same = current.trim_end_matches('/') == value.trim_end_matches('/');
        if former.is_some() && same && (current.ends_with('/') || !value.ends_with('/')) {
            return Ok(());
        }
        let written =
            document.set_raw(&self.setting, &text::encode(&value)).map_err(RelocateError::Edit)?;
        if written == Written::Same {
            return Ok(());
        }
        let section = self.setting.parent().filter(|_| written == Written::SectionCreated);
        let undo = section.unwrap_or_else(|| self.setting.clone());
        let from = match spot {
            Spot::InTree(path) if !path.as_str().is_empty() => Some(path.clone()),
            Spot::InTree(_) | Spot::Outside(_) => None,
        };
        relocated.moves.push(Move {
            place: self.name,
            setting: self.setting.clone(),
            former,
            value,
            from,
            undo,
        });
        Ok(())
    }

    fn refuse(&self, source: PlaceError) -> RelocateError {
        RelocateError::Place { setting: self.setting.clone(), source }
    }
}

fn place_in(placements: &[Placement], name: PlaceName) -> Option<&Where> {
    let found = placements.iter().find(|placement| placement.name == name);
    found.map(|placement| &placement.at)
}

fn is_at(placements: &[Placement], name: PlaceName, at: &str) -> bool {
    matches!(place_in(placements, name), Some(Where::At(path)) if path == Path::new(at))
}

#[cfg(test)]
mod tests;
