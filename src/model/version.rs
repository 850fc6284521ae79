//! A Mattermost version: its strict text form and its order.
//! Nothing here knows which versions exist or what they do.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The number of a Mattermost release, `MAJOR.MINOR.PATCH`, optionally with a pre-release such as `-rc1`.
///
/// Ordered as semantic versions are. Build metadata is refused, so that two versions are equal
/// exactly when their texts are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version(semver::Version);

/// Why a text is not a [`Version`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a Mattermost version: expected three numbers such as 10.11.4")]
pub struct VersionError {
    text: String,
}

impl Version {
    /// Later than every version: an end that is open, and where nobody says which version is meant, what is known last.
    pub const AFTER_ALL: Self = Self::new(u64::MAX, 0, 0);

    /// The version `major.minor.patch`.
    #[must_use]
    pub const fn new(major: u64, minor: u64, patch: u64) -> Self {
        Self(semver::Version::new(major, minor, patch))
    }

    /// A version, or a line of versions by its first release: `5.37` is 5.37.0.
    ///
    /// # Errors
    /// It is neither.
    pub fn of_line(text: &str) -> Result<Self, VersionError> {
        if text.split('.').count() == 2 { format!("{text}.0").parse() } else { text.parse() }
    }

    /// The first number.
    #[must_use]
    pub const fn major(&self) -> u64 {
        self.0.major
    }

    /// The second number.
    #[must_use]
    pub const fn minor(&self) -> u64 {
        self.0.minor
    }

    /// The third number.
    #[must_use]
    pub const fn patch(&self) -> u64 {
        self.0.patch
    }

    /// Does it precede the release whose numbers it has, as `11.0.0-rc1` does?
    #[must_use]
    pub fn is_prerelease(&self) -> bool {
        !self.0.pre.is_empty()
    }

    /// Is this version at least `major.minor.0`? Pre-releases of `major.minor.0` count as reached.
    #[must_use]
    pub const fn is_at_least(&self, major: u64, minor: u64) -> bool {
        self.0.major > major || (self.0.major == major && self.0.minor >= minor)
    }
}

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        semver::Version::parse(text)
            .ok()
            .filter(|version| version.build.is_empty())
            .map(Self)
            .ok_or_else(|| VersionError { text: text.to_owned() })
    }
}

impl TryFrom<String> for Version {
    type Error = VersionError;

    fn try_from(text: String) -> Result<Self, VersionError> {
        text.parse()
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.to_string()
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        assert!(version("10.9.0") < version("10.11.0"));
        assert!(version("10.5.0-rc1") < version("10.5.0"));
        assert!(version("5.9.0").is_at_least(5, 9));
        assert!(!version("5.8.9").is_at_least(5, 9));
    }

    #[test]
    fn other_forms_are_refused_by_name() {
        for text in ["v9.5.0", "10.05.0", "9.5", "9.5.0+ent", "latest", "", " 9.5.0"] {
            let error = text.parse::<Version>().unwrap_err();
            assert!(error.to_string().contains(&format!("{text:?}")), "{error}");
        }
    }
}
