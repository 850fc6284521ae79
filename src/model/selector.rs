//! Which release somebody wants, in their words.
//! Which one that is, the catalogue says.

use std::fmt;
use std::str::FromStr;

use super::release_line::ReleaseLine;
use super::version::Version;

/// A wish for a release of a catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReleaseSelector {
    /// This very version.
    Exact(Version),
    /// The latest patch release of a line.
    Line(ReleaseLine),
    /// The latest release.
    Latest,
    /// The latest release of the latest line with extended support.
    Esr,
}

/// Why a text is no [`ReleaseSelector`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} names no release: expected a version such as 10.11.4, a line such as 10.11, `latest` or `esr`"
)]
pub struct ReleaseSelectorError {
    text: String,
}

impl FromStr for ReleaseSelector {
    type Err = ReleaseSelectorError;

    fn from_str(text: &str) -> Result<Self, ReleaseSelectorError> {
        match text {
            "latest" => Ok(Self::Latest),
            "esr" => Ok(Self::Esr),
            _ => {
                let exact = text.parse().map(Self::Exact).ok();
                let named = exact.or_else(|| text.parse().map(Self::Line).ok());
                named.ok_or_else(|| ReleaseSelectorError { text: text.to_owned() })
            }
        }
    }
}

impl fmt::Display for ReleaseSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(version) => version.fmt(f),
            Self::Line(line) => line.fmt(f),
            Self::Latest => f.write_str("latest"),
            Self::Esr => f.write_str("esr"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_lines_and_words_are_told_apart() {
        for text in ["10.11.4", "10.11", "latest", "esr"] {
            assert_eq!(text.parse::<ReleaseSelector>().unwrap().to_string(), text);
        }
        assert_eq!("11.0.0-rc1".parse(), Ok(ReleaseSelector::Exact("11.0.0-rc1".parse().unwrap())));
        for text in ["", "v10.11", "newest", "./10.11", "mattermost.tar.gz"] {
            assert!(text.parse::<ReleaseSelector>().is_err(), "{text}");
        }
    }
}
