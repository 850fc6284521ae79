//! Floor 0: the nouns of the trade and what always holds for them.
//! No I/O, no clock, no decision.

mod command;
mod digest;
mod elf;
mod glibc;
mod owner;
mod process;
mod release;
mod relpath;
mod secret;
mod version;

pub use command::CommandSpec;
pub use digest::{DigestError, Sha256Digest};
pub use elf::{ELF_HEAD, ElfHeader, Machine, NotElf};
pub use glibc::{GlibcError, GlibcVersion, GlibcVersionError, needed_glibc};
pub use owner::Owner;
pub use process::ProcessIdentity;
pub use release::{Edition, Release};
pub use relpath::{RelPath, RelPathError};
pub use secret::Secret;
pub use version::{Version, VersionError};
