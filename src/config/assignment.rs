//! `--set Section.Key=JSON`: one setting and its value, as typed.
//! The value may be a secret, and is never shown.

use std::fmt;
use std::str::FromStr;

use super::document::{Document, EditError, View, Written};
use super::setting::{SettingError, SettingPath};

/// A setting and the JSON value it shall have.
#[derive(Clone, PartialEq, Eq)]
pub struct Assignment {
    setting: SettingPath,
    json: String,
}

/// Why an argument is no assignment. Never contains the value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssignmentError {
    /// No `=` in it.
    #[error("expected Section.Key=JSON, with an equals sign between setting and value")]
    NoValue,
    /// The name is malformed.
    #[error("expected Section.Key=JSON")]
    Setting(#[from] SettingError),
    /// Only a section is named: setting it as a whole would drop everything else in it.
    #[error("{setting} is a section: name a setting in it, as in {setting}.Key=JSON")]
    Section {
        /// The section.
        setting: SettingPath,
    },
    /// The value is no JSON: most likely a text without its quotes.
    #[error(
        "the value of {setting} is not JSON; a text needs double quotes within single ones: '{setting}=\"…\"'"
    )]
    NoJson {
        /// The setting.
        setting: SettingPath,
    },
}

impl Assignment {
    /// The setting.
    #[must_use]
    pub const fn setting(&self) -> &SettingPath {
        &self.setting
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> View<'_> {
        View::of_json(&self.json)
    }

    /// Writes the value into a document, digits and escapes as typed.
    ///
    /// # Errors
    /// As [`Document::set_raw`].
    pub fn apply(&self, document: &mut Document) -> Result<Written, EditError> {
        document.set_raw(&self.setting, &self.json)
    }
}

impl FromStr for Assignment {
    type Err = AssignmentError;

    fn from_str(text: &str) -> Result<Self, AssignmentError> {
        let at = separator(text).ok_or(AssignmentError::NoValue)?;
        let (name, value) = text.split_at_checked(at).unwrap_or((text, ""));
        let setting: SettingPath = name.trim().parse()?;
        let json = value.strip_prefix('=').unwrap_or(value).trim_ascii();
        let valid = Document::empty().set_raw(&setting.child("value"), json).is_ok();
        if !valid {
            return Err(AssignmentError::NoJson { setting });
        }
        if setting.parts().len() == 1 {
            return Err(AssignmentError::Section { setting });
        }
        Ok(Self { setting, json: json.to_owned() })
    }
}

/// The first equals sign that is not in quotes.
pub(super) fn separator(text: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    text.bytes().position(|byte| {
        let ends = byte == b'=' && !quoted;
        quoted ^= byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

impl fmt::Debug for Assignment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Assignment({})", self.setting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setting_and_value_are_told_apart() {
        for (text, setting, value) in [
            ("A.b=1.10", "A.b", "1.10"),
            ("A.b=\"x=y\"", "A.b", "\"x=y\""),
            ("A.b = [1, 2] ", "A.b", "[1, 2]"),
            ("P.\"a=b.c\".d=null", "P.\"a=b.c\".d", "null"),
        ] {
            let assignment: Assignment = text.parse().unwrap();
            assert_eq!(assignment.setting().to_string(), setting, "{text}");
            assert_eq!(assignment.value().raw(), value, "{text}");
        }
    }

    #[test]
    fn a_bare_word_is_refused_with_advice_and_without_the_word() {
        let error = "TeamSettings.SiteName=canary".parse::<Assignment>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "the value of TeamSettings.SiteName is not JSON; a text needs double quotes within single ones: \
             'TeamSettings.SiteName=\"…\"'"
        );
        for text in [
            "A.b",
            "=1",
            "A..b=1",
            "A=1",
            "A.b=",
            "A.b=1 2",
            "A.b={\"x\":1,\"X\":2}",
            "A={\"b\": 1}",
        ] {
            assert!(text.parse::<Assignment>().is_err(), "{text}");
        }
        let assignment: Assignment = "A.Key=\"canary\"".parse().unwrap();
        assert!(!format!("{assignment:?}{error:?}").contains("canary"));
    }
}
