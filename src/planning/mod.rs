//! Floor 1: from wish and world to plan. It observes nothing and changes nothing.

mod adopt;
mod adopt_places;
mod adopt_refusal;
mod adopt_release;
mod check;
mod estimate;
mod explain;
mod hop;
mod hop_rules;
mod install;
mod lint;
mod reach;
mod refusal;
mod restore;
mod steps;
mod upgrade;

pub use adopt::{Adoption, adopt};
pub use adopt_places::{AdoptedPlaces, Located, LocatedAt, adopted_places};
pub use adopt_refusal::AdoptRefusal;
pub use adopt_release::{Stated, Testimony, Witness, release_of};
pub use check::check;
pub use estimate::{Estimate, STATE_BYTES, dump_estimate, estimate};
pub use explain::explain;
pub use hop_rules::HopRules;
pub use install::{Decision, install};
pub use lint::lint;
pub use reach::reach;
pub use refusal::Refusal;
pub use restore::restore;
pub use upgrade::{KEPT_MODIFIED, upgrade};
