//! Floor 0: the nouns of the trade and what always holds for them.
//! No I/O, no clock, no decision.

mod command;
mod digest;
mod entry;
mod owner;
mod release;
mod release_shape;
mod relpath;
mod secret;
mod version;

pub use command::CommandSpec;
pub use digest::{DigestError, Sha256Digest};
pub use entry::{Entry, EntryKind};
pub use owner::Owner;
pub use release::{Edition, Release};
pub use release_shape::{ReleaseShape, ShapeError};
pub use relpath::{RelPath, RelPathError};
pub use secret::Secret;
pub use version::{Version, VersionError};
