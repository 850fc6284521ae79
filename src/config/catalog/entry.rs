//! A setting as it is in some versions: its type, and what a server fills in.

use std::fmt;

use super::super::document::{Kind, View, text};
use super::super::setting::SettingPath;
use crate::model::Version;

/// The type that the server expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `true` or `false`
    Bool,
    /// A whole number of 64 bits, without fraction or exponent.
    Int,
    /// A string.
    Text,
    /// An array.
    List,
    /// An object whose names are free.
    Map,
    /// Anything, or not known.
    Any,
}

/// An end of an interval of versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Major and minor.
    pub minor: (u64, u64),
    /// Otherwise nobody looked at the versions next to it, and the interval is the widest possible.
    pub exact: bool,
}

/// What a server puts where nothing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filled {
    /// This value, as JSON.
    Json(&'static str),
    /// A random value.
    Generated,
    /// Nothing: it leaves the setting out.
    Omitted,
    /// Nobody knows.
    Unknown,
}

/// A setting in an interval of versions in which nothing about it changes.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name as these servers write it.
    pub setting: String,
    /// The same, taken apart.
    pub path: SettingPath,
    /// What they expect there.
    pub kind: Type,
    /// The first version.
    pub first: Bound,
    /// The last version; `None` if it is not known to have gone.
    pub last: Option<Bound>,
    /// What they fill in where a new file lacks it.
    pub fresh: Filled,
    /// What they fill in where a file lacks it that has been in use.
    pub in_use: Filled,
    /// What a zero value (`""`, `0`, `false`, `[]`, `{}`) becomes, if it does not stay.
    pub empty: Option<Filled>,
    /// Is it known from release notes only?
    pub told: bool,
}

impl Entry {
    /// Reads the columns behind the name; `None` if they make no sense.
    pub(super) fn read(setting: String, columns: &'static str) -> Option<Self> {
        let mut columns = columns.split('\t');
        let kind = match columns.next()? {
            "bool" => Type::Bool,
            "int" => Type::Int,
            "text" => Type::Text,
            "list" => Type::List,
            "map" => Type::Map,
            "any" => Type::Any,
            _ => return None,
        };
        let (first, last) = columns.next()?.split_once('-')?;
        let last = if last.is_empty() { None } else { Some(Bound::read(last)?) };
        let mut filled = || columns.next().filter(|column| !column.is_empty()).map(Filled::read);
        let fresh = filled().unwrap_or(Filled::Unknown);
        let in_use = filled().unwrap_or(fresh);
        let empty = filled();
        let told = columns.next() == Some("notes");
        let path = setting.parse().ok()?;
        Some(Self {
            setting,
            path,
            kind,
            first: Bound::read(first)?,
            last,
            fresh,
            in_use,
            empty,
            told,
        })
    }

    /// Does a version have the setting in this form?
    #[must_use]
    pub fn exists_in(&self, version: &Version) -> bool {
        self.holds_in((version.major(), version.minor()))
    }

    pub(in crate::config) fn holds_in(&self, minor: (u64, u64)) -> bool {
        self.first.minor <= minor && self.last.is_none_or(|last| minor <= last.minor)
    }
}

impl Bound {
    fn read(text: &str) -> Option<Self> {
        let exact = !text.starts_with('~');
        Some(Self { minor: minor(text.trim_start_matches('~'))?, exact })
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (major, minor) = self.minor;
        write!(f, "{major}.{minor}")
    }
}

impl Filled {
    fn read(column: &'static str) -> Self {
        match column {
            "generated" => Self::Generated,
            "omitted" => Self::Omitted,
            json => Self::Json(json),
        }
    }
}

impl Type {
    /// Would the server read this value? `null` stands for the default everywhere.
    #[must_use]
    pub fn accepts(self, value: &View<'_>) -> bool {
        match (self, value.kind()) {
            (_, Kind::Null) | (Self::Any, _) => true,
            (Self::Bool, kind) => kind == Kind::Bool,
            (Self::Int, kind) => kind == Kind::Number && value.raw().parse::<i64>().is_ok(),
            (Self::Text, kind) => kind == Kind::Text,
            (Self::List, kind) => kind == Kind::List,
            (Self::Map, kind) => kind == Kind::Object,
        }
    }

    /// What a server of this version makes of a value of another type: those from 3.8 to 5.29 read `"12"` as a number, `"true"`
    /// as a truth, 5 as a text, and a text with commas as a list. `None` if it would not start on it.
    #[must_use]
    pub fn coerces(self, value: &View<'_>, version: &Version) -> Option<String> {
        if !reads_weakly(version) {
            return None;
        }
        let said = value.as_text();
        match self {
            Self::List => said.map(|said| comma_list(&said)),
            Self::Int => match said {
                Some(said) => said.parse::<i64>().ok().map(|number| number.to_string()),
                None => value.raw().strip_suffix(".0").map(str::to_owned),
            },
            // The library takes nothing for a no.
            Self::Bool => said.and_then(|said| truth(if said.is_empty() { "f" } else { &said })),
            Self::Text => (value.kind() == Kind::Number).then(|| text::encode(value.raw())),
            Self::Map | Self::Any => None,
        }
    }

    /// The type in words.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Int => "a whole number",
            Self::Text => "a string",
            Self::List => "a list",
            Self::Map => "an object",
            Self::Any => "any value",
        }
    }
}

/// Does this version read its file with a library that takes one type for another, and names in lower case?
pub(in crate::config) const fn reads_weakly(version: &Version) -> bool {
    version.is_at_least(3, 8) && !version.is_at_least(5, 30)
}

/// A truth as JSON. Go's `ParseBool` takes these and no others.
pub(in crate::config) fn truth(said: &str) -> Option<String> {
    match said {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some("true".to_owned()),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some("false".to_owned()),
        _ => None,
    }
}

/// A text with commas between its items as a list in JSON; nothing is no item.
pub(in crate::config) fn comma_list(said: &str) -> String {
    let items = said.split(',').filter(|_| !said.is_empty()).map(text::encode);
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

pub(in crate::config) fn minor(text: &str) -> Option<(u64, u64)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
