//! Floor 1: from wish and world to plan. It observes nothing and changes nothing.

mod check;
mod estimate;
mod explain;
mod install;
mod reach;
mod refusal;
mod steps;

pub use check::check;
pub use estimate::{Estimate, STATE_BYTES, estimate};
pub use explain::explain;
pub use install::{Decision, install};
pub use reach::reach;
pub use refusal::Refusal;
