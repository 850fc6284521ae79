//! `mmembed` itself, run from outside as an operator or a package script runs it: on releases played by the stand-in, with
//! a real database, below a root of its own.
//!
//! As root the server runs as another user, as it should; everything but a few cases also passes without root.
#![allow(
    clippy::indexing_slicing,
    reason = "a report that lacks what is looked for fails the test, as it should"
)]

mod again;
mod failures;
mod looking;
mod others;
mod policies;
mod real;
mod refusals;
mod saving;
mod settings;
mod staging;
mod stopping;
mod surroundings;
mod versions;
