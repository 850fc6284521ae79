//! Several nodes on one database: who is there, and whose turn it is to change it.
//! What that means for an upgrade is decided elsewhere.

mod look;
mod pool;
mod turn;

pub use look::SharedDatabase;
pub(crate) use look::is_node;
pub use turn::{Turn, TurnError};
