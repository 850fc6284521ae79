//! The database as the server sees it: tables, where the schema stands, and how it gets further.
//! Tables that no test reads hold an id and a date; the rows of users, posts, channels and files are real.

mod code;
mod file;
mod golang;
mod migrate;
mod morph;
mod postgres;
mod store;
mod tables;

pub(crate) use migrate::{Migration, bring_up_to_date};
pub(crate) use store::{Store, StoreError, connect};
