//! A report as one JSON object.

use std::io::{self, Write};

use serde::Serialize;

/// Prints any part of the contract as one object with a final newline.
pub(crate) fn print(value: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_string_pretty(value).expect("a report is plain data");
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")
}
