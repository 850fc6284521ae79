//! Unpacks a release: one pass over the archive, every rule checked before the byte that would break it is written.
//! Nothing outside the stage is ever touched, and nothing in an archive is ever repaired or skipped.
//!
//! The room from the outside in: `job` runs three threads over `chunks`; `source` reads and hashes, `gzip`
//! inflates, `layout` takes the members that `member` finds (`header`, `pax`), asks `name` and
//! `catalogue` whether they may be, and has `stage` make them. `rule` lists what an archive is refused for.

mod catalogue;
mod chunks;
mod error;
mod gzip;
mod header;
mod job;
mod layout;
mod limits;
mod member;
mod name;
mod pax;
mod rule;
mod source;
mod stage;

pub use error::{EntryName, Refusal, UnpackError};
pub use job::{Progress, Unpack, Unpacked, unpack};
pub use layout::make_durable;
pub use limits::Limits;
pub use rule::Rule;
