//! Floor 2: the doors to the machine: files, processes, network, clock.
//! It knows no plan, no step and no rule of Mattermost.

mod error;
mod lock;
mod meter;
mod remove;
mod signal;
mod territory;
mod tree;

pub(crate) use error::PathContext;
pub use error::PathError;
pub use lock::{Lock, LockError};
pub use meter::{Fault, Meter, is_crash};
pub use signal::Cancel;
pub use territory::Territory;
pub use tree::{Kind, Stat, Tree};

/// The doors, bundled.
#[derive(Debug)]
pub struct Host {
    /// The file system below the root.
    pub tree: Tree,
    /// Whether somebody asked to stop.
    pub cancel: Cancel,
}
