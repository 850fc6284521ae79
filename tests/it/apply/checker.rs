//! Holds a value against a JSON Schema, as far as the schemas of the project go. A word that it does not know is a fault of the
//! schema, so that nothing is let through unchecked.

use serde_json::Value;

/// Words that say something to people only.
const REMARKS: [&str; 5] = ["$schema", "$id", "$defs", "title", "description"];

/// What is wrong with a value; `Ok` if nothing is.
pub(super) fn check(root: &Value, value: &Value) -> Result<(), String> {
    at(root, root, value, "")
}

fn at(root: &Value, schema: &Value, value: &Value, place: &str) -> Result<(), String> {
    let words = schema.as_object().expect("a schema is an object");
    let fault = |what: &str| Err(format!("{place}: {what}: {value}"));
    for (word, wanted) in words {
        match word.as_str() {
            remark if REMARKS.contains(&remark) => {}
            "$ref" => {
                let pointer = wanted.as_str().unwrap().strip_prefix('#').unwrap();
                at(root, root.pointer(pointer).expect("the definition is there"), value, place)?;
            }
            "type" if !is_of(wanted.as_str().unwrap(), value) => {
                return fault(&format!("no {wanted}"));
            }
            "const" if wanted != value => return fault(&format!("not {wanted}")),
            "enum" if !wanted.as_array().unwrap().contains(value) => {
                return fault(&format!("none of {wanted}"));
            }
            "minimum" if value.as_i64().is_some_and(|it| it < wanted.as_i64().unwrap()) => {
                return fault("too small");
            }
            "minItems" if value.as_array().is_some_and(Vec::is_empty) => {
                return fault("empty");
            }
            "type"
            | "const"
            | "enum"
            | "minimum"
            | "minItems"
            | "additionalProperties"
            | "properties" => {}
            "oneOf" | "anyOf" => {
                let tried = wanted.as_array().unwrap().iter().map(|it| at(root, it, value, place));
                let (fit, unfit): (Vec<_>, Vec<_>) = tried.partition(Result::is_ok);
                if fit.is_empty() || (word == "oneOf" && fit.len() > 1) {
                    return fault(&format!("{} fit, {unfit:?}", fit.len()));
                }
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    at(root, wanted, item, &format!("{place}/{index}"))?;
                }
            }
            "required" => {
                for name in wanted.as_array().unwrap() {
                    if value.is_object() && value.get(name.as_str().unwrap()).is_none() {
                        return fault(&format!("{name} is missing"));
                    }
                }
            }
            other => panic!("the checker does not know {other}"),
        }
    }
    members(root, schema, value, place)
}

fn members(root: &Value, schema: &Value, value: &Value, place: &str) -> Result<(), String> {
    for (name, member) in value.as_object().into_iter().flatten() {
        let known = schema.get("properties").and_then(|known| known.get(name));
        match (known, schema.get("additionalProperties")) {
            (Some(known), _) => at(root, known, member, &format!("{place}/{name}"))?,
            (None, Some(Value::Bool(false))) => {
                return Err(format!("{place}: {name} is not in the schema"));
            }
            (None, Some(others @ Value::Object(_))) => {
                at(root, others, member, &format!("{place}/{name}"))?;
            }
            (None, _) => {}
        }
    }
    Ok(())
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.to_string().parse::<i128>().is_ok() && value.is_number(),
        "null" => value.is_null(),
        other => panic!("the checker does not know the type {other}"),
    }
}
