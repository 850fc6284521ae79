//! What a server makes of the text of a variable.

use super::fate::Fate;
use super::reading::{Lists, Maps, Misfit, Numbers, Reading};
use crate::config::catalog::{Type, comma_list, truth};
use crate::config::document::{Document, Kind, View, text};
use crate::config::setting::SettingPath;

/// What kind of value a server expects from a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    Bool,
    Int,
    Text,
    /// A list of texts.
    List,
    /// A list of something else: no server can fill it, and all break off when they try.
    OtherList,
    /// A map of plugins.
    Map,
    /// Any JSON at all.
    Raw,
    /// Nobody knows.
    Unknown,
}

impl Expected {
    /// By the type of a setting; where that is not known, by the value that stands there.
    pub(super) fn of(setting: &SettingPath, kind: Type, there: Option<&View<'_>>) -> Self {
        match kind {
            Type::Bool => Self::Bool,
            Type::Int => Self::Int,
            Type::Text => Self::Text,
            Type::List if setting.name().eq_ignore_ascii_case("ReplicaLagSettings") => {
                Self::OtherList
            }
            Type::List => Self::List,
            Type::Map => Self::Map,
            Type::Any if setting.name().eq_ignore_ascii_case("AdvancedLoggingJSON") => Self::Raw,
            Type::Any => there.map_or(Self::Unknown, Self::like),
        }
    }

    /// What a server seems to expect where this stands.
    pub(super) fn like(value: &View<'_>) -> Self {
        match value.kind() {
            Kind::Null => Self::Unknown,
            Kind::Bool => Self::Bool,
            Kind::Number => Self::Int,
            Kind::Text => Self::Text,
            Kind::List => Self::List,
            Kind::Object => Self::Map,
        }
    }

    /// The value as JSON, or what becomes of the variable instead.
    pub(super) fn read(self, value: &str, reading: &Reading) -> Result<String, Fate> {
        if value.is_empty() && !reading.takes_empty {
            return Err(Fate::Empty);
        }
        let misfit = match reading.misfit {
            Misfit::Stops => Fate::Stops,
            Misfit::Ignored => Fate::WrongType,
        };
        match self {
            Self::Text => Ok(text::encode(value)),
            Self::Bool => read_bool(value, reading).ok_or(misfit),
            Self::Int => read_int(value, reading.numbers).ok_or(misfit),
            Self::List => Ok(read_list(value, reading)),
            Self::Map => read_map(value, reading.maps),
            Self::Raw if reading.takes_raw && is_json(value) => Ok(value.to_owned()),
            // The server breaks off: on the type, or on a value that is no JSON.
            Self::OtherList | Self::Raw => Err(Fate::Stops),
            Self::Unknown => Ok(guess(value, reading)),
        }
    }
}

/// The library took nothing for a no.
fn read_bool(value: &str, reading: &Reading) -> Option<String> {
    let is_no = value.is_empty() && reading.misfit == Misfit::Stops;
    truth(if is_no { "f" } else { value })
}

/// The forms that only newer releases of Go read (`0b1`, `1_000`) are not taken.
fn read_int(value: &str, numbers: Numbers) -> Option<String> {
    let number = match numbers {
        Numbers::Decimal => value.parse::<i64>().ok()?,
        Numbers::Literal => {
            let (sign, digits) = match value.strip_prefix('-') {
                Some(digits) => ("-", digits),
                None => ("", value.strip_prefix('+').unwrap_or(value)),
            };
            if digits.starts_with(['+', '-']) {
                return None;
            }
            let (radix, digits) = match digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
                Some(hex) => (16, hex),
                None if digits.len() > 1 && digits.starts_with('0') => (8, digits),
                None => (10, digits),
            };
            if digits.starts_with(['+', '-']) {
                return None;
            }
            i64::from_str_radix(&format!("{sign}{digits}"), radix).ok()?
        }
    };
    Some(number.to_string())
}

fn read_list(value: &str, reading: &Reading) -> String {
    let items: Vec<&str> = match reading.lists {
        Lists::Whole => vec![value],
        Lists::Comma => return comma_list(value),
        Lists::Space => value.split(' ').collect(),
    };
    let items: Vec<String> = items.into_iter().map(text::encode).collect();
    format!("[{}]", items.join(","))
}

fn read_map(value: &str, maps: Maps) -> Result<String, Fate> {
    match maps {
        Maps::Hides => Err(Fate::Hides),
        Maps::Stops => Err(Fate::Stops),
        Maps::Ignored => Err(Fate::NotRead),
        // Both maps hold an object for each plugin.
        Maps::Json if is_map_of_objects(value) => Ok(value.to_owned()),
        Maps::Json => Err(Fate::WrongType),
    }
}

fn is_json(value: &str) -> bool {
    Document::empty().set_raw(&SettingPath::known("Probe.value"), value).is_ok()
}

fn is_map_of_objects(value: &str) -> bool {
    if !is_json(value) {
        return false;
    }
    let value = View::of_json(value).to_value();
    let is_object = |it: &serde_json::Value| it.is_object() || it.is_null();
    is_object(&value) && value.as_object().is_none_or(|map| map.values().all(is_object))
}

/// Whichever of true, false and a number it looks like; else a text.
fn guess(value: &str, reading: &Reading) -> String {
    match value {
        "true" | "false" => value.to_owned(),
        _ => read_int(value, reading.numbers).unwrap_or_else(|| text::encode(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Version;

    fn read(expected: Expected, value: &str, version: (u64, u64)) -> Result<String, Fate> {
        let reading = Reading::of(&Version::new(version.0, version.1, 0)).unwrap();
        expected.read(value, reading)
    }

    /// What the library and the server did with these in a program with the same types.
    #[test]
    fn values_are_read_as_they_were_seen_to_be() {
        use Expected::{Bool, Int, List, Map, OtherList, Raw, Text};
        let ok = |json: &str| Ok(json.to_owned());
        for (expected, value, version, seen) in [
            (Text, "", (5, 11), Err(Fate::Empty)),
            (Text, "", (5, 12), ok("\"\"")),
            (Bool, "F", (3, 8), ok("false")),
            (Bool, "no", (3, 8), Err(Fate::Stops)),
            (Bool, "", (5, 29), ok("false")),
            (Bool, "", (5, 30), Err(Fate::WrongType)),
            (Bool, "no", (5, 30), Err(Fate::WrongType)),
            (Int, "0x10", (5, 29), ok("16")),
            (Int, "-010", (4, 1), ok("-8")),
            (Int, "+5", (4, 1), ok("5")),
            (Int, "0", (4, 1), ok("0")),
            (Int, "+-5", (4, 1), Err(Fate::Stops)),
            (Int, "0x-5", (4, 1), Err(Fate::Stops)),
            (Int, "010", (5, 30), ok("10")),
            (Int, "+5", (5, 30), ok("5")),
            (Int, "0x10", (5, 30), Err(Fate::WrongType)),
            (Int, " 5", (5, 30), Err(Fate::WrongType)),
            (Int, "", (5, 29), Err(Fate::Stops)),
            (List, "a,b c", (3, 8), ok("[\"a,b c\"]")),
            (List, "a,b c", (5, 29), ok("[\"a\",\"b c\"]")),
            (List, "a,b  c", (5, 30), ok("[\"a,b\",\"\",\"c\"]")),
            (List, "", (5, 29), ok("[]")),
            (List, "", (5, 30), ok("[\"\"]")),
            (OtherList, "a", (9, 9), Err(Fate::Stops)),
            (Map, "{\"a\":{}}", (4, 1), Err(Fate::Hides)),
            (Map, "{\"a\":{}}", (5, 29), Err(Fate::Stops)),
            (Map, "{\"a\":{}}", (7, 4), Err(Fate::NotRead)),
            (Map, "{\"a\":{}}", (7, 5), ok("{\"a\":{}}")),
            (Map, "{\"a\":1}", (7, 5), Err(Fate::WrongType)),
            (Map, "{\"a\":{}", (7, 5), Err(Fate::WrongType)),
            (Raw, "{\"a\":1}", (8, 0), ok("{\"a\":1}")),
            (Raw, "{\"a\":", (8, 0), Err(Fate::Stops)),
        ] {
            assert_eq!(read(expected, value, version), seen, "{expected:?} {value:?} {version:?}");
        }
    }

    #[test]
    fn where_the_type_is_not_known_the_value_tells() {
        for (value, json) in [("true", "true"), ("12", "12"), ("T", "\"T\""), ("", "\"\"")] {
            assert_eq!(read(Expected::Unknown, value, (11, 0)), Ok(json.to_owned()));
        }
    }
}
