//! The keys of a manifest, as its schema has them.

use std::fmt::Write as _;

use serde_json::Value;

use super::cell;

/// Every key with what it may hold.
pub(super) fn page() -> String {
    let schema: Value = serde_json::from_str(include_str!("../schema/manifest.json"))
        .expect("a test reads the schema");
    let mut text = String::from(
        "`mmembed schema manifest` prints this as JSON Schema, for editors; `schema plan`, `report`, `event`, `rules` and \
         `doctor` print the others. `mmembed init` writes a manifest with a comment to each key.\n\n| key | holds | |\n|---|---|---|\n",
    );
    add(&mut text, &schema, "");
    text
}

fn add(text: &mut String, schema: &Value, above: &str) {
    let Some(keys) = schema.get("properties").and_then(Value::as_object) else { return };
    for (key, of) in keys {
        let path = if above.is_empty() { key.clone() } else { format!("{above}.{key}") };
        let about = of.get("description").and_then(Value::as_str).unwrap_or_default();
        writeln!(text, "| `{path}` | {} | {} |", cell(&kind(of)), cell(about))
            .expect("a string can be written to");
        add(text, of, &path);
    }
}

/// What a key may hold, in words.
fn kind(schema: &Value) -> String {
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    let code = |value: &Value| format!("`{value}`");
    if let Some(value) = schema.get("const") {
        return code(value);
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values.iter().map(code).collect::<Vec<_>>().join(", ");
    }
    for several in ["oneOf", "anyOf"] {
        if let Some(forms) = schema.get(several).and_then(Value::as_array) {
            return forms.iter().map(kind).collect::<Vec<_>>().join(" or ");
        }
    }
    let items = schema.get("items").map(kind);
    match (text("type"), items) {
        (Some("array"), Some(items)) => format!("list of: {items}"),
        (Some("object"), _) => "table".to_owned(),
        (Some("boolean"), _) => "`true` or `false`".to_owned(),
        (Some(word), _) => word.to_owned(),
        (None, _) => "any value".to_owned(),
    }
}
