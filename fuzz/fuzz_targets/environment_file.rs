//! The reader of environment files on any text: it never panics, and reads back what is quoted for it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mmembed::model::parse_environment_file;

fuzz_target!(|text: &str| {
    let lines = text.split(['\n', '\r']).count();
    let found = match parse_environment_file(text) {
        Ok(found) => found,
        Err(error) => return assert!((1..=lines).contains(&error.line)),
    };
    let lines = found.iter().map(|(name, value)| format!("{name}={}", quote(value.expose())));
    let quoted = lines.collect::<Vec<_>>().join("\n");
    assert_eq!(parse_environment_file(&quoted), Ok(found));
});

/// systemd.exec(5): between double quotes, these four have to be escaped.
fn quote(value: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in value.chars() {
        if matches!(letter, '"' | '\\' | '`' | '$') {
            quoted.push('\\');
        }
        quoted.push(letter);
    }
    quoted + "\""
}
