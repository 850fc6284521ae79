//! The one integration test binary.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    unreachable_pub,
    reason = "tests look at the host with their own eyes"
)]

mod crash;
#[path = "../fakes/mod.rs"]
mod fakes;
mod hostile;
mod install;
mod stand_in;
mod support;
