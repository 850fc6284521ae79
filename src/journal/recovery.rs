//! What to do with a transaction that did not close: a pure decision.

use crate::journal::TransactionState;

/// How often a transaction may be taken up again without progress before the tool stops trying by itself.
///
/// Two crashes at the same place can be chance (a power cut during the repair of a power cut). The third one means that
/// the step itself brings the tool down, and a fourth try would only do it again.
const TRIES: u32 = 3;

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// It never began, or it is closed: nothing on the host depends on it.
    Nothing,
    /// Undo what was done, newest first.
    RollBack,
    /// Perform what is left: the new state is already the truth.
    RollForward,
    /// Touch nothing; tell the operator what is where.
    AskOperator,
}

/// What an interrupted transaction needs.
#[must_use]
pub fn decide(state: &TransactionState) -> Recovery {
    if !state.has_begun() || state.ending().is_some() {
        Recovery::Nothing
    } else if state.is_stuck() || state.resumed_in_vain() >= TRIES {
        Recovery::AskOperator
    } else if state.is_committed() {
        Recovery::RollForward
    } else {
        Recovery::RollBack
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{Ending, Record};
    use crate::model::{Sha256Digest, StepId};

    fn decided(records: &[Record]) -> Recovery {
        let state = records.iter().try_fold(TransactionState::new(), TransactionState::apply);
        decide(&state.unwrap())
    }

    #[test]
    fn each_last_record_has_its_answer() {
        let begun = Record::Begun { plan: Sha256Digest::from_bytes([0; 32]), steps: 1 };
        let step = StepId(0);
        let (started, done) = (Record::Started { step }, Record::Done { step });
        let failed = Record::Failed { step, error: String::new() };
        let undo = Record::UndoStarted { step };
        let stuck = Record::UndoFailed { step, error: String::new() };
        let closed = Record::Closed { ending: Ending::Committed };
        let forward = [begun.clone(), started.clone(), done];
        let back = [begun.clone(), started, failed, undo];

        assert_eq!(decided(&[]), Recovery::Nothing);
        assert_eq!(decided(&forward[..1]), Recovery::RollBack);
        assert_eq!(decided(&forward[..2]), Recovery::RollBack);
        assert_eq!(decided(&forward), Recovery::RollBack);
        assert_eq!(decided(&[&forward[..], &[Record::Committed]].concat()), Recovery::RollForward);
        assert_eq!(
            decided(&[&forward[..], &[Record::Committed, closed]].concat()),
            Recovery::Nothing
        );
        assert_eq!(decided(&back), Recovery::RollBack);
        assert_eq!(
            decided(&[&back[..], std::slice::from_ref(&stuck)].concat()),
            Recovery::AskOperator
        );
        assert_eq!(
            decided(&[&back[..], &[stuck, Record::Resumed]].concat()),
            Recovery::RollBack,
            "an operator who resumes a stuck transaction wants it tried again"
        );
    }

    #[test]
    fn the_third_crash_at_one_place_is_not_followed_by_a_fourth() {
        let begun = Record::Begun { plan: Sha256Digest::from_bytes([0; 32]), steps: 1 };
        let mut records = vec![begun, Record::Started { step: StepId(0) }];
        records.extend([Record::Resumed, Record::Resumed]);
        assert_eq!(decided(&records), Recovery::RollBack);
        records.push(Record::Resumed);
        assert_eq!(decided(&records), Recovery::AskOperator);
    }
}
