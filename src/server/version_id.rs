//! The header with which every answer of a running server names its build.
//! Nothing is asked here.

use std::str::FromStr;

use crate::model::Version;

use super::identity::BuildIdentity;

/// The value of the header `X-Version-Id`: `<version>.<build number>.<hash of the client config>.<licensed>`.
///
/// Observed on real servers 3.10 to 7.8, e.g. `6.3.0.6.3.0.50620f1f7daef2a3f93826f74cc70a5d.false`; 3.5 leaves off the
/// last part, and 3.3 and before have no build number (server source). A build number may have dots or none (`dev`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionId {
    /// Version and build number.
    pub identity: BuildIdentity,
    /// The hash: it changes when the client's part of the configuration does.
    pub config_hash: String,
    /// Is a licence active? Not told before 4.1.
    pub licensed: Option<bool>,
}

/// Why a text is not a [`VersionId`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a version header of a Mattermost server")]
pub struct VersionIdError {
    text: String,
}

impl VersionId {
    /// The release's number; see [`BuildIdentity::release_version`].
    #[must_use]
    pub fn build_version(&self) -> Version {
        self.identity.release_version()
    }
}

impl FromStr for VersionId {
    type Err = VersionIdError;

    fn from_str(text: &str) -> Result<Self, VersionIdError> {
        let malformed = || VersionIdError { text: text.chars().take(100).collect() };
        let mut parts: Vec<&str> = text.trim().split('.').collect();
        let licensed = match parts.last() {
            Some(&"true") => Some(true),
            Some(&"false") => Some(false),
            _ => None,
        };
        if licensed.is_some() {
            parts.pop();
        }
        let config_hash = parts.pop().ok_or_else(malformed)?.to_owned();
        let (version, build) = parts.split_at_checked(3).ok_or_else(malformed)?;
        Ok(Self {
            identity: BuildIdentity {
                version: version.join(".").parse().map_err(|_| malformed())?,
                build_number: build.join("."),
            },
            config_hash,
            licensed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_all_ages_are_read() {
        let cases = [
            (
                "3.10.0.3.10.3.d137dbb636edc3a4d73091ff4e4d0ee3.false",
                "3.10.0",
                "3.10.3",
                Some(false),
            ),
            ("6.3.0.6.3.0.50620f1f7daef2a3f93826f74cc70a5d.true", "6.3.0", "6.3.0", Some(true)),
            ("3.5.0.3.5.1.d137dbb636edc3a4d73091ff4e4d0ee3", "3.5.0", "3.5.1", None),
            ("9.5.0.dev.50620f1f7daef2a3f93826f74cc70a5d.false", "9.5.0", "dev", Some(false)),
            (
                "11.0.0.11.0.0-rc1.50620f1f7daef2a3f93826f74cc70a5d.false",
                "11.0.0",
                "11.0.0-rc1",
                Some(false),
            ),
            ("11.0.0..50620f1f7daef2a3f93826f74cc70a5d.false", "11.0.0", "", Some(false)),
            ("3.3.0.50620f1f7daef2a3f93826f74cc70a5d", "3.3.0", "", None),
            ("3.0.0.1466000000", "3.0.0", "", None),
        ];
        for (text, version, build, licensed) in cases {
            let id: VersionId = text.parse().unwrap();
            assert_eq!(id.identity.version.to_string(), version, "{text}");
            assert_eq!(id.identity.build_number, build, "{text}");
            assert_eq!(id.licensed, licensed, "{text}");
            assert_ne!(id.config_hash, "", "{text}");
        }
    }

    #[test]
    fn the_build_number_is_the_release() {
        let id: VersionId = "3.10.0.3.10.3.d137dbb636edc3a4d73091ff4e4d0ee3.false".parse().unwrap();
        assert_eq!(id.build_version(), Version::new(3, 10, 3));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "nginx", "1.2.3", "a.b.c.d.false", "5.9", "5.9.x.5.9.0.hash.false"] {
            assert!(text.parse::<VersionId>().is_err(), "{text}");
        }
    }
}
