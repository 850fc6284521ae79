//! The one integration test binary.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
<<<<<<< .merge_file_en8KWP
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    unreachable_pub,
    reason = "tests look at the host with their own eyes"
=======
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests are the world outside: they make files, start processes, tell the time, and panic"
>>>>>>> .merge_file_PHouHM
)]

mod crash;
#[path = "../fakes/mod.rs"]
mod fakes;
<<<<<<< .merge_file_en8KWP
mod hostile;
=======
mod fixture_release;
mod private_postgres;
>>>>>>> .merge_file_PHouHM
mod stand_in;
mod support;
