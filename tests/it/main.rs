//! The integration tests: one program, one module per subject.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests are the world outside: they make files, start processes and tell the time"
)]

#[path = "../fakes/mod.rs"]
mod fakes;
mod stand_in;
