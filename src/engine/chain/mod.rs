//! Chains of hops: what is known of one before its first hop begins.

mod artifact;
mod foresee;
mod rooms;
mod situation;

pub use foresee::{ChainWish, ForeseeError, foresee};
pub use situation::{Installed, SituationSeen, situation};
