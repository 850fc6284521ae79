//! Proving a server: it is started in the dark, where nobody but this tool reaches it, asked, watched and stopped.
//! The live configuration is never given to it, only a copy; what it means that it passed is decided by its callers.

mod ask;
mod dark_server;
mod error;
mod leftover;
mod notices;
mod watch;

pub(crate) use ask::ask;
pub(crate) use dark_server::{DarkServer, DarkStart};
pub use error::ProofError;
pub(crate) use error::name_parts;
pub(crate) use leftover::stop_leftover;
pub(crate) use watch::Witness;
