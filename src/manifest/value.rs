//! Values of a manifest, one by one: what they have to be, and where they are not.

use std::fmt::Display;
use std::ops::Range;
use std::path::PathBuf;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::nearest;

/// Why a value does not fit.
pub(super) struct Unfit {
    pub(super) at: Range<usize>,
    pub(super) why: String,
}

type Value<'t> = Spanned<DeValue<'t>>;

fn unfit(value: &Value<'_>, why: impl Into<String>) -> Unfit {
    Unfit { at: value.span(), why: why.into() }
}

fn another_kind(value: &Value<'_>, expected: &str) -> Unfit {
    let found = match value.get_ref() {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a truth value",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    unfit(value, format!("expected {expected}, found {found}"))
}

pub(super) fn table<'k, 't>(value: &'k Value<'t>) -> Result<&'k DeTable<'t>, Unfit> {
    value.get_ref().as_table().ok_or_else(|| another_kind(value, "a table"))
}

pub(super) fn text<'k>(value: &'k Value<'_>) -> Result<&'k str, Unfit> {
    let text = value.get_ref().as_str().ok_or_else(|| another_kind(value, "a text"))?;
    if text.is_empty() { Err(unfit(value, "a text that is not empty is needed")) } else { Ok(text) }
}

pub(super) fn owned(value: &Value<'_>) -> Result<String, Unfit> {
    text(value).map(ToOwned::to_owned)
}

pub(super) fn path(value: &Value<'_>) -> Result<PathBuf, Unfit> {
    text(value).map(PathBuf::from)
}

pub(super) fn truth(value: &Value<'_>) -> Result<bool, Unfit> {
    value.get_ref().as_bool().ok_or_else(|| another_kind(value, "true or false"))
}

/// A whole number from 1 on.
pub(super) fn count(value: &Value<'_>) -> Result<u32, Unfit> {
    let number = integer(value)?;
    let count = u32::try_from(number).ok().filter(|count| *count > 0);
    count.ok_or_else(|| unfit(value, "expected a number from 1 on"))
}

pub(super) fn integer(value: &Value<'_>) -> Result<i64, Unfit> {
    let number = value.get_ref().as_integer();
    let number = number.ok_or_else(|| another_kind(value, "a whole number"))?;
    i64::from_str_radix(number.as_str(), number.radix())
        .map_err(|_| unfit(value, "the number is too large"))
}

/// A text in the form that its type has.
pub(super) fn parsed<T>(value: &Value<'_>) -> Result<T, Unfit>
where
    T: FromStr,
    T::Err: Display,
{
    parsed_by(value, T::from_str)
}

pub(super) fn parsed_by<T, E: Display>(
    value: &Value<'_>,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, Unfit> {
    parse(text(value)?).map_err(|error| unfit(value, error.to_string()))
}

/// One of a few words.
pub(super) fn word<T: Copy>(value: &Value<'_>, words: &[(&str, T)]) -> Result<T, Unfit> {
    let given = text(value)?;
    let names: Vec<&str> = words.iter().map(|(name, _)| *name).collect();
    words.iter().find(|(name, _)| *name == given).map(|(_, meaning)| *meaning).ok_or_else(|| {
        let meant = nearest(given, &names).map(|it| format!("; did you mean {it}?"));
        let (names, meant) = (names.join(" or "), meant.unwrap_or_default());
        unfit(value, format!("expected {names}, found {given:?}{meant}"))
    })
}

/// A list, of which each element fits.
pub(super) fn list<'k, 't, T>(
    value: &'k Value<'t>,
    each: impl Fn(&'k Value<'t>) -> Result<T, Unfit>,
) -> Result<Vec<T>, Unfit> {
    let list = value.get_ref().as_array().ok_or_else(|| another_kind(value, "a list"))?;
    list.iter().map(each).collect()
}
