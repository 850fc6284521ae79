//! A node's turn to change the database that it shares: taken before anything is stopped, held until all is done.
//!
//! The session of a `psql` holds it, whose standard input only this program has. Whatever ends this program ends that input, and with
//! it the session and the turn: there is nothing to clean up after a crash.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::look::SharedDatabase;
use super::pool::is_pooled;
use crate::database::{
    AnswerError, Failure, KEEP_IDLE, has_turn, list_holders, parse_holders, take_turn,
};
use crate::engine::database::{Access, DatabaseError};
use crate::engine::reporter::Reporter;
use crate::host::{ExecError, Host, Level, Tether, TetherError, printable};
use crate::model::Event;

/// No answer to a question about locks takes longer, unless the database is in trouble.
pub(super) const ANSWER: Duration = Duration::from_secs(30);

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(250);

/// Whoever waits hears of it again after so long.
const REMINDER: Duration = Duration::from_secs(60);

/// The turn. It is over when this is dropped.
#[derive(Debug)]
pub struct Turn {
    /// `None` once the turn was lost.
    session: Mutex<Option<Tether>>,
    /// Is this a node of a cluster, for all that is known?
    is_node: bool,
}

/// Why a node has no turn.
#[derive(Debug, thiserror::Error)]
pub enum TurnError {
    /// Another node had it for too long.
    #[error("another node is changing the database: {holder}; it was waited for during {}", in_words(*waited))]
    Held {
        /// Who.
        holder: String,
        /// How long it was waited for.
        waited: Duration,
    },
    /// The operator asked to stop.
    #[error("it was asked to stop while it waited for another node: {holder}")]
    Cancelled {
        /// Who was waited for.
        holder: String,
    },
    /// What lies between this node and the database holds no turn for anybody.
    #[error(
        "no turn can be held: a pooler before the database lends its sessions out statement by statement, as PgBouncer does with pool_mode = transaction"
    )]
    Pooled,
    /// The turn was lost on the way.
    #[error("the session that kept other nodes from changing the database is gone")]
    Lost,
    /// The database of a cluster cannot be asked.
    #[error("other nodes cannot be kept from changing the database: {0}")]
    Closed(String),
    /// The database could not be asked.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The database refused.
    #[error("{0}")]
    Failed(Failure),
    /// The client could not be run, or does not answer.
    #[error(transparent)]
    Session(TetherError),
    /// Its answer makes no sense.
    #[error(transparent)]
    Answer(#[from] AnswerError),
}

impl From<TetherError> for TurnError {
    fn from(error: TetherError) -> Self {
        match error {
            TetherError::Ended { said, .. } => Self::Failed(Failure::understand(&said)),
            error @ (TetherError::Exec(_) | TetherError::Silent { .. }) => Self::Session(error),
        }
    }
}

impl From<ExecError> for TurnError {
    fn from(error: ExecError) -> Self {
        Self::Session(error.into())
    }
}

impl Turn {
    /// Takes the turn; waits for whoever has it, as long as the host's patience lasts. `None` where a database has no turns to take:
    /// one that is not PostgreSQL, or that a single node cannot be asked about.
    ///
    /// # Errors
    /// [`TurnError`]; nothing was changed.
    pub(crate) fn take(
        host: &Host,
        shared: &SharedDatabase,
        reporter: &mut dyn Reporter,
    ) -> Result<Option<Self>, TurnError> {
        match Self::open(host, shared) {
            Ok(Some(turn)) => {
                turn.wait(host, reporter)?;
                Ok(Some(turn))
            }
            Ok(None) => Ok(None),
            // Nobody else is known to be there: what a single node needs of its database says so itself.
            Err(error) if !shared.is_node() => {
                let text =
                    format!("other nodes cannot be kept from changing the database: {error}");
                reporter.hear(&Event::Note { text });
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn open(host: &Host, shared: &SharedDatabase) -> Result<Option<Self>, TurnError> {
        let database = match shared.access(host)? {
            Access::Open(database) => database,
            Access::Closed(why) if shared.is_node() && shared.is_postgres() => {
                return Err(TurnError::Closed(why));
            }
            Access::Closed(_) => return Ok(None),
        };
        let mut session = database.hold_session()?;
        if is_pooled(&mut session, &database)? {
            return Err(TurnError::Pooled);
        }
        session.ask(KEEP_IDLE, ANSWER)?;
        Ok(Some(Self { session: Mutex::new(Some(session)), is_node: shared.is_node() }))
    }

    fn wait(&self, host: &Host, reporter: &mut dyn Reporter) -> Result<(), TurnError> {
        let begin = host.clock.monotonic();
        let mut told: Option<(String, Duration)> = None;
        loop {
            if self.is_true(&take_turn())? {
                return Ok(());
            }
            let holder = self.holder()?;
            let waited = host.clock.monotonic().saturating_sub(begin);
            if host.cancel.requested() >= Level::First {
                return Err(TurnError::Cancelled { holder });
            }
            if waited >= host.turn_patience {
                return Err(TurnError::Held { holder, waited });
            }
            let is_news =
                told.as_ref().is_none_or(|(whom, at)| *whom != holder || waited >= *at + REMINDER);
            if is_news {
                let limit = in_words(host.turn_patience);
                let text = format!(
                    "waiting for another node, which is changing the database: {holder}; for {limit} at most"
                );
                reporter.hear(&Event::Note { text });
                told = Some((holder, waited));
            }
            host.clock.sleep(PAUSE);
        }
    }

    /// Be sure that it is still this node's turn. Where nobody else is known to be there, it does not matter.
    ///
    /// # Errors
    /// [`TurnError::Lost`] when the database's server was started anew, somebody has ended the session, or it does not answer. From
    /// then on the turn is lost for good.
    pub(crate) fn require(&self) -> Result<(), TurnError> {
        if !self.is_node || matches!(self.is_true(&has_turn()), Ok(true)) {
            return Ok(());
        }
        // Whoever is only silent may still have the turn, so that this very node would wait for it; and what it says too late would be
        // taken for the answer to the next question.
        drop(self.session().take());
        Err(TurnError::Lost)
    }

    fn is_true(&self, question: &str) -> Result<bool, TurnError> {
        Ok(self.ask(question)? == "t")
    }

    fn ask(&self, question: &str) -> Result<String, TurnError> {
        let mut session = self.session();
        Ok(session.as_mut().ok_or(TurnError::Lost)?.ask(question, ANSWER)?)
    }

    fn session(&self) -> MutexGuard<'_, Option<Tether>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn holder(&self) -> Result<String, TurnError> {
        let holders = parse_holders(&self.ask(&list_holders())?)?;
        let names: Vec<String> = holders.iter().map(|name| printable(name.as_bytes())).collect();
        // Whoever had it may just have gone.
        Ok(if names.is_empty() { "somebody".to_owned() } else { names.join(", ") })
    }
}

fn in_words(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds >= 60 && seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::host::Exec;
    use crate::model::CommandSpec;

    #[test]
    fn whoever_has_lost_it_once_has_lost_it_whatever_is_said_later() {
        let script = "for said in $$ t f t; do read -r question && echo $said; done";
        let spec = CommandSpec::new("sh").arg("-c").arg(script);
        let session = Exec::default().tether(&spec).unwrap();
        let turn = Turn { session: Mutex::new(Some(session)), is_node: true };
        let process = Path::new("/proc").join(turn.ask("who are you?").unwrap());
        turn.require().unwrap();
        assert!(process.exists());
        for _again in 0..2 {
            assert!(matches!(turn.require(), Err(TurnError::Lost)));
            assert!(!process.exists(), "what held it may hold it still");
        }
    }
}
