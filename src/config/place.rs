//! The places of the directories that the server writes to, and how each version wants them spelled.
//! Nothing is moved here.

use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::model::{PlaceName, RelPath, Version};

/// Where a directory is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Where {
    /// In the tree, where the release has it.
    InTree,
    /// At an absolute path.
    At(PathBuf),
}

/// A directory and where it is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placement {
    /// The directory.
    pub name: PlaceName,
    /// Its place.
    pub at: Where,
}

/// Why a path cannot be the place of a directory: rule C-DIR.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path:?} cannot hold {name}: {why} (rule C-DIR)")]
pub struct PlaceError {
    /// The directory.
    pub name: PlaceName,
    /// The path.
    pub path: String,
    /// What is wrong with it.
    pub why: &'static str,
}

/// Directories of the system, none of which may become or contain nothing but a directory of the server.
const SYSTEM: &[&str] = &[
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/lib32",
    "/lib64",
    "/media",
    "/mnt",
    "/opt",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/srv",
    "/sys",
    "/tmp",
    "/usr",
    "/usr/bin",
    "/usr/lib",
    "/usr/local",
    "/usr/sbin",
    "/usr/share",
    "/var",
    "/var/cache",
    "/var/lib",
    "/var/log",
    "/var/opt",
    "/var/run",
    "/var/spool",
    "/var/tmp",
];

/// Below these nothing of the server may lie at all.
const UNTOUCHABLE: &[&str] = &["/boot", "/dev", "/proc", "/sys"];

impl PlaceName {
    /// The settings that point there; not every version has every one.
    #[must_use]
    pub const fn settings(self) -> &'static [&'static str] {
        match self {
            Self::Data => &["FileSettings.Directory", "ServiceSettings.StorageDirectory"],
            Self::Logs => &["LogSettings.FileLocation", "NotificationLogSettings.FileLocation"],
            Self::Plugins => &["PluginSettings.Directory"],
            Self::ClientPlugins => &["PluginSettings.ClientDirectory"],
            Self::Compliance => &["ComplianceSettings.Directory"],
            Self::Exports => &["FileSettings.ExportDirectory"],
            Self::SearchIndex => &["BleveSettings.IndexDir"],
        }
    }

    /// The value that the release ships.
    #[must_use]
    pub const fn shipped(self) -> &'static str {
        match self {
            Self::Data | Self::Compliance | Self::Exports => "./data/",
            Self::Logs | Self::SearchIndex => "",
            Self::Plugins => "./plugins",
            Self::ClientPlugins => "./client/plugins",
        }
    }

    /// The directory in the tree that an unset value means; `None` where unset means none at all, or is an error.
    #[must_use]
    pub const fn when_unset(self) -> Option<&'static str> {
        match self {
            Self::Logs => Some("logs"),
            Self::Data
            | Self::Compliance
            | Self::Exports
            | Self::SearchIndex
            | Self::Plugins
            | Self::ClientPlugins => None,
        }
    }

    /// How this version wants an absolute directory spelled here.
    ///
    /// Before 3.8 the log location is the name of a file. From 3.8 to 4.1, and perhaps up to 4.4, the server appends the
    /// file's name without a slash of its own. Up to 5.x it appends one to the data directory, in memory only.
    #[must_use]
    pub fn spell(self, directory: &str, version: &Version) -> String {
        let plain = directory.trim_end_matches('/');
        match self {
            Self::Logs if !version.is_at_least(3, 8) => format!("{plain}/mattermost.log"),
            Self::Logs if !version.is_at_least(4, 5) => format!("{plain}/"),
            Self::Data | Self::Compliance | Self::Exports => format!("{plain}/"),
            Self::Logs | Self::Plugins | Self::ClientPlugins | Self::SearchIndex => {
                plain.to_owned()
            }
        }
    }
}

/// Where a value of config.json points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    /// Into the tree. Only logs can lie directly in it.
    InTree(RelPath),
    /// Outside: a normalised absolute path.
    Outside(String),
}

/// Resolves a value as the server does: against its working directory, the tree. `~` and `$VAR` are plain names to it.
///
/// # Errors
/// Rule C-DIR: the tree itself, a directory of the system, or something that is no path.
pub(super) fn resolve(name: PlaceName, value: &str, tree: &Path) -> Result<Spot, PlaceError> {
    let refuse = |why| PlaceError { name, path: value.to_owned(), why };
    if value.contains('\0') {
        return Err(refuse("it contains a NUL character"));
    }
    let absolute = normalise(&tree.join(value));
    if let Ok(below) = absolute.strip_prefix(tree) {
        let below: RelPath =
            below.to_string_lossy().parse().map_err(|_not_plain| refuse("it is no plain path"))?;
        return match below.as_str() {
            "" if name != PlaceName::Logs => Err(refuse("it is the tree of the release itself")),
            _ => Ok(Spot::InTree(below)),
        };
    }
    // Logs in /var/log itself are nobody's mistake, and are not moved from there.
    if name != PlaceName::Logs {
        check_outside(name, &absolute, tree)?;
    }
    Ok(Spot::Outside(absolute.to_string_lossy().into_owned()))
}

/// May a directory be placed here?
///
/// # Errors
/// Rule C-DIR: not an absolute, plain path; a directory of the system; the tree, something in it or around it.
pub fn check_place(name: PlaceName, path: &Path, tree: &Path) -> Result<(), PlaceError> {
    let refuse = |why| Err(PlaceError { name, path: path.to_string_lossy().into_owned(), why });
    if path.to_str().is_none_or(|text| text.contains('\0')) {
        return refuse("it is not UTF-8, or contains a NUL character");
    }
    if !path.is_absolute() || normalise(path) != path {
        return refuse("it is not an absolute path without . and ..");
    }
    if path.starts_with(tree) {
        return refuse("it lies in the tree of the release, which is replaced as a whole");
    }
    check_outside(name, path, tree)
}

fn check_outside(name: PlaceName, path: &Path, tree: &Path) -> Result<(), PlaceError> {
    let is_stage = |part: Component<'_>| {
        let part = part.as_os_str().to_string_lossy();
        part.starts_with(".mattermost.staged-") || part.starts_with(".mattermost.retired-")
    };
    let why = if path == Path::new("/") || SYSTEM.iter().any(|top| Path::new(top) == path) {
        "it is a directory of the system"
    } else if UNTOUCHABLE.iter().any(|top| path.starts_with(top)) {
        "it lies in a directory of the system"
    } else if tree.starts_with(path) {
        "it contains the tree of the release"
    } else if path.components().any(is_stage) {
        "it lies in a staged or retired tree"
    } else {
        return Ok(());
    };
    Err(PlaceError { name, path: path.to_string_lossy().into_owned(), why })
}

/// The path without `.`, `..` and doubled slashes, by its text alone.
fn normalise(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "/opt/acme/embedded/mattermost";

    #[test]
    fn values_are_resolved_against_the_tree() {
        let spot = |value| resolve(PlaceName::Data, value, Path::new(TREE));
        let within = |path: &str| Ok(Spot::InTree(path.parse().unwrap()));
        assert_eq!(spot("./data/"), within("data"));
        assert_eq!(spot("data//x/../y"), within("data/y"));
        assert_eq!(spot("~/files"), within("~/files"));
        assert_eq!(spot("$HOME"), within("$HOME"));
        assert_eq!(spot("/opt/acme/embedded/mattermost/data"), within("data"));
        assert_eq!(spot("../files"), Ok(Spot::Outside("/opt/acme/embedded/files".into())));
        assert_eq!(spot("/srv/files/"), Ok(Spot::Outside("/srv/files".into())));
    }

    #[test]
    fn hopeless_directories_are_refused() {
        for value in [
            "",
            "/",
            "/etc",
            "/etc/",
            "/home",
            "/var/lib",
            ".",
            "./",
            "data/..",
            TREE,
            "..",
            "/opt/acme",
            "/proc/1",
            "/opt/acme/embedded/.mattermost.staged-1/data",
            "a\0b",
            "../../../../..",
        ] {
            let error = resolve(PlaceName::Data, value, Path::new(TREE)).unwrap_err();
            assert!(error.to_string().contains("C-DIR"), "{value}");
        }
        for path in ["data", "/srv/../etc", "/opt/acme/embedded/mattermost/data", "/srv", "/opt"] {
            assert!(
                check_place(PlaceName::Logs, Path::new(path), Path::new(TREE)).is_err(),
                "{path}"
            );
        }
        assert_eq!(
            check_place(PlaceName::Logs, Path::new("/var/opt/acme/logs"), Path::new(TREE)),
            Ok(())
        );
    }

    #[test]
    fn every_era_gets_its_spelling() {
        for (name, version, spelled) in [
            (PlaceName::Logs, "3.7.5", "/v/mattermost.log"),
            (PlaceName::Logs, "3.8.0", "/v/"),
            (PlaceName::Logs, "4.1.2", "/v/"),
            (PlaceName::Logs, "5.0.0", "/v"),
            (PlaceName::Data, "2.2.0", "/v/"),
            (PlaceName::Plugins, "10.11.0", "/v"),
        ] {
            assert_eq!(name.spell("/v/", &version.parse().unwrap()), spelled, "{name} {version}");
        }
    }
}
