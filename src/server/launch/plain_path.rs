//! A path that a unit and a script can name.
//! Nothing is looked up on a disk here.

use std::fmt;
use std::str::FromStr;

use crate::model::RelPath;

/// An absolute path without anything that a unit or a script would have to guess about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlainPath(String);

/// Why a path can stand in no unit and no script.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path:?} can be named neither by a unit nor by a script: {why}")]
pub struct PlainPathError {
    /// The path.
    pub path: String,
    /// What is in the way.
    pub why: &'static str,
}

impl FromStr for PlainPath {
    type Err = PlainPathError;

    fn from_str(path: &str) -> Result<Self, PlainPathError> {
        let refuse = |why| Err(PlainPathError { path: path.to_owned(), why });
        if !path.starts_with('/') {
            return refuse("it is not absolute");
        }
        if path.contains(char::is_control) {
            return refuse("it holds a line break or another control character");
        }
        if path.contains(['\\', '$', '`', '"', '*', '?', '[', ']']) {
            return refuse("it holds one of \\ $ ` \" * ? [ ]");
        }
        if path.trim_end() != path {
            return refuse("it ends in a blank");
        }
        Ok(Self(path.to_owned()))
    }
}

impl PlainPath {
    /// The path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What lies below it by this name, which the program itself spells out.
    pub(super) fn below(&self, name: &RelPath) -> Self {
        Self(format!("{}/{}", self.0.trim_end_matches('/'), name.as_str()))
    }

    /// Is it that directory, or below it?
    pub(super) fn is_within(&self, directory: &str) -> bool {
        self.0.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl fmt::Display for PlainPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_blanks_and_signs_is_plain_and_what_is_read_differently_is_not() {
        for path in ["/opt/acme", "/srv/my app/100% it's;#&~{}|<>(é)", "/"] {
            assert_eq!(path.parse::<PlainPath>().unwrap().as_str(), path);
        }
        for path in [
            "", "opt/acme", "/a\nb", "/a\tb", "/a\u{7f}", "/a\\b", "/$a", "/`a`", "/a\"b", "/a*",
            "/a ",
        ] {
            let error = path.parse::<PlainPath>().unwrap_err();
            assert_eq!(error.path, path);
        }
    }

    #[test]
    fn a_directory_holds_itself_and_what_is_below_it() {
        let path: PlainPath = "/home/acme".parse().unwrap();
        assert!(path.is_within("/home") && path.is_within("/home/acme"));
        assert!(!path.is_within("/home/ac") && !path.is_within("/root"));
    }
}
