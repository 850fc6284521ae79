//! The configuration: found, read, completed, overridden, written back, as each era does it.
//! It never opens the database.

mod complete;
mod environment;
mod failure;
mod go_json;
mod load;
mod validate;

pub(crate) use load::{Loaded, Purpose, load, load_text};
