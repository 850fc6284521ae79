//! What the tree of a release must hold, and where a server writes in it.
//! No tree is looked at here.

use crate::model::{Edition, RelPath, Version};

use super::era::Era;
use super::timeline::{Since, at, since};

/// What releases of one version look like, unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// What must be there.
    pub required: Vec<ShapeEntry>,
    /// The directories below the tree that the server writes to with the configuration it ships with. Some are made
    /// by the server and come with no release.
    pub written: Vec<RelPath>,
}

/// One thing that must be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapeEntry {
    /// Where.
    pub path: RelPath,
    /// What.
    pub kind: EntryKind,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A program: a file that may be executed.
    Program,
    /// A file that is not empty.
    File,
    /// A directory that is not empty.
    Directory,
}

/// Server source (build files): what servers look up beside their web client. `logs` is shipped empty, or not at all.
const DIRECTORIES: &[Since<&[&str]>] =
    &[since(0, 0, &["config"]), since(3, 0, &["config", "fonts", "i18n", "templates"])];

/// Observed on real servers 3.5 to 7.8 (what appears at the first start); vendor documentation for the first versions
/// of the plugin settings. `client` is there because servers from 4.3 on rewrite it in place when the site URL has a path.
const WRITTEN: &[Since<&[&str]>] = &[
    since(0, 0, &["config", "data", "logs"]),
    since(4, 3, &["client", "config", "data", "logs"]),
    since(4, 4, &["client", "config", "data", "logs", "plugins"]),
    since(4, 5, &["client", "client/plugins", "config", "data", "logs", "plugins"]),
];

/// Server source (build files), from 1.0 on.
const LICENCES: &[(&str, Edition)] = &[
    ("MIT-COMPILED-LICENSE.md", Edition::Team),
    ("ENTERPRISE-EDITION-LICENSE.txt", Edition::Enterprise),
];

impl Shape {
    /// The shape of the releases of this version.
    #[must_use]
    pub fn of(version: &Version) -> Self {
        let era = Era::of(version);
        let spelled = |rows| -> Vec<RelPath> {
            let names: &[&str] = at(rows, version).copied().unwrap_or_default();
            names.iter().map(|name| RelPath::here().join(name)).collect()
        };
        let mut required = vec![
            ShapeEntry { path: era.server_binary(), kind: EntryKind::Program },
            ShapeEntry { path: RelPath::here().join("config/config.json"), kind: EntryKind::File },
            ShapeEntry { path: era.web_root(), kind: EntryKind::Directory },
        ];
        required.extend(
            spelled(DIRECTORIES)
                .into_iter()
                .map(|path| ShapeEntry { path, kind: EntryKind::Directory }),
        );
        Self { required, written: spelled(WRITTEN) }
    }

    /// The required entries for which `is_there` says no, in the order of [`Shape::required`].
    #[must_use]
    pub fn missing(&self, is_there: impl Fn(&ShapeEntry) -> bool) -> Vec<&ShapeEntry> {
        self.required.iter().filter(|entry| !is_there(entry)).collect()
    }
}

/// The edition of a tree, by the names at its top: each edition brings its own licence file.
/// `None` if neither is there, or both.
#[must_use]
pub fn edition_of<'n>(names: impl IntoIterator<Item = &'n str>) -> Option<Edition> {
    let mut found: Vec<Edition> = names
        .into_iter()
        .filter_map(|name| LICENCES.iter().find(|(file, _)| *file == name))
        .map(|(_, edition)| *edition)
        .collect();
    found.dedup();
    match found.as_slice() {
        [edition] => Some(*edition),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn required(version: &str) -> String {
        let shape = Shape::of(&version.parse().unwrap());
        let paths: Vec<&str> = shape.required.iter().map(|it| it.path.as_str()).collect();
        paths.join(" ")
    }

    fn written(version: &str) -> String {
        let shape = Shape::of(&version.parse().unwrap());
        let paths: Vec<&str> = shape.written.iter().map(RelPath::as_str).collect();
        paths.join(" ")
    }

    #[test]
    fn what_must_be_there_by_version() {
        let cases = [
            ("2.2.0", "bin/platform config/config.json web/static config"),
            ("3.10.3", "bin/platform config/config.json webapp/dist config fonts i18n templates"),
            ("4.10.0", "bin/platform config/config.json client config fonts i18n templates"),
            ("10.11.4", "bin/mattermost config/config.json client config fonts i18n templates"),
        ];
        for (version, paths) in cases {
            assert_eq!(required(version), paths, "{version}");
        }
    }

    #[test]
    fn where_servers_write_by_version() {
        let cases = [
            ("3.10.3", "config data logs"),
            ("4.3.0", "client config data logs"),
            ("4.4.0", "client config data logs plugins"),
            ("7.8.0", "client client/plugins config data logs plugins"),
        ];
        for (version, paths) in cases {
            assert_eq!(written(version), paths, "{version}");
        }
    }

    #[test]
    fn only_what_is_not_there_is_missing() {
        let shape = Shape::of(&Version::new(7, 8, 0));
        let missing = shape.missing(|entry| entry.kind != EntryKind::Program);
        let paths: Vec<&str> = missing.iter().map(|it| it.path.as_str()).collect();
        assert_eq!(paths, ["bin/mattermost"]);
        assert!(shape.missing(|_| true).is_empty());
    }

    #[test]
    fn the_licence_file_tells_the_edition() {
        let team = ["NOTICE.txt", "MIT-COMPILED-LICENSE.md", "bin"];
        let enterprise = ["ENTERPRISE-EDITION-LICENSE.txt", "bin"];
        assert_eq!(edition_of(team), Some(Edition::Team));
        assert_eq!(edition_of(enterprise), Some(Edition::Enterprise));
        assert_eq!(edition_of(["bin"]), None);
        assert_eq!(edition_of(team.into_iter().chain(enterprise)), None);
    }
}
