//! A rule that an operator has waived.
//! Nothing is judged here.

use serde::{Deserialize, Serialize};

use super::transaction::TransactionId;
use super::version::Version;

/// That a rule about a hop was waived, and what it had said: it may be an operator's own, and its file be gone by now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// The name of the rule.
    pub rule: String,
    /// The version before the hop.
    pub from: Version,
    /// The version after it.
    pub to: Version,
    /// The hop's transaction, whose name tells the time.
    pub transaction: TransactionId,
    /// What the rule said.
    pub text: String,
}
