//! Floor 2: the doors to the machine: files, processes, network, clock.
//! It knows no plan, no step and no rule of Mattermost.

mod error;
mod meter;
mod remove;
mod unpack;

pub use error::PathError;
pub use meter::{Fault, Meter, is_crash};
pub use remove::remove_tree;
pub use unpack::{
    EntryName, Limits, Progress, Refusal, Rule, Unpack, UnpackError, Unpacked, make_durable, unpack,
};
