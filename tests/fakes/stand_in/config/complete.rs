//! Makes a whole configuration of what the file holds: missing keys filled in, unknown ones dropped.
//! It never says what it dropped; the real server does not either.

use serde_json::{Map, Value};

use super::go_json::sorted;
use crate::era::Era;
use crate::trailer::Retained;

/// A value of the wrong JSON type.
#[derive(Debug)]
pub(super) struct Mismatch {
    /// Where: `ServiceSettings.WriteTimeout`.
    pub(super) at: String,
}

/// `site` completed by `defaults`, in the order of `defaults`.
pub(super) fn complete(
    era: Era,
    defaults: &Value,
    retained: &[Retained],
    site: &Value,
) -> Result<Value, Mismatch> {
    let mut whole = fill(era, defaults, Some(site), "")?;
    for kept in retained {
        keep(&mut whole, site, kept);
    }
    Ok(whole)
}

fn fill(era: Era, default: &Value, site: Option<&Value>, at: &str) -> Result<Value, Mismatch> {
    let Some(site) = site.filter(|value| !value.is_null()) else {
        return Ok(default.clone());
    };
    match (default, site) {
        (Value::Object(default), Value::Object(site)) if at == "PluginSettings.PluginStates" => {
            let mut union = site.clone();
            for (key, value) in default {
                union.entry(key.clone()).or_insert_with(|| value.clone());
            }
            Ok(sorted(&Value::Object(union)))
        }
        (Value::Object(default), Value::Object(_)) if default.is_empty() => Ok(sorted(site)),
        (Value::Object(default), Value::Object(site)) => fill_object(era, default, site, at),
        // 5.3 and 5.9 shipped "" where a list belongs.
        (Value::Array(_), Value::String(text)) if text.is_empty() => Ok(default.clone()),
        (Value::Array(_), Value::Array(_))
        | (Value::Bool(_), Value::Bool(_))
        | (Value::Number(_), Value::Number(_))
        | (Value::String(_), Value::String(_))
        | (Value::Null, _) => Ok(site.clone()),
        _ => Err(Mismatch { at: at.to_owned() }),
    }
}

fn fill_object(
    era: Era,
    default: &Map<String, Value>,
    site: &Map<String, Value>,
    at: &str,
) -> Result<Value, Mismatch> {
    let mut whole = Map::new();
    for (key, default) in default {
        let at = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
        whole.insert(key.clone(), fill(era, default, lookup(era, site, key), &at)?);
    }
    Ok(Value::Object(whole))
}

fn lookup<'a>(era: Era, site: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    site.get(key).or_else(|| {
        let mut pairs = site.iter();
        let found = pairs.find(|(k, _)| k.eq_ignore_ascii_case(key));
        found.filter(|_| era.ignores_case()).map(|(_, value)| value)
    })
}

fn keep(whole: &mut Value, site: &Value, kept: &Retained) {
    let Some(value) = site.get(&kept.section).and_then(|section| section.get(&kept.key)) else {
        return;
    };
    let Some(section) = whole.get_mut(&kept.section).and_then(Value::as_object_mut) else {
        return;
    };
    let mut longer = Map::new();
    for (key, old) in section.iter() {
        longer.insert(key.clone(), old.clone());
        if *key == kept.after {
            longer.insert(kept.key.clone(), value.clone());
        }
    }
    *section = longer;
}
