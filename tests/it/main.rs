//! The integration tests: one program, one module per subject.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests are the world outside: they make files, start processes, tell the time, and panic"
)]

#[path = "../fakes/mod.rs"]
mod fakes;
mod fixture_release;
mod private_postgres;
mod stand_in;
