//! The host's settings that stand in the manifest itself: a part of a `config.json`, written as tables.

use std::ops::Range;

use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::Found;
use super::keys::Keys;
use crate::config::{Assignment, SettingPath, Stance, require_known};
use crate::model::Secret;

/// The settings of a table such as `[set]`, each as `Section.Key=JSON`.
pub(super) fn settings(table: &DeTable<'_>, found: &mut Found<'_>) -> Vec<Secret<String>> {
    let mut settings = Vec::new();
    for (section, value) in table {
        let Some(keys) = value.get_ref().as_table() else {
            found.add(&section.span(), not_in_section(section.get_ref()));
            continue;
        };
        for (key, value) in keys {
            let path = [section.get_ref().as_ref(), key.get_ref().as_ref()];
            settings.extend(setting(&path, &key.span(), value, found));
        }
    }
    settings
}

fn not_in_section(name: &str) -> String {
    if name.contains('.') {
        return format!("write \"{name}\" without its quotes: it is a section and a key in it");
    }
    format!("{name} is no section with settings in it, as in {name}.Key = VALUE")
}

fn setting(
    path: &[&str],
    at: &Range<usize>,
    value: &Spanned<DeValue<'_>>,
    found: &mut Found<'_>,
) -> Option<Secret<String>> {
    let Some(path) = SettingPath::from_parts(path.iter().copied()) else {
        found.add(at, "the name of a setting must not be empty");
        return None;
    };
    refuse_slip(&path, at, found);
    let Some(json) = in_json(value.get_ref()) else {
        found.add(&value.span(), format!("{path}: there is no such value in a config.json"));
        return None;
    };
    let text = format!("{path}={json}");
    if let Err(error) = text.parse::<Assignment>() {
        found.add(at, error.to_string());
        return None;
    }
    Some(Secret::new(text))
}

/// A name that is almost that of a setting is a slip of the pen; any other may be newer than what is known here.
fn refuse_slip(path: &SettingPath, at: &Range<usize>, found: &mut Found<'_>) {
    if let Err(error) = require_known(path, &[], None)
        && error.nearest.is_some()
    {
        found.add(at, error.to_string());
    }
}

/// The same value in JSON; `None` for dates and for numbers that JSON does not have.
fn in_json(value: &DeValue<'_>) -> Option<Value> {
    Some(match value {
        DeValue::String(text) => Value::String(text.clone().into_owned()),
        DeValue::Boolean(truth) => Value::Bool(*truth),
        DeValue::Integer(number) => {
            Value::Number(i64::from_str_radix(number.as_str(), number.radix()).ok()?.into())
        }
        DeValue::Float(number) => Value::Number(Number::from_f64(number.as_str().parse().ok()?)?),
        DeValue::Array(list) => {
            Value::Array(list.iter().map(|value| in_json(value.get_ref())).collect::<Option<_>>()?)
        }
        DeValue::Table(table) => {
            let pairs = table.iter().map(|(key, value)| {
                Some((key.get_ref().clone().into_owned(), in_json(value.get_ref())?))
            });
            Value::Object(pairs.collect::<Option<Map<_, _>>>()?)
        }
        DeValue::Datetime(_) => return None,
    })
}

/// The policies of `[policies]`: of a section, or of a setting in it.
pub(super) fn policies(keys: &mut Keys<'_, '_>, found: &mut Found<'_>) -> Vec<Stance> {
    let table = keys.ask("policies").map(|value| (value, value.get_ref().as_table()));
    match table {
        None => Vec::new(),
        Some((value, None)) => {
            found.add(&value.span(), "`policies`: expected a table");
            Vec::new()
        }
        Some((_, Some(table))) => {
            let mut stances = Vec::new();
            for (name, value) in table {
                gather(&[name.get_ref().as_ref()], &name.span(), value, &mut stances, found);
            }
            stances
        }
    }
}

fn gather(
    path: &[&str],
    at: &Range<usize>,
    value: &Spanned<DeValue<'_>>,
    stances: &mut Vec<Stance>,
    found: &mut Found<'_>,
) {
    if let DeValue::Table(table) = value.get_ref() {
        for (name, value) in table {
            let path = [path, &[name.get_ref().as_ref()]].concat();
            gather(&path, &name.span(), value, stances, found);
        }
        return;
    }
    let Some(path) = SettingPath::from_parts(path.iter().copied()) else {
        return found.add(at, "the name of a setting must not be empty");
    };
    refuse_slip(&path, at, found);
    match value.get_ref().as_str().map(|policy| format!("{path}={policy}").parse()) {
        Some(Ok(stance)) => stances.push(stance),
        Some(Err(error)) => {
            let error: crate::config::PolicyError = error;
            found.add(&value.span(), error.to_string());
        }
        None => found.add(&value.span(), format!("{path}: expected the name of a policy")),
    }
}
