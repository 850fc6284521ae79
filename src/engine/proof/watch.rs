//! Watching a server become ready: its process, its port, its answers and its log, until they add up to a proof.

use std::time::Duration;

use super::ask::ask;
use super::error::ProofError;
use crate::engine::reporter::Reporter;
use crate::host::{Exit, Hold, Host, Http, Level as Wish, ServerProcess, hold_of};
use crate::model::{Event, Version};
use crate::server::{
    ExitMeaning, HealthVerdict, LogKind, LogLevel, LogLine, Part, Sample, ServerExit, VersionId,
    judge,
};

/// Good answers in a row that make a proof: one could come from a server that falls over right after.
const GOOD_ANSWERS: usize = 2;

/// Between two looks. A start takes seconds; a look costs a fraction of a millisecond.
const PAUSE: Duration = Duration::from_millis(50);

/// So many `Failed to ping DB`, ten seconds apart, are no start-up of a database that is just being started together
/// with the server: the preflight has reached that very database a moment ago.
const FAILED_PINGS: u32 = 3;

/// How long a server may report that it is unwell after it has opened its port.
const UNWELL: Duration = Duration::from_secs(60);

pub(super) struct Watch<'a> {
    pub(super) host: &'a Host,
    pub(super) http: Http,
    pub(super) base: String,
    pub(super) port: u16,
    pub(super) version: &'a Version,
    /// The user who runs the server, by number.
    pub(super) user: u32,
    pub(super) started: Duration,
    pub(super) within: Duration,
}

/// What a proven server said of itself.
#[derive(Debug)]
pub(crate) struct Witness {
    /// Who it says it is.
    pub(crate) version_id: VersionId,
    /// From its start to the last of the good answers.
    pub(crate) ready_after: Duration,
}

/// Who answers on the port of the dark start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answering {
    Server,
    /// Whoever it was, nobody listens any more, or the server has ended.
    Nobody,
    Another,
}

/// Where it cannot be seen which process listens, its user decides: the port was free, the server runs, and what
/// answers has to name its version besides.
fn answering(hold: &Hold, user: u32) -> Answering {
    match hold {
        Hold::Process => Answering::Server,
        Hold::Unseen { users } if users.iter().all(|uid| *uid == user) => Answering::Server,
        Hold::Nobody => Answering::Nobody,
        Hold::Unseen { .. } | Hold::Another => Answering::Another,
    }
}

/// What was noticed so far.
#[derive(Default)]
struct Notices {
    samples: Vec<Sample>,
    failed_pings: u32,
    unwell_since: Option<Duration>,
    /// With what it reported a problem when it was asked last.
    unwell: Vec<Part>,
    last_words: Option<LogLine>,
}

impl Watch<'_> {
    pub(super) fn until_proven(
        &self,
        process: &mut ServerProcess,
        reporter: &mut dyn Reporter,
    ) -> Result<Witness, ProofError> {
        let mut notices = Notices::default();
        loop {
            notices.listen(process, reporter)?;
            if let Some(exit) = process.try_wait()? {
                notices.listen(process, reporter)?;
                return Err(self.ended(exit, &notices));
            }
            if let Some(witness) = self.look(process, &mut notices)? {
                return Ok(witness);
            }
            let waited = self.host.clock.monotonic().saturating_sub(self.started);
            if waited > self.within {
                return Err(notices.too_slow(self.within));
            }
            if self.host.cancel.requested() != Wish::No {
                return Err(ProofError::Cancelled);
            }
            self.host.clock.sleep(PAUSE);
        }
    }

    fn look(
        &self,
        process: &mut ServerProcess,
        notices: &mut Notices,
    ) -> Result<Option<Witness>, ProofError> {
        let Some(sample) = ask(&self.http, &self.base, self.version)? else {
            return Ok(None);
        };
        match self.answering(process)? {
            Answering::Server => {}
            Answering::Nobody => return Ok(None),
            Answering::Another => return Err(ProofError::ForeignPort { port: self.port }),
        }
        let version_id = match &sample {
            Sample::Answered(answer) => answer.version_id.clone(),
            Sample::Refused | Sample::Silent => None,
        };
        notices.samples.push(sample);
        let now = self.host.clock.monotonic();
        match (
            judge(&notices.samples, self.version, GOOD_ANSWERS),
            version_id,
        ) {
            (HealthVerdict::Healthy { .. }, Some(version_id)) => {
                let ready_after = now.saturating_sub(self.started);
                Ok(Some(Witness {
                    version_id,
                    ready_after,
                }))
            }
            (HealthVerdict::WrongVersion { seen }, _) => Err(ProofError::WrongVersion {
                expected: self.version.clone(),
                seen,
            }),
            (HealthVerdict::Unhealthy { parts }, _) => {
                let since = *notices.unwell_since.get_or_insert(now);
                if now.saturating_sub(since) > UNWELL {
                    return Err(ProofError::Unhealthy { parts });
                }
                notices.unwell = parts;
                Ok(None)
            }
            (HealthVerdict::Healthy { .. } | HealthVerdict::NotYet { .. }, _) => Ok(None),
        }
    }

    /// Who it was that answered just now.
    fn answering(&self, process: &mut ServerProcess) -> Result<Answering, ProofError> {
        let hold = hold_of(process.pid(), self.port)?;
        let answering = answering(&hold, self.user);
        // Looked at last: while it runs, the port that it has is no other's.
        if answering == Answering::Another && process.try_wait()?.is_some() {
            return Ok(Answering::Nobody);
        }
        Ok(answering)
    }

    fn ended(&self, exit: Exit, notices: &Notices) -> ProofError {
        let number = match exit {
            Exit::Code(code) => ServerExit::Code(code),
            Exit::Signal(signal) => ServerExit::Signal(signal),
        };
        let meaning = ExitMeaning::of(number, self.version);
        ProofError::Ended {
            exit: exit.to_string(),
            meaning,
            last_words: notices.words(),
        }
    }
}

impl Notices {
    /// Takes in what the server logged since the last time.
    fn listen(
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
                    return Err(ProofError::NoDatabase {
                        line: line.message.clone(),
                    });
                }
            }
            // A server that lacks its port stays up for ever without one (up to 4.2), or takes up to 15 s to end.
            LogKind::PortTaken => {
                return Err(ProofError::Hopeless {
                    line: line.message.clone(),
                });
            }
            LogKind::Listening
            | LogKind::DirtyDatabase
            | LogKind::SchemaTooOld
            | LogKind::SchemaTooNew
            | LogKind::SchemaSkip
            | LogKind::MigrationFailed
            | LogKind::Fatal
            | LogKind::Progress
            | LogKind::Other => {}
        }
        let graver = self
            .last_words
            .as_ref()
            .is_none_or(|last| line.level >= last.level);
        if graver && line.level >= LogLevel::Info {
            self.last_words = Some(line.clone());
        }
        Ok(line.kind != LogKind::Other || line.level >= LogLevel::Error)
    }

    /// Why it is not ready in time: it said so, or nobody knows.
    fn too_slow(self, within: Duration) -> ProofError {
        if self.unwell.is_empty() {
            let last_words = self.words();
            ProofError::TooSlow { within, last_words }
        } else {
            ProofError::Unhealthy { parts: self.unwell }
        }
    }

    fn words(&self) -> String {
        let last = self.last_words.as_ref().map(|line| line.message.clone());
        last.unwrap_or_else(|| "it said nothing".to_owned())
    }
}

#[cfg(test)]
mod tests;
