//! A line of releases: those that differ in the third number only.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::version::Version;

/// The first two numbers of a version, which all patch releases of a line share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReleaseLine {
    /// The first number.
    pub major: u64,
    /// The second number.
    pub minor: u64,
}

/// How a line is supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineKind {
    /// For about three months.
    Feature,
    /// As a feature release; so named between 2018 and 2020, where it brought no features.
    Quality,
    /// As a feature release; the first line of a new major version.
    Major,
    /// Extended support, for about a year.
    Esr,
}

/// Why a text names no line, or no kind of line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseLineError {
    /// Not two numbers.
    #[error("{text:?} is no line of releases: expected two numbers such as 10.11")]
    Line {
        /// What was given.
        text: String,
    },
    /// Not a kind.
    #[error("{text:?} is no kind of line: expected feature, quality, major or esr")]
    Kind {
        /// What was given.
        text: String,
    },
}

impl ReleaseLine {
    /// The line of a version.
    #[must_use]
    pub const fn of(version: &Version) -> Self {
        Self { major: version.major(), minor: version.minor() }
    }
}

impl LineKind {
    const NAMED: [(Self, &'static str); 4] = [
        (Self::Feature, "feature"),
        (Self::Quality, "quality"),
        (Self::Major, "major"),
        (Self::Esr, "esr"),
    ];
}

impl FromStr for ReleaseLine {
    type Err = ReleaseLineError;

    fn from_str(text: &str) -> Result<Self, ReleaseLineError> {
        let number = |text: &str| match text {
            "0" => Some(0),
            _ if text.starts_with(['0', '+']) => None,
            _ => text.parse().ok(),
        };
        let numbers = text.split_once('.').map(|(major, minor)| (number(major), number(minor)));
        match numbers {
            Some((Some(major), Some(minor))) => Ok(Self { major, minor }),
            Some(_) | None => Err(ReleaseLineError::Line { text: text.to_owned() }),
        }
    }
}

impl fmt::Display for ReleaseLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl FromStr for LineKind {
    type Err = ReleaseLineError;

    fn from_str(text: &str) -> Result<Self, ReleaseLineError> {
        let named = Self::NAMED.into_iter().find(|(_, name)| *name == text);
        named.map(|(kind, _)| kind).ok_or_else(|| ReleaseLineError::Kind { text: text.to_owned() })
    }
}

impl fmt::Display for LineKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = Self::NAMED.into_iter().find(|(kind, _)| kind == self);
        f.write_str(named.map_or("", |(_, name)| name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_two_plain_numbers() {
        let line = ReleaseLine { major: 10, minor: 11 };
        assert_eq!("10.11".parse(), Ok(line));
        assert_eq!(line.to_string(), "10.11");
        assert_eq!(ReleaseLine::of(&Version::new(10, 11, 4)), line);
        assert_eq!("0.5".parse::<ReleaseLine>().unwrap().major, 0);
        for text in ["", "10", "10.", "10.11.4", "10.+1", "10.01", "v10.11"] {
            assert!(text.parse::<ReleaseLine>().is_err(), "{text}");
        }
    }

    #[test]
    fn kinds_read_back() {
        for (kind, name) in LineKind::NAMED {
            assert_eq!((kind.to_string().as_str(), name.parse()), (name, Ok(kind)));
        }
    }
}
