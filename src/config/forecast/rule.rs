//! What servers do to values besides filling in what is missing: what they put in their place, and which they take from
//! another setting.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::super::catalog::{Filled, minor};
use super::super::document::{Document, Kind, View, text};
use super::super::setting::SettingPath;

/// One line per rule. Its head says what the columns mean.
const TABLE: &str = include_str!("rules.tsv");

static RULES: LazyLock<BTreeMap<&'static str, Vec<Rule>>> = LazyLock::new(|| {
    let mut rules: BTreeMap<&str, Vec<Rule>> = BTreeMap::new();
    for rule in TABLE.lines().filter_map(Rule::read) {
        rules.entry(rule.setting).or_default().push(rule);
    }
    rules
});

/// What a server puts somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Json(String),
    Generated,
    /// It leaves the setting out.
    Nothing,
    Unknown,
}

/// A rule about one setting, in some versions.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    setting: &'static str,
    first: (u64, u64),
    last: Option<(u64, u64)>,
    act: Act,
}

#[derive(Clone, Debug)]
enum Act {
    /// Whatever is there, or nothing: it becomes this.
    Always { becomes: &'static str },
    /// This value becomes that one.
    Equals { value: &'static str, becomes: &'static str },
    /// A number above this becomes this.
    AtMost(i64),
    /// What is no link of the web becomes this.
    Link { otherwise: &'static str },
    /// A path gets a slash at its end, unless the other setting has another value.
    EndsWithSlash { other: SettingPath, value: &'static str },
    /// Of a list only the first item stays.
    FirstOnly,
    /// An address loses the slashes at its end.
    EndsWithoutSlash,
    /// Where it is missing, this setting has it.
    Copies(SettingPath),
    /// Where it is missing, this setting has it, unless that is empty.
    CopiesIfSet(SettingPath),
    /// Where it is missing, it is this setting's number times 24.
    InHours(SettingPath),
    /// Where it is missing and the other setting has this value, it has that one.
    When { other: SettingPath, value: &'static str, becomes: &'static str },
    /// Where it is missing and the other setting is there and has not this value, it has that one.
    Unless { other: SettingPath, value: &'static str, becomes: &'static str },
    /// Where it is missing and the other setting is not empty, it has this value.
    WhenSet { other: SettingPath, becomes: &'static str },
}

impl Value {
    pub(super) fn of(filled: Filled) -> Self {
        match filled {
            Filled::Json(json) => Self::Json(json.to_owned()),
            Filled::Generated => Self::Generated,
            Filled::Omitted => Self::Nothing,
            Filled::Unknown => Self::Unknown,
        }
    }
}

impl Rule {
    /// `None` for a comment.
    fn read(line: &'static str) -> Option<Self> {
        let mut fields = line.split('\t').filter(|_| !line.starts_with('#'));
        let setting = fields.next()?;
        let (first, last) = fields.next()?.split_once('-')?;
        let last = if last.is_empty() { None } else { Some(minor(last)?) };
        let (kind, mut rest) = (fields.next()?, || fields.next().unwrap_or_default());
        let act = Act::read(kind, rest(), rest())?;
        Some(Self { setting, first: minor(first)?, last, act })
    }

    fn holds_in(&self, minor: (u64, u64)) -> bool {
        self.first <= minor && self.last.is_none_or(|last| minor <= last)
    }

    /// What a value in the file becomes; `None` if this rule says nothing about it.
    pub(super) fn rewrites(&self, document: &Document, value: &View<'_>) -> Option<Value> {
        let json = match &self.act {
            Act::Equals { value: wanted, becomes } => {
                value.is_same_as(&View::of_json(wanted)).then(|| (*becomes).to_owned())
            }
            Act::AtMost(limit) => {
                value.raw().parse::<i64>().is_ok_and(|n| n > *limit).then(|| limit.to_string())
            }
            Act::Link { otherwise } => {
                value.as_text().filter(|text| !is_link(text)).map(|_| (*otherwise).to_owned())
            }
            Act::EndsWithSlash { other, value: wanted } => {
                let is_other = |found: View<'_>| !found.is_same_as(&View::of_json(wanted));
                if present(document, other).is_some_and(is_other) {
                    return None;
                }
                let path =
                    value.as_text().filter(|path| !path.is_empty() && !path.ends_with('/'))?;
                Some(text::encode(&format!("{path}/")))
            }
            Act::EndsWithoutSlash => {
                let address = value.as_text().filter(|address| address.ends_with('/'))?;
                Some(text::encode(address.trim_end_matches('/')))
            }
            Act::Always { becomes } => Some((*becomes).to_owned()),
            Act::FirstOnly => {
                let list = value.to_value();
                let [first, _, ..] = list.as_array()?.as_slice() else { return None };
                Some(format!("[{}]", text::compact(first, text::encode)))
            }
            Act::Copies(_)
            | Act::CopiesIfSet(_)
            | Act::InHours(_)
            | Act::When { .. }
            | Act::Unless { .. }
            | Act::WhenSet { .. } => None,
        };
        json.map(Value::Json)
    }

    /// What the setting gets where the file lacks it; `None` if this rule says nothing about it.
    pub(super) fn derives(&self, document: &Document) -> Option<Value> {
        let json = match &self.act {
            Act::Copies(other) => present(document, other)?.raw().to_owned(),
            Act::CopiesIfSet(other) => {
                let found = present(document, other).filter(|found| !found.is_empty())?;
                found.raw().to_owned()
            }
            Act::InHours(other) => {
                let days: i64 = present(document, other)?.raw().parse().ok()?;
                days.checked_mul(24)?.to_string()
            }
            Act::When { other, value, becomes } => {
                let found = present(document, other)?;
                found.is_same_as(&View::of_json(value)).then(|| (*becomes).to_owned())?
            }
            Act::Unless { other, value, becomes } => {
                let found = present(document, other)?;
                (!found.is_same_as(&View::of_json(value))).then(|| (*becomes).to_owned())?
            }
            Act::Always { becomes } => (*becomes).to_owned(),
            Act::WhenSet { other, becomes } => {
                let found = present(document, other)?;
                (!found.is_empty()).then(|| (*becomes).to_owned())?
            }
            Act::Equals { .. }
            | Act::AtMost(_)
            | Act::Link { .. }
            | Act::EndsWithSlash { .. }
            | Act::FirstOnly
            | Act::EndsWithoutSlash => return None,
        };
        Some(Value::Json(json))
    }
}

impl Act {
    fn read(kind: &str, argument: &'static str, becomes: &'static str) -> Option<Self> {
        let other = || argument.parse().ok();
        Some(match kind {
            "always" => Self::Always { becomes },
            "unless" => {
                let (other, value) = argument.split_once('=')?;
                Self::Unless { other: other.parse().ok()?, value, becomes }
            }
            "equals" => Self::Equals { value: argument, becomes },
            "at-most" => Self::AtMost(argument.parse().ok()?),
            "link" => Self::Link { otherwise: becomes },
            "slash" => {
                let (other, value) = argument.split_once('=')?;
                Self::EndsWithSlash { other: other.parse().ok()?, value }
            }
            "first" => Self::FirstOnly,
            "no-slash" => Self::EndsWithoutSlash,
            "copies" => Self::Copies(other()?),
            "copies-set" => Self::CopiesIfSet(other()?),
            "in-hours" => Self::InHours(other()?),
            "when-set" => Self::WhenSet { other: other()?, becomes },
            "when" => {
                let (other, value) = argument.split_once('=')?;
                Self::When { other: other.parse().ok()?, value, becomes }
            }
            _ => return None,
        })
    }
}

fn present<'a>(document: &'a Document, setting: &SettingPath) -> Option<View<'a>> {
    document.get(setting).filter(|value| value.kind() != Kind::Null)
}

/// A link that servers show: with the scheme of the web, or to the server itself.
fn is_link(text: &str) -> bool {
    ["http://", "https://", "/"].iter().any(|start| text.starts_with(start))
}

/// The rules about a setting in a version.
pub(super) fn of(setting: &str, minor: (u64, u64)) -> impl Iterator<Item = &'static Rule> {
    let rules = RULES.get(setting).into_iter().flatten();
    rules.filter(move |rule| rule.holds_in(minor))
}

#[cfg(test)]
mod tests {
    use super::super::super::catalog::entries_of;
    use super::super::super::known::is_free;
    use super::*;

    fn exists(setting: &SettingPath, minor: (u64, u64)) -> bool {
        let name = setting.in_tables();
        entries_of(&name).iter().any(|entry| entry.holds_in(minor))
    }

    #[test]
    fn every_line_of_the_table_is_read_and_about_settings_that_exist() {
        let lines: Vec<&str> = TABLE.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(lines.is_sorted_by_key(|line| line.split('\t').next()));
        for line in lines {
            let rule = Rule::read(line).unwrap_or_else(|| panic!("{line}"));
            let newest = rule.last.unwrap_or((11, 4));
            assert!(exists(&SettingPath::known(rule.setting), newest), "{line}");
            let (other, values) = match &rule.act {
                Act::Always { becomes } | Act::Link { otherwise: becomes } => (None, vec![becomes]),
                Act::Equals { value, becomes } => (None, vec![value, becomes]),
                Act::AtMost(_) | Act::FirstOnly | Act::EndsWithoutSlash => (None, vec![]),
                Act::EndsWithSlash { other, value } => (Some(other), vec![value]),
                Act::Copies(other) | Act::CopiesIfSet(other) | Act::InHours(other) => {
                    (Some(other), vec![])
                }
                Act::When { other, value, becomes } | Act::Unless { other, value, becomes } => {
                    (Some(other), vec![value, becomes])
                }
                Act::WhenSet { other, becomes } => (Some(other), vec![becomes]),
            };
            for value in values {
                serde_json::from_str::<serde_json::Value>(value).expect(line);
            }
            // What is in the maps of plugins is known to nobody.
            let is_free = |other: &SettingPath| is_free(other) || exists(other, rule.first);
            assert!(other.is_none_or(is_free), "{line}");
        }
    }
}
