//! JSON as Go's `MarshalIndent` writes it.
//! Nothing is sorted here but free maps, which Go sorts.

use serde::Serialize as _;
use serde_json::ser::PrettyFormatter;
use serde_json::{Map, Serializer, Value};

/// Four spaces, `&<>` escaped, no newline at the end.
pub(crate) fn marshal(value: &Value) -> String {
    let mut bytes = Vec::new();
    let mut serializer =
        Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(b"    "));
    value.serialize(&mut serializer).expect("a JSON value serialises into memory");
    let text = String::from_utf8(bytes).expect("serde_json writes UTF-8");
    text.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e")
}

/// A map of plugins or the like, sorted by key at every depth.
pub(crate) fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            let pairs = keys.into_iter().filter_map(|k| Some((k.clone(), sorted(map.get(k)?))));
            Value::Object(pairs.collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}
