//! How the server compares names at a place of config.json, and where a setting ends and its value begins.
//! Nothing is looked up here: only the names on the way down count.

use std::borrow::Cow;

/// A place of the document, as far as names are concerned.
///
/// Go's `encoding/json` fills structs by names compared without case, and maps by exact names. Three places are maps:
/// `PluginSettings.Plugins`, `PluginSettings.PluginStates`, and every `AdvancedLoggingJSON`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// The document itself.
    Top,
    /// The section `PluginSettings`.
    Plugins,
    /// Any other struct.
    Struct,
    /// A map whose entries count as settings for this many more levels.
    Map {
        /// 2 for the map of all plugins, 1 for one plugin, 0 where a value begins.
        levels: u8,
    },
}

impl Scope {
    /// The scope below the member `name`.
    pub(super) fn below(self, name: &str) -> Self {
        match self {
            Self::Top if is_called(name, "PluginSettings") => Self::Plugins,
            Self::Plugins if is_called(name, "Plugins") || is_called(name, "PluginStates") => {
                Self::Map { levels: 2 }
            }
            Self::Map { levels } => Self::Map { levels: levels.saturating_sub(1) },
            Self::Struct if is_called(name, "AdvancedLoggingJSON") => Self::Map { levels: 0 },
            Self::Top | Self::Plugins | Self::Struct => Self::Struct,
        }
    }

    /// Does an object at this place hold settings of its own, rather than being one value?
    pub(super) const fn holds_settings(self) -> bool {
        !matches!(self, Self::Map { levels: 0 })
    }

    /// Do these names mean the same member here?
    pub(super) fn same_name(self, a: &str, b: &str) -> bool {
        a == b || (self.folds() && same_fold(a, b))
    }

    /// Are names compared without case here?
    pub(super) const fn folds(self) -> bool {
        !matches!(self, Self::Map { .. })
    }
}

/// The form in which names are compared without case: Unicode simple folding, as Go does it.
pub(super) fn fold(name: &str) -> Cow<'_, str> {
    if name.is_ascii() {
        if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Cow::Owned(name.to_ascii_lowercase());
        }
        return Cow::Borrowed(name);
    }
    Cow::Owned(name.chars().map(fold_char).collect())
}

/// Is this another spelling of an ASCII name? None of those is shorter.
fn is_called(name: &str, ascii: &str) -> bool {
    name.len() >= ascii.len() && same_fold(name, ascii)
}

fn same_fold(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || (!(a.is_ascii() && b.is_ascii()) && fold(a) == fold(b))
}

/// Upper case first, so that the letters with two lower forms (`ſ`, `ς`) meet. The `ı` without a dot has the upper form of
/// another letter, and is no form of it.
fn fold_char(letter: char) -> char {
    if letter == 'ı' {
        return letter;
    }
    let upper = only(letter.to_uppercase()).unwrap_or(letter);
    only(upper.to_lowercase()).unwrap_or(upper)
}

fn only(mut letters: impl Iterator<Item = char>) -> Option<char> {
    let first = letters.next();
    first.filter(|_| letters.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fold_as_go_folds_them() {
        for (a, b, same) in [
            ("SiteURL", "siteurl", true),
            ("K", "\u{212a}", true),
            ("s", "\u{17f}", true),
            ("é", "É", true),
            ("é", "e\u{301}", false),
            ("ß", "ss", false),
            ("ß", "ẞ", true),
            ("ς", "σ", true),
            ("i", "ı", false),
            ("I", "ı", false),
            ("i", "İ", false),
        ] {
            assert_eq!(same_fold(a, b), same, "{a} {b}");
        }
    }

    #[test]
    fn plugin_maps_are_exact_and_sections_are_not() {
        let plugins = Scope::Top.below("pluginsettings").below("plugins");
        assert!(!plugins.same_name("a", "A"));
        assert!(Scope::Top.below("LogSettings").same_name("a", "A"));
        assert!(plugins.below("com.example").holds_settings());
        assert!(!plugins.below("com.example").below("key").holds_settings());
        let logging = Scope::Top.below("LogSettings").below("AdvancedLoggingJSON");
        assert!(!logging.holds_settings());
    }
}
