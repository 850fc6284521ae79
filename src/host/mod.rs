//! Floor 2: the doors to the machine: files, processes, network, clock.
//! It knows no plan, no step and no rule of Mattermost.

mod error;
mod meter;

pub use error::PathError;
pub use meter::{Fault, Meter, is_crash};
