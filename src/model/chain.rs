//! An error and what caused it, as one line.

use std::error::Error;

use super::redact;

/// An error with all its causes, in one line, secrets masked.
#[must_use]
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        // A transparent error says what its cause says.
        if !text.ends_with(&words) {
            text = format!("{text}: {words}");
        }
        source = cause.source();
    }
    redact(&text)
}
