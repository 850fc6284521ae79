//! Floor 1: the protocol of the write-ahead log. No file is opened here.
//!
//! A transaction writes one [`Record`] before and after each effect, each made durable before the next action:
//!
//! ```text
//! Begun ─► (Started s ─► perform s ─► Done s)* ─► Committed ─► (Started s ─► perform s ─► Done s | Waived s)* ─► Closed
//!               │
//!               └─► Failed s ─► (UndoStarted t ─► undo t ─► Undone t)*  ─► Closed      t = s, then the done ones, newest first
//!                                     └─► UndoFailed t: stuck, hands off
//! ```
//!
//! [`TransactionState::apply`] is the only table of legal transitions; it guards both the running transaction and the
//! replay of a log after a crash. [`decide`] says what to do with a log that does not end in `Closed`.

mod codec;
mod record;
mod recovery;
mod state;

pub use codec::{Replay, ReplayError, encode, replay};
pub use record::{Ending, Record};
pub use recovery::{Recovery, decide};
pub use state::{IllegalRecord, TransactionState};
