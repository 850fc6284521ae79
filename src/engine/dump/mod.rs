//! Saving the server's database and bringing it back, by the vendor's tools.
//! What is called and what answers mean is said by the `database` room; what a backup is, by the `backup` room.

mod error;
mod postgres;
mod tool;
mod trial;
mod vault;

pub use error::DumpError;
pub(crate) use tool::Watch;
pub(crate) use vault::{Bearing, TrialReport, Vault, check_dump};
