//! One run of one plan: lock, journal, steps forward, and if need be the same steps back.
//! Nothing is decided here that the plan or the journal's rules do not say.

use crate::engine::cluster::Turn;
use crate::engine::journal_file::{JournalError, JournalFile};
use crate::engine::reporter::Reporter;
use crate::engine::steps::{self, Losses, StepContext, StepError};
use crate::host::{Host, Level, Lock};
use crate::journal::{Ending, Record};
use crate::model::{Event, Plan, Step, StepId};
use crate::planning::explain;

/// A plan being carried out. Dropping it leaves it open on disk, for `recover` to close.
pub(crate) struct Transaction<'a> {
    host: &'a Host,
    _lock: &'a Lock,
    turn: Option<&'a Turn>,
    plan: Plan,
    journal: JournalFile,
    reporter: &'a mut dyn Reporter,
    losses: Losses,
    taken_up: bool,
}

/// How a run of a transaction ended.
#[derive(Debug)]
pub enum Outcome {
    /// The plan was carried out.
    Committed,
    /// The new state is the truth, but something after it is left to do.
    CommittedWithRemainder {
        /// What could not be done yet.
        cause: StepError,
    },
    /// The host is as it was before.
    RolledBack {
        /// Why; `None` when it was asked for, or when it is the end of an interrupted run.
        cause: Option<StepError>,
    },
    /// A step could not be undone: hands off.
    Stuck {
        /// Why the undoing began.
        cause: Option<StepError>,
        /// The step that could not be undone.
        step: StepId,
        /// Why not.
        undo: StepError,
    },
    /// The transaction stays open, because its journal could not be written, or a test stopped the world.
    Unfinished {
        /// Why.
        cause: StepError,
    },
}

impl Outcome {
    /// Was all of it done?
    #[must_use]
    pub const fn is_committed(&self) -> bool {
        matches!(self, Self::Committed)
    }

    fn unfinished(cause: JournalError) -> Self {
        Self::Unfinished { cause: StepError::Journal(cause) }
    }
}

impl<'a> Transaction<'a> {
    pub(crate) fn new(
        host: &'a Host,
        lock: &'a Lock,
        plan: Plan,
        journal: JournalFile,
        reporter: &'a mut dyn Reporter,
    ) -> Self {
        Self {
            host,
            _lock: lock,
            turn: None,
            plan,
            journal,
            reporter,
            losses: Losses::Refused,
            taken_up: false,
        }
    }

    /// The same, by a node that has taken its turn to change the database.
    pub(crate) const fn in_turn(mut self, turn: Option<&'a Turn>) -> Self {
        self.turn = turn;
        self
    }

    /// The same, begun by another run, which has vanished. The operator may have given the word that what people have
    /// put into the server since may go.
    pub(crate) fn taken_up(mut self, losses: Losses) -> Self {
        self.losses = losses;
        self.taken_up = true;
        self
    }

    /// Carries the plan out from wherever the journal stands, or goes back.
    pub(crate) fn run(mut self) -> Outcome {
        while self.journal.state().next_to_perform().0 < self.plan.steps_before_commit() {
            match self.host.cancel.requested() {
                Level::No => {}
                Level::First => return self.cancel(),
                Level::Second => {
                    return Outcome::Unfinished { cause: StepError::Cancelled };
                }
            }
            if let Err(failure) = self.perform_next() {
                return self.fail(failure);
            }
        }
        // Whether this record reached the disk decides between the old and the new state. If writing it fails, only
        // what can be read back later tells, so nothing more is done on a guess.
        if let Err(cause) = self.journal.append(&Record::Committed) {
            return Outcome::unfinished(cause);
        }
        self.roll_forward()
    }

    /// Performs what is left after the commit.
    pub(crate) fn roll_forward(self) -> Outcome {
        self.finish(Remainder::Perform)
    }

    /// The same, but for letting the server out: the operator has given that up.
    pub(crate) fn roll_forward_without_start(self) -> Outcome {
        self.finish(Remainder::WaiveStart)
    }

    fn finish(mut self, remainder: Remainder) -> Outcome {
        while let Some(planned) = self.plan.step(self.journal.state().next_to_perform()) {
            let waived = remainder == Remainder::WaiveStart && is_start(&planned.step);
            match if waived { self.waive_next() } else { self.perform_next() } {
                Ok(()) => {}
                Err(Failure::Step { step, cause }) => {
                    let record = Record::Failed { step, error: cause.to_string() };
                    return match self.journal.append(&record) {
                        Ok(()) => Outcome::CommittedWithRemainder { cause },
                        Err(cause) => Outcome::unfinished(cause),
                    };
                }
                Err(Failure::Journal(cause)) => return Outcome::unfinished(cause),
            }
        }
        self.close(Ending::Committed, Outcome::Committed)
    }

    /// Undoes what was done, newest first.
    pub(crate) fn roll_back(mut self, cause: Option<StepError>) -> Outcome {
        while let Some(step) = self.journal.state().next_to_undo() {
            if self.host.cancel.requested() == Level::Second {
                return Outcome::Unfinished { cause: StepError::Cancelled };
            }
            // A record that cannot be written leaves the transaction open for a later run; it does not make it stuck.
            if let Err(cause) = self.journal.append(&Record::UndoStarted { step }) {
                return Outcome::unfinished(cause);
            }
            let record = match self.undo(step) {
                Ok(()) => Record::Undone { step },
                // Nothing is wrong with it: a later run goes on.
                Err(undo @ StepError::Cancelled) => return Outcome::Unfinished { cause: undo },
                Err(undo) if undo.is_crash() => return Outcome::Unfinished { cause: undo },
                Err(undo) => {
                    let record = Record::UndoFailed { step, error: undo.to_string() };
                    return match self.journal.append(&record) {
                        Ok(()) => Outcome::Stuck { cause, step, undo },
                        Err(cause) => Outcome::unfinished(cause),
                    };
                }
            };
            if let Err(cause) = self.journal.append(&record) {
                return Outcome::unfinished(cause);
            }
        }
        self.close(Ending::RolledBack, Outcome::RolledBack { cause })
    }

    fn waive_next(&mut self) -> Result<(), Failure> {
        let step = self.journal.state().next_to_perform();
        Ok(self.journal.append(&Record::Waived { step })?)
    }

    fn perform_next(&mut self) -> Result<(), Failure> {
        let step = self.journal.state().next_to_perform();
        self.journal.append(&Record::Started { step })?;
        let planned =
            self.plan.step(step).expect("the loop asks for steps of the plan only").clone();
        self.reporter.hear(&Event::StepStarted {
            step,
            of: u32::try_from(self.plan.steps.len()).unwrap_or(u32::MAX),
            text: explain(&planned.step),
            because: planned.because.clone(),
        });
        for _ in 0..self.host.tree.meter().times() {
            let performed = steps::perform(&planned.step, &mut self.context());
            performed.map_err(|cause| Failure::Step { step, cause })?;
        }
        self.journal.append(&Record::Done { step })?;
        self.reporter.hear(&Event::StepDone { step });
        Ok(())
    }

    fn fail(mut self, failure: Failure) -> Outcome {
        let cause = match failure {
            Failure::Journal(cause) => StepError::Journal(cause),
            Failure::Step { step, cause } => {
                if cause.is_crash() {
                    return Outcome::Unfinished { cause };
                }
                let record = Record::Failed { step, error: cause.to_string() };
                // Going back does not depend on this record: it is there to be read by people.
                drop(self.journal.append(&record));
                cause
            }
        };
        if cause.is_crash() {
            return Outcome::Unfinished { cause };
        }
        self.reporter.hear(&Event::RollingBack { because: cause.to_string() });
        self.roll_back(Some(cause))
    }

    fn cancel(mut self) -> Outcome {
        if let Err(cause) = self.journal.append(&Record::Cancelled) {
            return Outcome::unfinished(cause);
        }
        self.reporter.hear(&Event::RollingBack { because: "it was asked to stop".to_owned() });
        self.roll_back(Some(StepError::Cancelled))
    }

    fn undo(&mut self, step: StepId) -> Result<(), StepError> {
        let planned = self.plan.step(step).expect("only steps of the plan were performed").clone();
        self.reporter.hear(&Event::Undoing { step, text: explain(&planned.step) });
        let times = self.host.tree.meter().times();
        (0..times).try_for_each(|_| steps::undo(&planned.step, &mut self.context()))
    }

    fn close(mut self, ending: Ending, outcome: Outcome) -> Outcome {
        match self.journal.append(&Record::Closed { ending }) {
            Ok(()) => outcome,
            Err(cause) => Outcome::unfinished(cause),
        }
    }

    fn context(&mut self) -> StepContext<'_> {
        StepContext {
            host: self.host,
            plan: &self.plan,
            reporter: &mut *self.reporter,
            turn: self.turn,
            losses: self.losses,
            taken_up: self.taken_up,
        }
    }
}

/// What becomes of what is left after the commit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Remainder {
    Perform,
    WaiveStart,
}

/// Does this step let the server out, or tell others that it is?
const fn is_start(step: &Step) -> bool {
    matches!(step, Step::StartServer(_) | Step::RunHooks(_))
}

enum Failure {
    Step { step: StepId, cause: StepError },
    Journal(JournalError),
}

impl From<JournalError> for Failure {
    fn from(cause: JournalError) -> Self {
        Self::Journal(cause)
    }
}
