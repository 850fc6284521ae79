//! Floor 1: from wish and world to plan. It observes nothing and changes nothing.

mod adopt;
mod adopt_places;
mod adopt_refusal;
mod adopt_release;
mod ahead;
mod check;
mod cluster;
mod database_fit;
mod estimate;
mod explain;
mod hop;
mod hop_rules;
mod install;
mod join;
mod lint;
mod reach;
mod refusal;
mod restore;
mod settings_finding;
mod steps;
mod upgrade;

pub use adopt::{Adoption, adopt};
pub use adopt_places::{AdoptedPlaces, Located, LocatedAt, adopted_places};
pub use adopt_refusal::AdoptRefusal;
pub use adopt_release::{Stated, Testimony, Witness, release_of};
pub use ahead::{
    Extent, Ground, HopSettings, SettingsAhead, Taking, fetched_in_the_dark, latest_passed_over,
    obtainable, rooms, saved_on,
};
pub use check::check;
pub use cluster::{ClusterSeen, PROCEDURE as CLUSTER_PROCEDURE, Reached, Standing, may_pass};
pub use database_fit::{check_database_system, check_database_version};
pub use estimate::{Estimate, STATE_BYTES, dump_estimate, estimate};
pub use explain::explain;
pub use hop_rules::HopRules;
pub use install::{Decision, install};
pub use join::join_findings;
pub use lint::lint;
pub use reach::reach;
pub use refusal::Refusal;
pub use restore::restore;
pub use settings_finding::{complaint_finding, conflict_finding};
pub use upgrade::{KEPT_MODIFIED, upgrade};
