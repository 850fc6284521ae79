//! A published release of the server: version, edition, and the file it comes in.
//! Nothing here is opened or fetched.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::version::Version;

/// Which of the two published builds a release is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Edition {
    /// Built from the open source alone.
    Team,
    /// With the commercial code, active or not.
    Enterprise,
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Team => "team",
            Self::Enterprise => "enterprise",
        })
    }
}

/// A release as it is named: one version in one edition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Release {
    /// Its version.
    pub version: Version,
    /// Its edition.
    pub edition: Edition,
}

impl Release {
    /// What a published file name says about the release inside.
    ///
    /// The names are those of the version archive: `mattermost-team-X-linux-amd64.tar.gz` is the Team Edition,
    /// `mattermost-X-…` and `mattermost-enterprise-X-…` are the Enterprise Edition. `None` for any other name.
    #[must_use]
    pub fn from_file_name(name: &str) -> Option<Self> {
        let stem = name.strip_suffix(".tar.gz")?.strip_prefix("mattermost-")?;
        let (edition, rest) = match stem.strip_prefix("team-") {
            Some(rest) => (Edition::Team, rest),
            None => (Edition::Enterprise, stem.strip_prefix("enterprise-").unwrap_or(stem)),
        };
        let (version, _platform) = rest.split_once("-linux-")?;
        Some(Self { version: version.parse().ok()?, edition })
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mattermost {} ({} edition)", self.version, self.edition)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_names_tell_version_and_edition() {
        let cases = [
            ("mattermost-team-10.11.4-linux-amd64.tar.gz", "10.11.4", Edition::Team),
            ("mattermost-10.11.4-linux-amd64.tar.gz", "10.11.4", Edition::Enterprise),
            ("mattermost-enterprise-2.1.0-linux-amd64.tar.gz", "2.1.0", Edition::Enterprise),
            ("mattermost-team-11.0.0-rc1-linux-arm64.tar.gz", "11.0.0-rc1", Edition::Team),
        ];
        for (name, version, edition) in cases {
            let version = version.parse().unwrap();
            assert_eq!(Release::from_file_name(name), Some(Release { version, edition }), "{name}");
        }
    }

    #[test]
    fn other_names_tell_nothing() {
        for name in ["mattermost.tar.gz", "release.zip", "mattermost-team-10-linux-amd64.tar.gz"] {
            assert_eq!(Release::from_file_name(name), None, "{name}");
        }
    }
}
