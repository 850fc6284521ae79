//! Where a transaction stands, and the only table of what may follow what.

use crate::journal::{Ending, Record};
use crate::model::{Sha256Digest, StepId};

/// The state of a transaction as its records tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionState {
    stage: Stage,
    /// The plan that is carried out.
    plan: Option<Sha256Digest>,
    /// Steps before the commit.
    steps: u32,
    /// Steps performed and not undone, oldest first.
    done: Vec<StepId>,
    /// The step that was started last and is not done: not done, half done or done on disk.
    open: Option<StepId>,
    /// How often the transaction was taken up again since it last made progress.
    resumed: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    New,
    Forward,
    Back,
    Stuck,
    Committed,
    Closed(Ending),
}

/// A record that cannot follow the ones before it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{record:?} cannot follow here")]
pub struct IllegalRecord {
    record: Record,
}

impl TransactionState {
    /// Before the first record.
    #[must_use]
    pub const fn new() -> Self {
        Self { stage: Stage::New, plan: None, steps: 0, done: Vec::new(), open: None, resumed: 0 }
    }

    /// The state after one more record.
    ///
    /// # Errors
    /// When no run writes this record in this state.
    pub fn apply(mut self, record: &Record) -> Result<Self, IllegalRecord> {
        let illegal = || IllegalRecord { record: record.clone() };
        if matches!(record, Record::Resumed) {
            return self.resume().ok_or_else(illegal);
        }
        self.stage = self.follow(record).ok_or_else(illegal)?;
        if is_progress(record) {
            self.resumed = 0;
        }
        Ok(self)
    }

    fn resume(mut self) -> Option<Self> {
        self.resumed += 1;
        // An operator who resumes a stuck transaction asks for the undoing to be tried again.
        if self.stage == Stage::Stuck {
            self.stage = Stage::Back;
        }
        matches!(self.stage, Stage::Forward | Stage::Back | Stage::Committed).then_some(self)
    }

    fn follow(&mut self, record: &Record) -> Option<Stage> {
        match (self.stage, record) {
            (Stage::New, Record::Begun { plan, steps }) => {
                self.plan = Some(*plan);
                self.steps = *steps;
                Some(Stage::Forward)
            }
            (Stage::Forward | Stage::Committed, Record::Started { step }) => self.start(*step),
            (Stage::Forward | Stage::Committed, Record::Done { step }) => self.finish(*step),
            (Stage::Forward, Record::Failed { step, .. }) if self.open == Some(*step) => {
                Some(Stage::Back)
            }
            // After the commit a step that failed stays open, to be performed again later.
            (Stage::Committed, Record::Failed { step, .. }) if self.open == Some(*step) => {
                Some(Stage::Committed)
            }
            (Stage::Committed, Record::Waived { step }) => self.waive(*step),
            (Stage::Forward, Record::Cancelled) => Some(Stage::Back),
            (Stage::Forward | Stage::Back, Record::UndoStarted { step }) => {
                (self.next_to_undo() == Some(*step)).then_some(Stage::Back)
            }
            (Stage::Back, Record::Undone { step }) => self.undo(*step),
            (Stage::Back, Record::UndoFailed { step, .. }) => {
                (self.next_to_undo() == Some(*step)).then_some(Stage::Stuck)
            }
            (Stage::Forward, Record::Committed) => self.is_complete().then_some(Stage::Committed),
            (Stage::Forward | Stage::Back, Record::Closed { ending: Ending::RolledBack }) => {
                self.next_to_undo().is_none().then_some(Stage::Closed(Ending::RolledBack))
            }
            (Stage::Committed, Record::Closed { ending: Ending::Committed }) => {
                self.open.is_none().then_some(Stage::Closed(Ending::Committed))
            }
            _ => None,
        }
    }

    fn start(&mut self, step: StepId) -> Option<Stage> {
        let next = StepId(u32::try_from(self.done.len()).ok()?);
        let in_order = step == next && self.open.is_none_or(|open| open == step);
        let on_its_side = (step.0 < self.steps) == (self.stage == Stage::Forward);
        self.open = Some(step);
        (in_order && on_its_side).then_some(self.stage)
    }

    fn finish(&mut self, step: StepId) -> Option<Stage> {
        let open = self.open.take()?;
        self.done.push(open);
        (open == step).then_some(self.stage)
    }

    /// A step may be given up that was tried, or one that comes after one that was given up.
    fn waive(&mut self, step: StepId) -> Option<Stage> {
        let next = self.next_to_perform();
        self.open = None;
        self.done.push(step);
        (step == next).then_some(Stage::Committed)
    }

    fn undo(&mut self, step: StepId) -> Option<Stage> {
        let expected = self.next_to_undo()?;
        if self.open.take().is_none() {
            self.done.pop();
        }
        (expected == step).then_some(Stage::Back)
    }

    fn is_complete(&self) -> bool {
        self.open.is_none() && u32::try_from(self.done.len()).is_ok_and(|done| done == self.steps)
    }

    /// The step to be undone next on the way back: the open one first, then the done ones, newest first.
    #[must_use]
    pub fn next_to_undo(&self) -> Option<StepId> {
        self.open.or_else(|| self.done.last().copied())
    }

    /// The step to be performed next on the way forward.
    #[must_use]
    pub fn next_to_perform(&self) -> StepId {
        let next = u32::try_from(self.done.len()).unwrap_or(u32::MAX);
        self.open.unwrap_or(StepId(next))
    }

    /// Digest of the plan file, once it has begun.
    #[must_use]
    pub fn plan(&self) -> Option<Sha256Digest> {
        self.plan
    }

    /// Has the first record been written?
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.stage != Stage::New
    }

    /// Is the new state the truth?
    #[must_use]
    pub fn is_committed(&self) -> bool {
        matches!(self.stage, Stage::Committed | Stage::Closed(Ending::Committed))
    }

    /// Could a step not be undone?
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        self.stage == Stage::Stuck
    }

    /// How it ended, if it did.
    #[must_use]
    pub fn ending(&self) -> Option<Ending> {
        match self.stage {
            Stage::Closed(ending) => Some(ending),
            Stage::New | Stage::Forward | Stage::Back | Stage::Stuck | Stage::Committed => None,
        }
    }

    /// How often it was taken up again without getting any further.
    #[must_use]
    pub fn resumed_in_vain(&self) -> u32 {
        self.resumed
    }
}

/// Is something behind us after this record that need not be tried again?
fn is_progress(record: &Record) -> bool {
    match record {
        Record::Done { .. }
        | Record::Undone { .. }
        | Record::Committed
        | Record::Waived { .. }
        | Record::Closed { .. } => true,
        Record::Begun { .. }
        | Record::Resumed
        | Record::Started { .. }
        | Record::Failed { .. }
        | Record::Cancelled
        | Record::UndoStarted { .. }
        | Record::UndoFailed { .. } => false,
    }
}

impl Default for TransactionState {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STEPS: u32 = 3;

    fn begun() -> Record {
        Record::Begun { plan: Sha256Digest::from_bytes([0; 32]), steps: STEPS }
    }

    fn after(records: &[Record]) -> Result<TransactionState, IllegalRecord> {
        records.iter().try_fold(TransactionState::new(), TransactionState::apply)
    }

    fn started(step: u32) -> Record {
        Record::Started { step: StepId(step) }
    }

    fn done(step: u32) -> Record {
        Record::Done { step: StepId(step) }
    }

    #[test]
    fn forward_to_the_end() {
        let mut records = vec![begun()];
        records.extend((0..STEPS).flat_map(|step| [started(step), done(step)]));
        records.extend([Record::Committed, started(STEPS), done(STEPS)]);
        records.push(Record::Closed { ending: Ending::Committed });
        assert_eq!(after(&records).unwrap().ending(), Some(Ending::Committed));
    }

    #[test]
    fn back_from_a_failure_undoes_the_open_step_first() {
        let failed = Record::Failed { step: StepId(1), error: "no space".into() };
        let state = after(&[begun(), started(0), done(0), started(1), failed]).unwrap();
        assert_eq!(state.next_to_undo(), Some(StepId(1)));
        let state = state
            .apply(&Record::UndoStarted { step: StepId(1) })
            .and_then(|state| state.apply(&Record::Undone { step: StepId(1) }))
            .unwrap();
        assert_eq!(state.next_to_undo(), Some(StepId(0)));
    }

    #[test]
    fn shortcuts_are_illegal() {
        let cases: [&[Record]; 7] = [
            &[started(0)],
            &[begun(), begun()],
            &[begun(), done(0)],
            &[begun(), started(1)],
            &[begun(), Record::Committed],
            &[begun(), started(0), done(0), Record::Closed { ending: Ending::RolledBack }],
            &[begun(), started(0), done(0), Record::UndoStarted { step: StepId(1) }],
        ];
        for records in cases {
            assert!(after(records).is_err(), "{records:?}");
        }
    }

    #[test]
    fn resuming_in_vain_is_counted_and_progress_resets_it() {
        let state = after(&[begun(), started(0), Record::Resumed, Record::Resumed]).unwrap();
        assert_eq!(state.resumed_in_vain(), 2);
        let state = state.apply(&Record::UndoStarted { step: StepId(0) }).unwrap();
        assert_eq!(state.resumed_in_vain(), 2, "trying is no progress");
        let state = state.apply(&Record::Undone { step: StepId(0) }).unwrap();
        assert_eq!(state.resumed_in_vain(), 0);
    }

    #[test]
    fn what_is_left_after_the_commit_can_be_given_up_and_nothing_before_it() {
        let mut records = vec![begun()];
        records.extend((0..STEPS).flat_map(|step| [started(step), done(step)]));
        let waived = |step| Record::Waived { step: StepId(step) };
        let failed = Record::Failed { step: StepId(STEPS), error: "not serving".into() };
        assert!(after(&[&records[..], &[waived(STEPS)]].concat()).is_err(), "before the commit");
        records.extend([Record::Committed, started(STEPS), failed]);
        let closed = Record::Closed { ending: Ending::Committed };
        assert!(after(&[&records[..], std::slice::from_ref(&closed)].concat()).is_err());
        assert!(after(&[&records[..], &[waived(STEPS + 1)]].concat()).is_err(), "out of order");
        let state = after(&[&records[..], &[waived(STEPS), waived(STEPS + 1), closed]].concat());
        assert_eq!(state.unwrap().ending(), Some(Ending::Committed));
    }

    fn any_record() -> impl Strategy<Value = Record> {
        let step = (0..=STEPS).prop_map(StepId);
        prop_oneof![
            Just(begun()),
            Just(Record::Resumed),
            Just(Record::Cancelled),
            Just(Record::Committed),
            Just(Record::Closed { ending: Ending::Committed }),
            Just(Record::Closed { ending: Ending::RolledBack }),
            step.clone().prop_map(|step| Record::Started { step }),
            step.clone().prop_map(|step| Record::Done { step }),
            step.clone().prop_map(|step| Record::Failed { step, error: String::new() }),
            step.clone().prop_map(|step| Record::UndoStarted { step }),
            step.clone().prop_map(|step| Record::Undone { step }),
            step.clone().prop_map(|step| Record::Waived { step }),
            step.prop_map(|step| Record::UndoFailed { step, error: String::new() }),
        ]
    }

    proptest! {
        /// Whatever order records come in: a transaction closed as rolled back has nothing left to undo,
        /// and a committed one has performed every step.
        #[test]
        fn an_ending_is_never_a_lie(records in prop::collection::vec(any_record(), 0..60)) {
            let mut state = TransactionState::new();
            for record in &records {
                state = state.clone().apply(record).unwrap_or(state);
            }
            match state.ending() {
                Some(Ending::RolledBack) => prop_assert_eq!(state.next_to_undo(), None),
                Some(Ending::Committed) => prop_assert!(state.next_to_perform().0 >= STEPS),
                None => {}
            }
        }
    }
}
