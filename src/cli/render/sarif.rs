//! Findings as a SARIF 2.1.0 log, with what the code scanning of GitHub asks for on top.
//! What was found is decided below.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use serde_json::{Value, json};

use super::lint::level;
use crate::config::{Complaint, LintRule, lint_rules};
use crate::engine::LintedFile;

/// What may stand in the path of an address as it is (RFC 3986, 3.3), without the colon, which may not in a relative one's
/// first part.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b'@')
    .remove(b'/');

/// The log of one run.
pub(crate) fn log(linted: &[LintedFile]) -> Value {
    let results: Vec<Value> = linted
        .iter()
        .flat_map(|file| file.complaints.iter().map(|complaint| result(&file.path, complaint)))
        .collect();
    let rules: Vec<Value> = lint_rules().iter().map(rule).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{ "executionSuccessful": true }],
            "results": results,
        }],
    })
}

fn rule(rule: &LintRule) -> Value {
    let LintRule { id, summary, help } = rule;
    json!({
        "id": id,
        "shortDescription": { "text": format!("The configuration or one of its settings {summary}") },
        "fullDescription": { "text": help },
        "help": { "text": help },
    })
}

fn result(path: &Path, complaint: &Complaint) -> Value {
    let advice = &complaint.advice;
    let advice = if advice.is_empty() { String::new() } else { format!("; {advice}") };
    let rules = lint_rules();
    let setting = complaint.setting.as_ref().map(ToString::to_string).unwrap_or_default();
    // What has no place of its own is about the file, which begins at its first line.
    let region = complaint.at.map_or_else(
        || json!({ "startLine": 1 }),
        |at| json!({ "startLine": at.line, "startColumn": at.column }),
    );
    json!({
        "ruleId": complaint.rule,
        "ruleIndex": rules.iter().position(|rule| rule.id == complaint.rule),
        "level": level(complaint.severity),
        "message": { "text": format!("{}{advice}", complaint.text) },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(path) },
            "region": region,
        }}],
        // The same finding in another revision of the file is the same one, whatever its line is.
        "partialFingerprints": { "ruleAndSetting/v1": format!("{} {setting}", complaint.rule) },
    })
}

/// The address of a file: relative as it was named, or `file:///` and the absolute path.
fn uri(path: &Path) -> String {
    if path == Path::new("-") {
        return "stdin".to_owned();
    }
    let path = path.strip_prefix(".").unwrap_or(path);
    let encoded = percent_encode(path.as_os_str().as_bytes(), KEPT);
    if path.is_absolute() { format!("file://{encoded}") } else { encoded.to_string() }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    #[test]
    fn addresses_of_files_are_encoded() {
        for (path, address) in [
            ("config.json", "config.json"),
            ("./a/b.json", "a/b.json"),
            ("../a b/ü#?.json", "../a%20b/%C3%BC%23%3F.json"),
            ("c:d.json", "c%3Ad.json"),
            ("/etc/100%.json", "file:///etc/100%25.json"),
            ("-", "stdin"),
        ] {
            assert_eq!(uri(Path::new(path)), address, "{path}");
        }
        assert_eq!(uri(Path::new(OsStr::from_bytes(b"\xff.json"))), "%FF.json");
    }
}
