//! Where a configuration that nobody of ours wrote keeps the directories of its server.

use std::path::{Path, PathBuf};

use super::{Directory, Places, RelocateError, settings_of};
use crate::config::document::Document;
use crate::config::place::{Spot, resolve};
use crate::config::setting::SettingPath;
use crate::model::{PlaceName, RelPath, Version};

/// Where a directory setting points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FoundAt {
    /// Into the tree; directly at its top only for logs.
    InTree(RelPath),
    /// Elsewhere: an absolute path.
    Outside(PathBuf),
}

/// A directory setting as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundPlace {
    /// The directory.
    pub place: PlaceName,
    /// The setting.
    pub setting: SettingPath,
    /// Where it points.
    pub at: FoundAt,
}

/// What the directory settings of this version say, each resolved as its server does that works in `tree`. Optional
/// directories that are not configured are left out.
///
/// # Errors
/// A place that cannot be one, or a setting that is no string.
pub fn find_places(
    document: &Document,
    version: &Version,
    tree: &Path,
) -> Result<Vec<FoundPlace>, RelocateError> {
    let places = Places { version, tree, wanted: &[], former: &[] };
    let mut found = Vec::new();
    for name in super::places_of(version) {
        for setting in settings_of(name, version) {
            let bound = Directory { name, setting, places: &places, data_in_tree: None };
            let Some((_, spot)) = bound.spot(document)? else {
                continue;
            };
            let at = match spot {
                Spot::InTree(path) => FoundAt::InTree(path),
                Spot::Outside(path) => FoundAt::Outside(path.into()),
            };
            found.push(FoundPlace { place: name, setting: bound.setting, at });
        }
    }
    Ok(found)
}

impl Directory<'_> {
    /// The value of the setting, and where it points. `None` if the directory is optional and not configured.
    pub(super) fn spot(
        &self,
        document: &Document,
    ) -> Result<Option<(String, Spot)>, RelocateError> {
        let Some(value) = self.current(document)? else {
            return Ok(None);
        };
        let said = match value.is_empty().then(|| self.name.when_unset()).flatten() {
            Some(unset) => unset,
            None => self.without_file_name(&value),
        };
        let spot =
            resolve(self.name, said, self.places.tree).map_err(|source| self.refuse(source))?;
        Ok(Some((value, spot)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(config: &str, version: &str) -> String {
        let document = Document::parse(config.as_bytes()).unwrap();
        let tree = Path::new("/opt/mattermost");
        let found = find_places(&document, &version.parse().unwrap(), tree).unwrap();
        let shown = |found: &FoundPlace| match &found.at {
            FoundAt::InTree(path) => format!("{}: {path}", found.place),
            FoundAt::Outside(path) => format!("{}: {}", found.place, path.display()),
        };
        found.iter().map(shown).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn directories_are_where_the_server_of_the_version_looks_for_them() {
        let own = r#"{"FileSettings": {"Directory": "/srv/files/"}, "LogSettings": {"FileLocation": "/var/log/chat.log"},
            "PluginSettings": {"Directory": "/opt/mattermost/own/plugins"}, "BleveSettings": {"IndexDir": "../index"}}"#;
        assert_eq!(
            found("{}", "3.10.3"),
            "data: data, logs: logs, compliance: data",
            "what is not said is as shipped"
        );
        assert_eq!(
            found(own, "9.11.0"),
            "data: /srv/files, logs: /var/log, logs: logs, plugins: own/plugins, client-plugins: client/plugins, \
             compliance: data, exports: data, search-index: /opt/index"
        );
    }

    #[test]
    fn a_hopeless_directory_is_an_error() {
        let document = Document::parse(br#"{"FileSettings": {"Directory": "/etc"}}"#).unwrap();
        let said = find_places(&document, &Version::new(9, 5, 0), Path::new("/opt/mattermost"));
        assert!(said.unwrap_err().to_string().contains("FileSettings.Directory"));
    }
}
