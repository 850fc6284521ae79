//! Words that are needed in more than one place.

use std::error::Error;
use std::io::{self, Write};

use crate::model::redact;

/// An error with all its causes, in one line, secrets masked.
pub(crate) fn chain(error: &dyn Error) -> String {
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

/// A line of commentary.
pub(crate) fn say(line: &str) -> io::Result<()> {
    writeln!(anstream::stderr().lock(), "{line}")
}

/// That the file in use is not all that decides; `None` where it is.
pub(crate) fn overridden(names: &[String]) -> Option<String> {
    let names = names.join(", ");
    let text =
        format!("variables in the environment of the running server win over the file: {names}");
    (!names.is_empty()).then_some(text)
}
