//! What a version can demand of the value of one setting.
//! Which version demands what of which setting stands in a table elsewhere.

use std::num::ParseIntError;

use super::form;
use crate::config::document::{Kind, View};

/// What is demanded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Demand {
    Range(Option<i64>, Option<i64>),
    OneOf(Vec<&'static str>),
    NoneOf(Vec<&'static str>),
    Each(Vec<&'static str>),
    Length(usize, usize),
    Url,
    Listen,
    Clock,
    NotEmpty,
    Trimmed,
    NoFinalSlash,
    Unused(Option<&'static str>),
}

impl Demand {
    /// `None` for what is none.
    pub(super) fn read(kind: &str, argument: &'static str) -> Option<Self> {
        let values = || argument.split('|').collect();
        Some(match kind {
            "range" => {
                let (min, max) = argument.split_once("..")?;
                Self::Range(bound(min).ok()?, bound(max).ok()?)
            }
            "length" => {
                let (min, max) = argument.split_once("..")?;
                let max =
                    bound(max).ok()?.map_or(Some(usize::MAX), |max| usize::try_from(max).ok());
                Self::Length(usize::try_from(bound(min).ok()?.unwrap_or(0)).ok()?, max?)
            }
            "one-of" => Self::OneOf(values()),
            "none-of" => Self::NoneOf(values()),
            "each" => Self::Each(values()),
            "unused" => Self::Unused(Some(argument).filter(|other| !other.is_empty())),
            _ if !argument.is_empty() => return None,
            "url" => Self::Url,
            "listen" => Self::Listen,
            "clock" => Self::Clock,
            "not-empty" => Self::NotEmpty,
            "trimmed" => Self::Trimmed,
            "no-final-slash" => Self::NoFinalSlash,
            _ => return None,
        })
    }

    /// A value of another type is no business of a demand: that it is of another type is said elsewhere.
    pub(super) fn is_met_by(&self, value: &View<'_>) -> bool {
        let said = value.as_text();
        let plain = said.as_deref().unwrap_or_else(|| value.raw());
        let is_text = said.is_some();
        match self {
            Self::Range(min, max) => {
                let number = plain.parse::<i64>().ok().filter(|_| !is_text);
                number.is_none_or(|number| {
                    min.is_none_or(|min| min <= number) && max.is_none_or(|max| number <= max)
                })
            }
            Self::OneOf(values) => !is_scalar(value) || values.contains(&plain),
            Self::NoneOf(values) => !is_scalar(value) || !values.contains(&plain),
            Self::Each(values) => {
                let items = value.to_value();
                let mut items = items.as_array().into_iter().flatten();
                items.all(|item| item.as_str().is_none_or(|item| values.contains(&item)))
            }
            // An empty secret is generated; an empty name has a row of its own where it matters.
            Self::Length(min, max) => {
                !is_text || plain.is_empty() || (*min..=*max).contains(&plain.len())
            }
            Self::Url => !is_text || plain.is_empty() || form::is_request_uri(plain),
            Self::Listen => !is_text || form::is_listen_address(plain),
            Self::Clock => !is_text || form::is_clock(plain),
            Self::NotEmpty => !is_text || !plain.is_empty(),
            Self::Trimmed => !is_text || plain.trim() == plain,
            Self::NoFinalSlash => !is_text || !plain.ends_with('/'),
            Self::Unused(_) => value.is_empty(),
        }
    }

    /// The rule that is broken where the demand is not met.
    pub(super) const fn rule(&self) -> &'static str {
        match self {
            Self::Range(..) | Self::Length(..) => "C-RANGE",
            Self::OneOf(_) | Self::NoneOf(_) | Self::Each(_) => "C-ENUM",
            Self::Url
            | Self::Listen
            | Self::Clock
            | Self::NotEmpty
            | Self::Trimmed
            | Self::NoFinalSlash => "C-FORM",
            Self::Unused(_) => "C-DEPRECATED",
        }
    }

    /// What the setting must be, behind its name.
    pub(super) fn in_words(&self) -> String {
        match self {
            Self::Range(min, max) => format!("must be {}", range_in_words(*min, *max)),
            Self::Length(0, max) => format!("must have at most {max} bytes"),
            Self::Length(min, _) => format!("must have at least {min} bytes, or be empty"),
            Self::OneOf(values) => format!("must be {}", list_in_words(values)),
            Self::NoneOf(values) => format!("must not be {}", list_in_words(values)),
            Self::Each(_) => "has an item that is not known".to_owned(),
            Self::Url => "must be an absolute address, or empty".to_owned(),
            Self::Listen => "must be HOST:PORT or :PORT".to_owned(),
            Self::Clock => "must be a time such as 23:30".to_owned(),
            Self::NotEmpty => "must not be empty".to_owned(),
            Self::Trimmed => "must not begin or end with white space".to_owned(),
            Self::NoFinalSlash => "must not end with a slash".to_owned(),
            Self::Unused(_) => "is not used".to_owned(),
        }
    }

    /// What to do where it is not met.
    pub(super) fn advice(&self) -> String {
        match self {
            Self::Range(min, max) => format!("give it {}", range_in_words(*min, *max)),
            Self::Length(0, max) => format!("shorten it to {max} bytes"),
            Self::Length(min, _) => {
                format!("put at least {min} random letters there, or empty it to have them made")
            }
            Self::OneOf(values) => format!("write {}", list_in_words(values)),
            Self::NoneOf(values) => format!("write anything but {}", list_in_words(values)),
            Self::Each(values) => format!("choose from {}", values.join(", ")),
            Self::Url => "write the whole address, with https://".to_owned(),
            Self::Listen => "write it as 127.0.0.1:8065 or :8065".to_owned(),
            Self::Clock => "write hours and minutes, such as 02:00".to_owned(),
            Self::NotEmpty => "give it a value, or take it out to have the default".to_owned(),
            Self::Trimmed => "take the white space away".to_owned(),
            Self::NoFinalSlash => "take the slash away".to_owned(),
            Self::Unused(Some(other)) => format!("use {other}"),
            Self::Unused(None) => "take it out when no older version needs it".to_owned(),
        }
    }
}

fn is_scalar(value: &View<'_>) -> bool {
    matches!(value.kind(), Kind::Text | Kind::Bool | Kind::Number)
}

fn range_in_words(min: Option<i64>, max: Option<i64>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!("{min} to {max}"),
        (Some(min), None) => format!("{min} or more"),
        (None, Some(max)) => format!("{max} or less"),
        (None, None) => "any number".to_owned(),
    }
}

fn list_in_words(values: &[&str]) -> String {
    let quoted: Vec<String> = values
        .iter()
        .map(|value| match *value {
            "true" | "false" | "0" => (*value).to_owned(),
            value => format!("{value:?}"),
        })
        .collect();
    quoted.join(" or ")
}

/// A bound that may be left out.
fn bound(text: &str) -> Result<Option<i64>, ParseIntError> {
    if text.is_empty() { Ok(None) } else { text.parse().map(Some) }
}
