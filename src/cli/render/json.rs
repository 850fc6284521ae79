//! A report as one JSON object.

use std::io::{self, Write};

use serde::Serialize;

/// Prints any part of the contract as one object with a final newline.
pub(crate) fn print(value: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_string_pretty(value).expect("a report is plain data");
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::Value;

    use super::super::samples;

    /// The names of all fields, by what they are in.
    type Fields = BTreeMap<String, BTreeSet<String>>;

    fn fields(value: &Value, within: &str, found: &mut Fields) {
        for (name, value) in value.as_object().into_iter().flatten() {
            found.entry(within.to_owned()).or_default().insert(name.clone());
            fields(value, &format!("{within}.{name}"), found);
        }
        for item in value.as_array().into_iter().flatten() {
            fields(item, within, found);
        }
    }

    #[test]
    fn a_chain_has_the_fields_that_are_documented() {
        let value = serde_json::to_value(samples::of("x")).unwrap();
        let mut found = Fields::new();
        for chain in ["path", "walk"] {
            fields(&value[chain], chain, &mut found);
        }
        let row = |(within, names): (String, BTreeSet<String>)| {
            format!("{within}: {}", names.into_iter().collect::<Vec<String>>().join(" "))
        };
        let found: Vec<String> = found.into_iter().map(row).collect();
        insta::assert_snapshot!(found.join("\n"), @r"
        path: backups findings from hops left_out passed_over rooms to waived
        path.findings: advice code severity text
        path.from: edition version
        path.hops: artifact because findings from left_behind needs_database_to_go_back only_switches saved settings to
        path.hops.artifact: at_hand bytes name sha256 url
        path.hops.findings: advice code severity text
        path.hops.settings: changes knowledge
        path.hops.settings.changes: setting text what
        path.passed_over: version why
        path.rooms: free_bytes mount needed_bytes path
        path.to: edition version
        walk: dark_ms from hops served settings to total_ms
        walk.from: edition version
        walk.hops: ahead_ms down_ms ending from migrated_ms staged_ms to total_ms transaction
        walk.settings: after before setting
        walk.to: edition version
        ");
        assert_eq!(value["path"]["backups"], "each");
        assert_eq!(value["path"]["hops"][0]["saved"], "all");
        assert_eq!(value["walk"]["hops"][0]["ending"], "committed");
    }
}
