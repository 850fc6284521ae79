//! Who a server says it is, and whether that is who it should be.
//! Nothing here knows where the answer came from: a version command or a running server's header.

use crate::model::Version;

/// The two numbers every server tells about itself.
///
/// The first is not the release's number: official servers of many years print `X.Y.0` for every patch of `X.Y`
/// (observed on real servers: 3.5.1 prints 3.5.0, 3.10.3 prints 3.10.0). The build number of official builds is the
/// release's full number; builds made by others say `dev`, a counter, or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildIdentity {
    /// What is printed as `Version`.
    pub version: Version,
    /// What is printed as `Build Number`, verbatim.
    pub build_number: String,
}

/// Is the server the one it should be?
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdentityVerdict {
    /// Down to the patch.
    Equal,
    /// Major and minor are right; the server does not tell its patch.
    SameMinor,
    /// Another release.
    Different {
        /// Which, as far as it tells.
        seen: Version,
    },
}

/// Releases whose `Version` is that of another release: (release, what it prints).
/// Vendor documentation (important upgrade notes, row v5.31.0); server source (4.7.2).
const MISPRINTS: &[(Version, Version)] = &[
    (Version::new(4, 7, 2), Version::new(4, 7, 1)),
    (Version::new(5, 31, 0), Version::new(5, 30, 0)),
    (Version::new(5, 31, 1), Version::new(5, 30, 0)),
    (Version::new(5, 31, 2), Version::new(5, 30, 0)),
];

impl BuildIdentity {
    /// The release's number as far as the server tells it: the build number where that is a full version,
    /// else the printed version.
    #[must_use]
    pub fn release_version(&self) -> Version {
        self.patch_level().unwrap_or_else(|| self.version.clone())
    }

    /// The build number, if it is a full version and not a counter or `dev`.
    fn patch_level(&self) -> Option<Version> {
        self.build_number.trim().parse().ok()
    }

    /// Compares with the release that it should be.
    #[must_use]
    pub fn matches(&self, expected: &Version) -> IdentityVerdict {
        let told = self.patch_level();
        if told.as_ref() == Some(expected) {
            return IdentityVerdict::Equal;
        }
        let misprinted = MISPRINTS
            .iter()
            .any(|(release, printed)| release == expected && *printed == self.version);
        if misprinted && told.as_ref().is_none_or(|told| *told == self.version) {
            return IdentityVerdict::SameMinor;
        }
        if told.is_none() {
            return self.matches_without_patch(expected);
        }
        IdentityVerdict::Different { seen: self.release_version() }
    }

    /// A printed patch other than zero is a real one; zero stands for any patch.
    fn matches_without_patch(&self, expected: &Version) -> IdentityVerdict {
        let same_minor =
            self.version.major() == expected.major() && self.version.minor() == expected.minor();
        if same_minor && self.version.patch() == 0 {
            IdentityVerdict::SameMinor
        } else if self.version == *expected {
            IdentityVerdict::Equal
        } else {
            IdentityVerdict::Different { seen: self.version.clone() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn identities_are_compared_down_to_the_patch_where_one_is_told() {
        use IdentityVerdict::{Equal, SameMinor};
        let different = |seen: &str| IdentityVerdict::Different { seen: version(seen) };
        let cases = [
            ("3.10.0", "3.10.3", "3.10.3", Equal),
            ("3.10.0", "3.10.3", "3.10.2", different("3.10.3")),
            ("3.10.0", "dev", "3.10.3", SameMinor),
            ("3.10.0", "", "3.10.0", SameMinor),
            ("3.10.0", "dev", "3.9.0", different("3.10.0")),
            ("3.5.0", "1234", "3.5.1", SameMinor),
            ("10.11.4", "dev", "10.11.4", Equal),
            ("10.11.4", "dev", "10.11.5", different("10.11.4")),
            ("10.11.4", "10.11.4", "10.11.4", Equal),
            ("11.0.0", "11.0.0-rc1", "11.0.0", different("11.0.0-rc1")),
            ("11.0.0", "11.0.0-rc1", "11.0.0-rc1", Equal),
            ("4.7.1", "4.7.2", "4.7.2", Equal),
            ("4.7.1", "dev", "4.7.2", SameMinor),
            ("5.30.0", "5.31.1", "5.31.1", Equal),
            ("5.30.0", "5.30.0", "5.31.0", SameMinor),
            ("5.30.0", "dev", "5.31.2", SameMinor),
            ("5.30.0", "5.30.0", "5.31.3", different("5.30.0")),
            ("5.30.0", "5.31.1", "5.31.0", different("5.31.1")),
        ];
        for (printed, build, expected, verdict) in cases {
            let identity =
                BuildIdentity { version: version(printed), build_number: build.to_owned() };
            assert_eq!(
                identity.matches(&version(expected)),
                verdict,
                "{printed} ({build}) against {expected}"
            );
        }
    }
}
