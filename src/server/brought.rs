//! What releases bring, by name: enough to conclude from a tree which of its files came with the release.
//! No tree is looked at here.

use crate::model::{RelPath, Version};

use super::timeline::{Since, at, since};

/// Server source (build files): the directories that come from a release with all that is in them. `webapp` is listed
/// for ever: where it lies beside `client`, an upgrade done by hand has left it.
const WHOLE: &[Since<&[&str]>] = &[
    since(0, 0, &["api", "i18n", "web", "webapp"]),
    since(3, 0, &["client", "fonts", "i18n", "prepackaged_plugins", "templates", "webapp"]),
];

/// Server source (build files), over all versions. Of `bin` and `config` a release brings these files and no others; `logs`
/// comes empty.
const DIRECTORIES: &[&str] = &["bin", "config", "logs"];

const FILES: &[&str] = &[
    "ENTERPRISE-EDITION-LICENSE.txt",
    "MIT-COMPILED-LICENSE.md",
    "NOTICE.txt",
    "README.md",
    "bin/mattermost",
    "bin/mmctl",
    "bin/platform",
    "config/README.md",
    "config/build.txt",
    "config/cloud_defaults.json",
    "config/default.json",
    "config/timezones.json",
    "manifest.txt",
];

/// What releases of one version bring, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brought {
    whole: Vec<RelPath>,
}

impl Brought {
    /// What releases of this version bring.
    #[must_use]
    pub fn by(version: &Version) -> Self {
        let names: &[&str] = at(WHOLE, version).copied().unwrap_or_default();
        Self { whole: names.iter().map(|name| RelPath::here().join(name)).collect() }
    }

    /// Would a directory at this path be the release's? What is in it need not be.
    #[must_use]
    pub fn directory(&self, path: &RelPath) -> bool {
        DIRECTORIES.contains(&path.as_str()) || self.is_whole(path)
    }

    /// Would a file at this path be the release's? The configuration is not: the server has rewritten it.
    #[must_use]
    pub fn file(&self, path: &RelPath) -> bool {
        FILES.contains(&path.as_str()) || (self.is_whole(path) && !self.whole.contains(path))
    }

    fn is_whole(&self, path: &RelPath) -> bool {
        self.whole.iter().any(|top| path.is_within(top))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_releases_is_told_by_its_name() {
        for (version, path, directory, file) in [
            ("9.11.0", "client", true, false),
            ("9.11.0", "client/files/a.js", true, true),
            ("9.11.0", "client-own", false, false),
            ("9.11.0", "webapp/dist", true, true),
            ("9.11.0", "web/static", false, false),
            ("2.2.0", "web/static", true, true),
            ("9.11.0", "config", true, false),
            ("9.11.0", "config/config.json", false, false),
            ("9.11.0", "config/README.md", false, true),
            ("9.11.0", "config/tls.key", false, false),
            ("9.11.0", "bin/mattermost", false, true),
            ("9.11.0", "bin/restart.sh", false, false),
            ("9.11.0", "data", false, false),
            ("9.11.0", "logs", true, false),
            ("9.11.0", "logs/mattermost.log", false, false),
            ("9.11.0", "README.md", false, true),
        ] {
            let (brought, path) =
                (Brought::by(&version.parse().unwrap()), path.parse::<RelPath>().unwrap());
            assert_eq!(brought.directory(&path), directory, "{version} {path}");
            assert_eq!(brought.file(&path), file, "{version} {path}");
        }
    }
}
