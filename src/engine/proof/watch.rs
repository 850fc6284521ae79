//! Watching a server become ready: its process, its port, its answers and its log, until they add up to a proof.

use std::time::Duration;

use super::ask::ask;
use super::error::ProofError;
use super::notices::Notices;
use crate::engine::reporter::Reporter;
use crate::host::{Exit, Hold, Host, Http, Level as Wish, ServerProcess, hold_of};
use crate::model::Version;
use crate::server::{ExitMeaning, HealthVerdict, Sample, ServerExit, VersionId, judge};

/// Good answers in a row that make a proof: one could come from a server that falls over right after.
const GOOD_ANSWERS: usize = 2;

/// Between two looks, by how long was waited already: a usual start takes seconds, in which people wait for every moment
/// that the answer is noticed late; a large migration takes hours, and none should cost a processor.
const PAUSES: [(Duration, Duration); 4] = [
    (Duration::from_secs(10), Duration::from_millis(10)),
    (Duration::from_secs(30), Duration::from_millis(50)),
    (Duration::from_secs(120), Duration::from_millis(250)),
    (Duration::MAX, Duration::from_secs(1)),
];

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

impl Watch<'_> {
    pub(super) fn until_proven(
        &self,
        process: &mut ServerProcess,
        reporter: &mut dyn Reporter,
    ) -> Result<Witness, ProofError> {
        let mut notices = Notices::of(self.port);
        loop {
            notices.listen(process, reporter)?;
            if let Some(exit) = process.try_wait()? {
                return Err(self.ended(exit, process, &mut notices, reporter));
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
            self.host.clock.sleep(pause_after(waited));
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
        match (judge(&notices.samples, self.version, GOOD_ANSWERS), version_id) {
            (HealthVerdict::Healthy { .. }, Some(version_id)) => {
                let ready_after = now.saturating_sub(self.started);
                Ok(Some(Witness { version_id, ready_after }))
            }
            (HealthVerdict::WrongVersion { seen }, _) => {
                Err(ProofError::WrongVersion { expected: self.version.clone(), seen })
            }
            (HealthVerdict::Unhealthy { parts }, _) => {
                if notices.is_unwell(&parts, now) > UNWELL {
                    return Err(ProofError::Unhealthy { parts });
                }
                Ok(None)
            }
            (HealthVerdict::NotYet { good: 0 }, _) => Ok(None),
            (HealthVerdict::Healthy { .. } | HealthVerdict::NotYet { .. }, _) => {
                notices.is_well();
                Ok(None)
            }
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

    /// Why a server that has ended was not proven: what it said is worth more than how it ended.
    fn ended(
        &self,
        exit: Exit,
        process: &ServerProcess,
        notices: &mut Notices,
        reporter: &mut dyn Reporter,
    ) -> ProofError {
        // Waits for its last words; a log that is incomplete does not make them worth less.
        let _incomplete = process.log_failure();
        if let Err(error) = notices.listen(process, reporter) {
            return error;
        }
        let number = match exit {
            Exit::Code(code) => ServerExit::Code(code),
            Exit::Signal(signal) => ServerExit::Signal(signal),
        };
        let meaning = ExitMeaning::of(number, self.version);
        ProofError::Ended { exit: exit.to_string(), meaning, last_words: notices.words() }
    }
}

#[cfg(test)]
mod tests;

fn pause_after(waited: Duration) -> Duration {
    let found = PAUSES.iter().find(|(until, _)| waited < *until);
    found.map_or(Duration::from_secs(1), |(_, pause)| *pause)
}
