//! Which versions something is about, as text that people write: `>=10.12.0 <11.6.5 or =11.8.0`.
//! Nothing here knows which versions exist.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

use crate::model::{Version, VersionError};

/// Some versions.
///
/// `*` is every one. Otherwise: comparisons with `<`, `<=`, `>`, `>=` or `=`, and `!` for all but one, all of which have to hold; `or`
/// stands between several such lists. A pre-release is where its release is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct VersionRange {
    text: String,
    /// One of these lists has to hold as a whole.
    alternatives: Vec<Vec<(Comparison, Version)>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Less,
    AtMost,
    More,
    AtLeast,
    Is,
    IsNot,
}

/// Why a text names no versions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VersionRangeError {
    /// A piece that compares nothing.
    #[error("{piece:?} is no comparison: expected one such as >=10.11.4")]
    Comparison {
        /// The piece.
        piece: String,
    },
    /// Something is compared with what is no version.
    #[error(transparent)]
    Version(#[from] VersionError),
    /// Nothing is named.
    #[error("no versions are named; * names all of them")]
    Empty,
}

/// The longer ones first: `<=` begins with `<`.
const COMPARISONS: [(&str, Comparison); 6] = [
    ("<=", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("<", Comparison::Less),
    (">", Comparison::More),
    ("=", Comparison::Is),
    ("!", Comparison::IsNot),
];

impl VersionRange {
    /// Is this one of them?
    #[must_use]
    pub fn contains(&self, version: &Version) -> bool {
        let version = release_of(version);
        let holds = |(comparison, bound): &(Comparison, Version)| match comparison {
            Comparison::Less => version < *bound,
            Comparison::AtMost => version <= *bound,
            Comparison::More => version > *bound,
            Comparison::AtLeast => version >= *bound,
            Comparison::Is => version == *bound,
            Comparison::IsNot => version != *bound,
        };
        self.alternatives.iter().any(|all| all.iter().all(holds))
    }
}

/// The release that a pre-release leads to; a release itself otherwise.
pub(super) const fn release_of(version: &Version) -> Version {
    Version::new(version.major(), version.minor(), version.patch())
}

fn comparison(piece: &str) -> Result<(Comparison, Version), VersionRangeError> {
    let found = COMPARISONS.iter().find_map(|(sign, comparison)| {
        piece.strip_prefix(sign).map(|version| (*comparison, version))
    });
    let (comparison, version) =
        found.ok_or_else(|| VersionRangeError::Comparison { piece: piece.to_owned() })?;
    Ok((comparison, version.parse()?))
}

impl FromStr for VersionRange {
    type Err = VersionRangeError;

    fn from_str(text: &str) -> Result<Self, VersionRangeError> {
        let read = |list: &str| match list.trim() {
            "" => Err(VersionRangeError::Empty),
            "*" => Ok(Vec::new()),
            list => list.split_whitespace().map(comparison).collect(),
        };
        let alternatives = text.split(" or ").map(read).collect::<Result<_, _>>()?;
        Ok(Self { text: text.to_owned(), alternatives })
    }
}

impl TryFrom<String> for VersionRange {
    type Error = VersionRangeError;

    fn try_from(text: String) -> Result<Self, VersionRangeError> {
        text.parse()
    }
}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_in_or_out() {
        for (range, version, expected) in [
            ("*", "0.5.0", true),
            ("<5.37.10", "5.37.9", true),
            ("<5.37.10", "5.37.10", false),
            ("<=5.37.10", "5.37.10", true),
            (">1.2.1", "1.2.1", false),
            ("=1.0.0 or =1.1.1", "1.1.1", true),
            ("=1.0.0 or =1.1.1", "1.1.0", false),
            (">=1.1.0 !1.1.1", "1.1.1", false),
            (">=1.1.0 !1.1.1", "1.2.0", true),
            (">=10.12.0 <11.6.5 or >=11.7.0 <11.7.3", "11.6.5", false),
            (">=10.12.0 <11.6.5 or >=11.7.0 <11.7.3", "11.7.2", true),
            (">=11.0.0", "11.0.0-rc1", true),
            ("<11.0.0", "11.0.0-rc1", false),
        ] {
            let range: VersionRange = range.parse().unwrap();
            assert_eq!(range.contains(&version.parse().unwrap()), expected, "{version} in {range}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", " ", "5.37.10", ">=5.37", "=>5.37.0", "* or ", ">= 5.37.0", "~5.37.0"] {
            assert!(text.parse::<VersionRange>().is_err(), "{text:?}");
        }
    }
}
