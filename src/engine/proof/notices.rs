//! What a starting server says, line by line, and what that says of its chances.
//! Nothing is asked here.

use std::time::Duration;

use super::error::ProofError;
use crate::engine::reporter::Reporter;
use crate::host::ServerProcess;
use crate::model::Event;
use crate::server::{LogKind, LogLevel, LogLine, Part, Sample};

/// So many `Failed to ping DB`, ten seconds apart, are no start-up of a database that is just being started together
/// with the server: the preflight has reached that very database a moment ago.
const FAILED_PINGS: u32 = 3;

/// What was noticed so far.
pub(super) struct Notices {
    /// The port of the dark start.
    port: u16,
    pub(super) samples: Vec<Sample>,
    failed_pings: u32,
    unwell_since: Option<Duration>,
    /// With what it reported a problem when it was asked last.
    unwell: Vec<Part>,
    last_words: Option<LogLine>,
}

impl Notices {
    /// Nothing yet.
    pub(super) const fn of(port: u16) -> Self {
        Self {
            port,
            samples: Vec::new(),
            failed_pings: 0,
            unwell_since: None,
            unwell: Vec::new(),
            last_words: None,
        }
    }

    /// Its last answer was good: what it was unwell with is over.
    pub(super) fn is_well(&mut self) {
        self.unwell_since = None;
        self.unwell.clear();
    }

    /// Its last answer was that it is unwell; says for how long it has been.
    pub(super) fn is_unwell(&mut self, parts: &[Part], now: Duration) -> Duration {
        parts.clone_into(&mut self.unwell);
        now.saturating_sub(*self.unwell_since.get_or_insert(now))
    }

    /// Takes in what the server logged since the last time.
    pub(super) fn listen(
        &mut self,
        process: &ServerProcess,
        reporter: &mut dyn Reporter,
    ) -> Result<(), ProofError> {
        for line in process.lines().lines {
            let line = LogLine::parse(&line);
            if self.heed(&line)? {
                reporter.hear(&Event::ServerLog { line: line.message });
            }
        }
        Ok(())
    }

    /// Takes in one line; says whether it is worth showing.
    ///
    /// # Errors
    /// When the line says that waiting is in vain.
    fn heed(&mut self, line: &LogLine) -> Result<bool, ProofError> {
        match line.kind {
            LogKind::DatabaseUnreachable => {
                self.failed_pings += 1;
                if self.failed_pings >= FAILED_PINGS {
                    return Err(ProofError::NoDatabase { line: line.message.clone() });
                }
            }
            // A server that lacks its port stays up for ever without one (up to 4.2), or takes up to 15 s to end.
            // Plugins listen too: a port of theirs costs no more than what that plugin does.
            LogKind::PortTaken if names_port(&line.message, self.port) => {
                return Err(ProofError::Hopeless { line: line.message.clone() });
            }
            LogKind::PortTaken
            | LogKind::Listening
            | LogKind::DirtyDatabase
            | LogKind::SchemaTooOld
            | LogKind::SchemaTooNew
            | LogKind::SchemaSkip
            | LogKind::MigrationFailed
            | LogKind::Fatal
            | LogKind::Progress
            | LogKind::Other => {}
        }
        let graver = self.last_words.as_ref().is_none_or(|last| line.level >= last.level);
        if graver && line.level >= LogLevel::Info {
            self.last_words = Some(line.clone());
        }
        Ok(line.kind != LogKind::Other || line.level >= LogLevel::Error)
    }

    /// Why it is not ready in time: it said so, or nobody knows.
    pub(super) fn too_slow(self, within: Duration) -> ProofError {
        if self.unwell.is_empty() {
            let last_words = self.words();
            ProofError::TooSlow { within, last_words }
        } else {
            ProofError::Unhealthy { parts: self.unwell }
        }
    }

    pub(super) fn words(&self) -> String {
        let last = self.last_words.as_ref().map(|line| line.message.clone());
        last.unwrap_or_else(|| "it said nothing".to_owned())
    }
}

/// Does a line about an address in use name this port? Observed on real servers 3.5 to 7.8 and told by Go of any
/// address: "listen tcp 127.0.0.1:8065: bind: address already in use".
fn names_port(message: &str, port: u16) -> bool {
    let place = message.split_once("listen tcp").map_or(message, |(_, rest)| rest);
    let mut numbers = place.split(':').skip(1);
    // Without the words before the address anything may stand before it, such as a time.
    numbers.any(|text| {
        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        digits.parse() == Ok(port)
    })
}

#[cfg(test)]
mod tests;
