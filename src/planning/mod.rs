//! Floor 1: from wish and world to plan. It observes nothing and changes nothing.

mod check;
mod estimate;
mod explain;
mod hop;
mod install;
mod reach;
mod refusal;
mod restore;
mod steps;
mod upgrade;

pub use check::check;
pub use estimate::{Estimate, STATE_BYTES, dump_estimate, estimate};
pub use explain::explain;
pub use install::{Decision, install};
pub use reach::reach;
pub use refusal::Refusal;
pub use restore::restore;
pub use upgrade::{KEPT_MODIFIED, upgrade};
