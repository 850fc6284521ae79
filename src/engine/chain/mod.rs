//! A chain of hops, from the installed release to another one over all that lie between.
//!
//! Each hop is a transaction of its own, planned anew from what is there once the one before is closed. The server is told to
//! stop at the first hop and let out after the last; in between it stays in the dark, so that nobody does anything there that
//! a failure would take back. Only the [record](ChainRecord) knows of it between two hops: whoever comes after a crash finds
//! it, and either goes on or lets the server out from where it is.

mod abreast;
mod ahead;
mod artifact;
mod behind;
mod close;
mod darkness;
mod foresee;
mod goal;
mod let_out;
mod meanwhile;
mod next;
mod own_dump;
mod record;
mod relay;
mod rooms;
mod situation;
mod stages;
mod standing;
mod stopwatch;
mod walk;
mod walker;
mod way;

pub use close::Closed;
pub(super) use close::{abandon, close, will_go_back};
pub use foresee::{ForeseeError, PathWish, foresee};
pub use goal::goal;
pub use own_dump::{OwnDumpError, look_at_dump};
pub use record::{ChainRecord, WayBack, read_chain};
pub use situation::{Installed, SituationSeen, situation};
pub use walk::{ChainWish, Halt, Walk, Walking, walk};
