//! Words that are needed in more than one place.

use std::io;

use super::{terminal, voice};
pub(crate) use crate::model::chain;

/// A line of commentary.
pub(crate) fn say(line: &str) -> io::Result<()> {
    voice::record(line);
    terminal::tell(&format!("{line}\n"))
}

/// That rules were waived for the release in use; `None` where none was.
pub(crate) fn waived(rules: &[String]) -> Option<String> {
    (!rules.is_empty()).then(|| format!("rules waived: {}", rules.join(", ")))
}

/// That the file in use is not all that decides; `None` where it is.
pub(crate) fn overridden(names: &[String]) -> Option<String> {
    let names = names.join(", ");
    let text =
        format!("variables in the environment of the running server win over the file: {names}");
    (!names.is_empty()).then_some(text)
}
