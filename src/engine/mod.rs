//! Floor 3: the deeds. Observes the host, carries plans out step by step with a journal, and finishes what an earlier
//! run left open. It does not print, read the environment or parse arguments.

mod journal_file;
mod open;
mod proof;
mod reporter;
mod steps;
mod transaction;

pub use journal_file::JournalError;
pub use open::{
    OpenError, OpenTransaction, Payload, carry_out, find_open, prepare_state, prune, recover,
};
pub use reporter::{Reporter, Silent};
pub use steps::StepError;
pub use transaction::Outcome;
