//! What becomes of one setting.
//! No secret stands here: values are kept as they may be shown.

use std::fmt;

use serde::Serialize;

use super::super::document::Leaf;
use super::super::mask::Shown;
use super::super::setting::SettingPath;

/// What a server does to a setting when it starts on the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Became {
    /// The file lacks it, and the server fills it in.
    Added,
    /// The server fills in a random value.
    Generated,
    /// The server does not know it, and drops it without a word.
    Dropped,
    /// The server writes its name so.
    Respelled {
        /// The name from now on.
        now: SettingPath,
    },
    /// The server does not leave the value as it is.
    Rewritten,
    /// Nobody knows what the server does to it.
    Unknown,
}

/// What becomes of one setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Effect {
    /// The setting, as the file before spells it if it has it.
    pub setting: SettingPath,
    /// What happens.
    pub became: Became,
    /// Its value before, if it had one.
    pub before: Option<Shown>,
    /// Its value afterwards, if that is known and not the one before.
    pub after: Option<Shown>,
}

impl Effect {
    /// Something that happens to a setting of the file.
    pub(super) fn of(leaf: &Leaf<'_>, became: Became) -> Self {
        let before = Some(Shown::of(&leaf.setting, &leaf.value));
        Self { setting: leaf.setting.clone(), became, before, after: None }
    }

    /// A setting that is filled in, with nobody knows what.
    pub(super) fn unknown(setting: &SettingPath) -> Self {
        Self { setting: setting.clone(), became: Became::Unknown, before: None, after: None }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { setting, became, before, after } = self;
        let value = |value: &Option<Shown>| {
            value.as_ref().map_or_else(|| "?".to_owned(), ToString::to_string)
        };
        match became {
            Became::Added => write!(f, "+ {setting}: {}", value(after)),
            Became::Generated => write!(f, "+ {setting}: a random value"),
            Became::Dropped => write!(f, "- {setting}: {}", value(before)),
            Became::Respelled { now } => write!(f, "~ {setting}: is written {now}"),
            Became::Rewritten => write!(f, "~ {setting}: {} -> {}", value(before), value(after)),
            Became::Unknown => write!(f, "? {setting}: nobody knows what becomes of it"),
        }
    }
}
