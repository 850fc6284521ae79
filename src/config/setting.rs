//! The name of a setting: `Section.Key`, or deeper.
//! No document is looked at here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::document::text;
use super::scope::{Scope, fold};

/// Where a setting stands in config.json, from the section down.
///
/// Written with dots. A part that has a dot or another unusual character in it, as the names of plugins have,
/// is written in quotes, as a JSON string: `PluginSettings.PluginStates."com.mattermost.calls".Enable`.
/// The text form never contains a control character.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SettingPath(Vec<String>);

/// Why a text is not the name of a setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// Nothing between two dots, or nothing at all.
    #[error("{text:?} is not the name of a setting: a part of it is empty; expected Section.Key")]
    EmptyPart {
        /// What was given.
        text: String,
    },
    /// A quoted part that is no JSON string, or does not end where a part ends.
    #[error(
        "{text:?} is not the name of a setting: write a part with dots in it as Section.\"a.b\".Key"
    )]
    BadQuotes {
        /// What was given.
        text: String,
    },
}

impl SettingPath {
    /// A setting that the program itself names.
    ///
    /// # Panics
    /// If the text is not the name of a setting. What is read from outside goes through [`SettingPath::from_str`].
    #[must_use]
    pub fn known(text: &str) -> Self {
        text.parse().expect("a setting named in the program is spelled correctly")
    }

    /// The setting with these parts. `None` without any.
    #[must_use]
    pub fn from_parts<S: Into<String>>(parts: impl IntoIterator<Item = S>) -> Option<Self> {
        let parts: Vec<String> = parts.into_iter().map(Into::into).collect();
        (!parts.is_empty()).then_some(Self(parts))
    }

    /// The parts, section first. Never empty.
    #[must_use]
    pub fn parts(&self) -> &[String] {
        &self.0
    }

    /// The parts for themselves.
    pub(super) fn into_parts(self) -> Vec<String> {
        self.0
    }

    /// The section.
    #[must_use]
    pub fn section(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// The last part.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    /// This setting, one part deeper.
    #[must_use]
    pub fn child(&self, part: impl Into<String>) -> Self {
        let mut parts = self.0.clone();
        parts.push(part.into());
        Self(parts)
    }

    /// What holds this setting; `None` for a section.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (_, parts) = self.0.split_last()?;
        (!parts.is_empty()).then(|| Self(parts.to_vec()))
    }

    /// The form in which two names of one setting are equal: folded as the server folds it, the names of
    /// plugins and what lies below them exact.
    #[must_use]
    pub fn folded(&self) -> Self {
        let mut scope = Scope::Top;
        let fold_part = |part: &String| {
            let folded = if scope.folds() { fold(part).into_owned() } else { part.clone() };
            scope = scope.below(part);
            folded
        };
        Self(self.0.iter().map(fold_part).collect())
    }

    /// Is this the other setting, or does it lie below it: in that section, in that plugin?
    #[must_use]
    pub fn is_within(&self, above: &Self) -> bool {
        let mut scope = Scope::Top;
        let mut pairs = self.0.iter().zip(&above.0);
        self.0.len() >= above.0.len()
            && pairs.all(|(part, above)| {
                let same = scope.same_name(part, above);
                scope = scope.below(part);
                same
            })
    }

    /// Does the server read both as one setting?
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.is_within(other)
    }

    /// The name under which the tables of settings have it, all of whose names are ASCII: in lower case.
    pub(super) fn in_tables(&self) -> String {
        let mut name = self.0.join(".");
        name.make_ascii_lowercase();
        name
    }
}

impl FromStr for SettingPath {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let mut parts = Vec::new();
        let mut rest = text;
        loop {
            let (part, tail) = if rest.starts_with('"') {
                quoted_part(rest)
                    .ok_or_else(|| SettingError::BadQuotes { text: text.to_owned() })?
            } else {
                plain_part(rest)
            };
            if part.is_empty() && !rest.starts_with('"') {
                return Err(SettingError::EmptyPart { text: text.to_owned() });
            }
            parts.push(part);
            match tail {
                Some(tail) => rest = tail,
                None => return Ok(Self(parts)),
            }
        }
    }
}

fn plain_part(text: &str) -> (String, Option<&str>) {
    match text.split_once('.') {
        Some((part, tail)) => (part.to_owned(), Some(tail)),
        None => (text.to_owned(), None),
    }
}

/// The part in quotes at the start of `text`, and what follows its dot.
fn quoted_part(text: &str) -> Option<(String, Option<&str>)> {
    let mut parsed = serde_json::Deserializer::from_str(text).into_iter::<String>();
    let part = parsed.next()?.ok()?;
    let tail = text.get(parsed.byte_offset()..)?;
    match tail.strip_prefix('.') {
        Some(tail) => Some((part, Some(tail))),
        None => tail.is_empty().then_some((part, None)),
    }
}

impl fmt::Display for SettingPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            let plain = |letter: char| letter.is_alphanumeric() || "_-+/:@ ".contains(letter);
            if !part.is_empty() && part.chars().all(plain) && part.trim() == part {
                f.write_str(part)?;
            } else {
                f.write_str(&text::quote_visibly(part))?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for SettingPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for SettingPath {
    type Error = SettingError;

    fn try_from(text: String) -> Result<Self, SettingError> {
        text.parse()
    }
}

impl From<SettingPath> for String {
    fn from(path: SettingPath) -> Self {
        path.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_and_quoted_parts_are_read() {
        let path: SettingPath =
            r#"PluginSettings.PluginStates."com.x.calls".Enable"#.parse().unwrap();
        assert_eq!(path.parts(), ["PluginSettings", "PluginStates", "com.x.calls", "Enable"]);
        assert_eq!(SettingPath::known("A.B").parts(), ["A", "B"]);
        assert_eq!(SettingPath::known("A.\"\"").parts(), ["A", ""]);
    }

    #[test]
    fn malformed_names_are_refused() {
        for text in ["", ".", "A.", ".A", "A..B", "A.\"b", "A.\"b\"c", "\"\\x\""] {
            assert!(text.parse::<SettingPath>().is_err(), "{text}");
        }
    }

    #[test]
    fn names_are_compared_as_the_server_compares_them() {
        let same = |a: &str, b: &str| SettingPath::known(a).is_same_as(&SettingPath::known(b));
        assert!(same("ServiceSettings.SiteURL", "servicesettings.SiteUrl"));
        assert!(!same("PluginSettings.Plugins.a", "PluginSettings.Plugins.A"));
        assert!(same("PluginSettings.Plugins.a", "pluginSettings.plugins.a"));
    }

    #[test]
    fn a_terminal_cannot_be_driven_by_a_name() {
        let path = SettingPath::from_parts(["a\u{1b}[2J", "\u{202e}x\u{9b}"]).unwrap();
        assert_eq!(path.to_string(), r#""a\u001b[2J"."\u202ex\u009b""#);
    }

    proptest! {
        /// Comparing and folding are two ways of asking the same.
        #[test]
        fn names_are_the_same_where_their_folded_forms_are(
            parts in prop::collection::vec(("[aAkK\u{212a}]|PluginSettings|pluginsettings|Plugins|plugins", any::<bool>()), 1..5),
        ) {
            let one = SettingPath::from_parts(parts.iter().map(|(part, _)| part.clone())).unwrap();
            let other = |(part, upper): &(String, bool)| {
                if *upper { part.to_uppercase() } else { part.clone() }
            };
            let other = SettingPath::from_parts(parts.iter().map(other)).unwrap();
            prop_assert_eq!(one.is_same_as(&other), one.folded() == other.folded());
        }

        #[test]
        fn every_name_survives_its_text_form(parts in prop::collection::vec(any::<String>(), 1..4)) {
            let path = SettingPath::from_parts(parts).unwrap();
            prop_assert_eq!(path.to_string().parse::<SettingPath>().unwrap(), path);
        }

        #[test]
        fn two_names_are_the_same_if_their_folded_forms_are_equal(
            a in prop::collection::vec("[aAkK\u{212a}ıiß]|PluginSettings|plugins|Plugins", 1..4),
            b in prop::collection::vec("[aAkK\u{212a}ıiß]|pluginsettings|plugins|PLUGINS", 1..4),
        ) {
            let [a, b] = [a, b].map(|parts| SettingPath::from_parts(parts).unwrap());
            prop_assert_eq!(a.is_same_as(&b), a.folded() == b.folded());
        }
    }
}
