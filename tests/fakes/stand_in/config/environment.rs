//! `MM_SECTION_KEY` overrides.
//! A variable whose value does not fit is ignored, as the real server does.

use std::env;

use serde_json::Value;

use crate::era::Era;

/// Puts the environment's values into `config`; true when one of them changed something.
pub(super) fn apply(era: Era, config: &mut Value) -> bool {
    let Some(sections) = config.as_object_mut().filter(|_| era.reads_environment()) else {
        return false;
    };
    let mut changed = false;
    for (section, keys) in sections {
        let Some(keys) = keys.as_object_mut() else {
            continue;
        };
        for (key, value) in keys {
            let name = format!("MM_{section}_{key}").to_uppercase();
            if let Some(new) = env::var(name).ok().and_then(|text| parse(value, &text, era)) {
                changed |= new != *value;
                *value = new;
            }
        }
    }
    changed
}

fn parse(like: &Value, text: &str, era: Era) -> Option<Value> {
    match like {
        Value::Bool(_) => text.parse().ok().map(Value::Bool),
        Value::Number(_) => text.parse::<i64>().ok().map(Value::from),
        Value::String(_) => Some(Value::from(text)),
        Value::Array(_) => Some(text.split(era.list_separator()).map(Value::from).collect()),
        Value::Object(_) => serde_json::from_str(text).ok().filter(Value::is_object),
        Value::Null => None,
    }
}
