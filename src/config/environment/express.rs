//! Settings as variables: what an overlay says, written so that a version reads the same from its environment.

use std::fmt;

use serde::Serialize;

use super::reading::{Lists, Reading};
use super::value::Expected;
use super::variable_of;
use crate::config::catalog::Type;
use crate::config::document::{Document, Kind, Leaf, View, same_value};
use crate::config::known::{is_free, known, knows_all_of};
use crate::config::setting::SettingPath;
use crate::model::{Secret, Variable, Version};

/// Linux starts no program with a longer variable (`MAX_ARG_STRLEN`), its name and the zero at its end included.
const LONGEST: usize = 128 * 1024;

/// An overlay as variables.
#[derive(Clone, Debug, Default)]
pub struct Expressed {
    /// The variables, in the order of the overlay.
    pub variables: Vec<Variable>,
    /// What no variable can say.
    pub impossible: Vec<Impossible>,
}

/// A setting that this version takes from no variable, or not with this value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Impossible {
    /// The setting.
    pub setting: SettingPath,
    /// What is in the way.
    pub why: Obstacle,
}

/// What keeps a setting from being said by a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Obstacle {
    /// The version takes nothing from its environment.
    NoEnvironment,
    /// The version has no such setting.
    NoSuchSetting,
    /// It is a part of a map: a variable would replace the whole map, with everybody else's entries.
    PartOfMap,
    /// The version takes this setting from its file alone.
    FileOnly,
    /// No variable says `null`.
    Null,
    /// A list of something else than texts: the server would not start.
    ListOfOthers,
    /// No item of the list may hold what parts the items, and an empty list or item may not be sayable.
    List,
    /// In this version an empty variable counts as none.
    Empty,
    /// The value is none for this setting.
    WrongType,
    /// The name has characters that no variable has.
    Name,
    /// No variable can hold it.
    TooLong,
    /// No variable can hold a zero byte.
    ZeroByte,
}

/// Says an overlay by variables. Read back over any file that holds the settings, they give the values of the overlay.
#[must_use]
pub fn express(overlay: &Document, version: &Version) -> Expressed {
    let mut expressed = Expressed::default();
    for leaf in overlay.leaves().into_iter().filter(asks_for_something) {
        match variable_for(&leaf, version) {
            Ok(value) => {
                let variable = (variable_of(&leaf.setting), Secret::new(value));
                expressed.variables.push(variable);
            }
            Err(why) => expressed.impossible.push(Impossible { setting: leaf.setting, why }),
        }
    }
    expressed
}

/// An empty object in an overlay asks for nothing but its own existence, unless it is a value.
fn asks_for_something(leaf: &Leaf<'_>) -> bool {
    let is_value = is_raw(&leaf.setting);
    is_value || leaf.value.kind() != Kind::Object || !leaf.value.is_empty()
}

fn is_raw(setting: &SettingPath) -> bool {
    setting.name().eq_ignore_ascii_case("AdvancedLoggingJSON")
}

fn variable_for(leaf: &Leaf<'_>, version: &Version) -> Result<String, Obstacle> {
    let (setting, value) = (&leaf.setting, &leaf.value);
    let reading = Reading::of(version).ok_or(Obstacle::NoEnvironment)?;
    let name = variable_of(setting);
    if !name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    {
        return Err(if is_free(setting) { Obstacle::PartOfMap } else { Obstacle::Name });
    }
    let expected = expected(setting, value, version)?;
    if setting.section().eq_ignore_ascii_case("PluginSettings") && !reading.takes_plugin_settings {
        return Err(Obstacle::FileOnly);
    }
    let text = text_of(expected, value, reading)?;
    if text.contains('\0') {
        return Err(Obstacle::ZeroByte);
    }
    if name.len() + text.len() + 2 > LONGEST {
        return Err(Obstacle::TooLong);
    }
    // What the server makes of it decides, not what was meant.
    match expected.read(&text, reading) {
        Ok(json) if same_value(&View::of_json(&json).to_value(), &value.to_value()) => Ok(text),
        _ if text.is_empty() && !reading.takes_empty => Err(Obstacle::Empty),
        _ if expected == Expected::List && value.kind() == Kind::List => Err(Obstacle::List),
        Ok(_) | Err(_) => Err(Obstacle::WrongType),
    }
}

fn expected(
    setting: &SettingPath,
    value: &View<'_>,
    version: &Version,
) -> Result<Expected, Obstacle> {
    if setting.parts().len() < 2 {
        return Err(Obstacle::NoSuchSetting);
    }
    if is_free(setting) {
        return Err(Obstacle::PartOfMap);
    }
    let row = known(setting).iter().find(|row| row.exists_in(version));
    let expected = match row {
        None if knows_all_of(version) => return Err(Obstacle::NoSuchSetting),
        None => Expected::of(setting, Type::Any, Some(value)),
        Some(row) => Expected::of(setting, row.kind, Some(value)),
    };
    match expected {
        Expected::Map => Err(Obstacle::PartOfMap),
        Expected::OtherList => Err(Obstacle::ListOfOthers),
        Expected::Raw => Ok(expected),
        Expected::Bool | Expected::Int | Expected::Text | Expected::List | Expected::Unknown => {
            match value.kind() {
                Kind::Null => Err(Obstacle::Null),
                Kind::Bool | Kind::Number | Kind::Text | Kind::List | Kind::Object => Ok(expected),
            }
        }
    }
}

/// The text by which the value would be said, if it can be.
fn text_of(expected: Expected, value: &View<'_>, reading: &Reading) -> Result<String, Obstacle> {
    if expected == Expected::Raw {
        return Ok(value.raw().to_owned());
    }
    match value.kind() {
        Kind::Text => value.as_text().map(std::borrow::Cow::into_owned).ok_or(Obstacle::WrongType),
        Kind::Bool | Kind::Number => Ok(value.raw().to_owned()),
        Kind::List => {
            let items: Vec<String> =
                serde_json::from_str(value.raw()).map_err(|_| Obstacle::WrongType)?;
            let between = match reading.lists {
                Lists::Whole | Lists::Comma => ",",
                Lists::Space => " ",
            };
            Ok(items.join(between))
        }
        Kind::Null => Err(Obstacle::Null),
        Kind::Object => Err(Obstacle::WrongType),
    }
}

impl fmt::Display for Impossible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.setting, self.why)
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoEnvironment => "this version takes no settings from its environment",
            Self::NoSuchSetting => "this version has no such setting",
            Self::PartOfMap => {
                "a variable would replace the whole map, with the entries of everybody else"
            }
            Self::FileOnly => "this version takes the setting from its file alone",
            Self::Null => "no variable says null",
            Self::ListOfOthers => "with a variable for it, the server would not start",
            Self::List => "as a variable, this list would be read as another one",
            Self::Empty => "in this version an empty variable counts as none",
            Self::WrongType => "the server would not take this value",
            Self::Name => "no variable has such a name",
            Self::TooLong => "it is too long for a variable",
            Self::ZeroByte => "no variable can hold a zero byte",
        })
    }
}
