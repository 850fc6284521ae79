//! How much is said, and the file that everything said is written to besides. Set once, before anything is said.
//! Results that are documents of their own, such as settings or lists, are not written to that file: they may be secrets that were
//! asked for.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{Mutex, OnceLock, PoisonError};

use anstream::adapter::strip_str;

use super::args::Output;
use crate::host::{AppendFile, Clock, PathError, append_outside};
use crate::model::Severity;

static VOICE: OnceLock<Voice> = OnceLock::new();

struct Voice {
    quiet: bool,
    log: Option<Mutex<AppendFile>>,
    clock: Clock,
}

/// Makes it as loud as was asked for.
///
/// # Errors
/// The file cannot be written to.
pub(crate) fn raise(output: &Output) -> Result<(), PathError> {
    let log = output.log_file.as_deref().map(append_outside).transpose()?;
    let voice = Voice { quiet: output.quiet, log: log.map(Mutex::new), clock: Clock::system() };
    // A program has one command line: whoever calls twice is told by the first.
    drop(VOICE.set(voice));
    Ok(())
}

/// Is a finding of this weight shown?
pub(crate) fn is_shown(severity: Severity) -> bool {
    severity != Severity::Note || VOICE.get().is_none_or(|voice| !voice.quiet)
}

/// Writes what was said into the file, each line with its time, without colours. What cannot be written is not written: it may
/// not fail what is being done.
pub(crate) fn record(text: &str) {
    let Some(Voice { log: Some(log), clock, .. }) = VOICE.get() else {
        return;
    };
    let now = clock.now();
    let plain = strip_str(text).to_string();
    let mut lines = String::new();
    for line in plain.lines() {
        writeln!(lines, "{now:.3} {line}").expect("a string can be written to");
    }
    let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
    let _unwritten = log.write_all(lines.as_bytes());
}
