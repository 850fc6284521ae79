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
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::super::samples;

    /// The names of all fields, each with those that it is in.
    fn fields(value: &Value, within: &str, found: &mut BTreeSet<String>) {
        if let Value::Object(object) = value {
            for (name, value) in object {
                found.insert(format!("{within}{name}"));
                fields(value, &format!("{within}{name}."), found);
            }
        }
        for item in value.as_array().into_iter().flatten() {
            fields(item, within, found);
        }
    }

    #[test]
    fn a_chain_has_the_fields_that_are_documented() {
        let report = samples::of("x");
        let value = serde_json::to_value(&report).unwrap();
        let mut found = BTreeSet::new();
        fields(&value["path"], "path.", &mut found);
        fields(&value["walk"], "walk.", &mut found);
        let found: Vec<String> = found.into_iter().collect();
        insta::assert_snapshot!(found.join("\n"), @r"
        path.backups
        path.findings
        path.findings.advice
        path.findings.code
        path.findings.severity
        path.findings.text
        path.from
        path.from.edition
        path.from.version
        path.hops
        path.hops.artifact
        path.hops.artifact.at_hand
        path.hops.artifact.bytes
        path.hops.artifact.name
        path.hops.artifact.sha256
        path.hops.artifact.url
        path.hops.because
        path.hops.findings
        path.hops.findings.advice
        path.hops.findings.code
        path.hops.findings.severity
        path.hops.findings.text
        path.hops.from
        path.hops.needs_database_to_go_back
        path.hops.saved
        path.hops.settings
        path.hops.settings.changes
        path.hops.settings.changes.setting
        path.hops.settings.changes.text
        path.hops.settings.changes.what
        path.hops.settings.knowledge
        path.hops.to
        path.left_out
        path.passed_over
        path.passed_over.version
        path.passed_over.why
        path.rooms
        path.rooms.free_bytes
        path.rooms.mount
        path.rooms.needed_bytes
        path.rooms.path
        path.to
        path.to.edition
        path.to.version
        path.waived
        walk.dark_ms
        walk.from
        walk.from.edition
        walk.from.version
        walk.hops
        walk.hops.ahead_ms
        walk.hops.down_ms
        walk.hops.ending
        walk.hops.from
        walk.hops.migrated_ms
        walk.hops.staged_ms
        walk.hops.to
        walk.hops.total_ms
        walk.hops.transaction
        walk.settings
        walk.settings.after
        walk.settings.before
        walk.settings.setting
        walk.to
        walk.to.edition
        walk.to.version
        walk.total_ms
        ");
        assert_eq!(value["path"]["backups"], "each");
        assert_eq!(value["path"]["hops"][0]["saved"], "all");
        assert_eq!(value["walk"]["hops"][0]["ending"], "committed");
    }
}
