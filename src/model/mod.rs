//! Floor 0: the nouns of the trade and what always holds for them.
//! No I/O, no clock, no decision.

mod command;
mod digest;
mod owner;
mod redact;
mod release;
mod relpath;
mod secret;
mod version;

pub use command::CommandSpec;
pub use digest::{DigestError, Sha256Digest};
pub use owner::Owner;
pub use redact::redact;
pub use release::{Edition, Release};
pub use relpath::{RelPath, RelPathError};
pub use secret::Secret;
pub use version::{Version, VersionError};
