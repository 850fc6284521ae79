//! `mmembed upgrade`, run from outside on an installation that is in use: with rows, uploads, plugins, keys and settings of
//! its own, a server that serves, and a real database.
#![allow(
    clippy::indexing_slicing,
    reason = "a report that lacks what is looked for fails the test, as it should"
)]

use crate::support::site;

mod crash;
mod environment;
mod failures;
mod hop;
mod keys;
mod real;
mod refusals;
mod rollback;
mod rules;
mod watchers;
