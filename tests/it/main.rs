//! The one integration test program: one module per subject.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "tests are the world outside: they make files, start processes, tell the time, and panic"
)]

mod adopt;
mod apply;
mod architecture;
mod backup;
mod budget;
mod bundle;
mod carry;
mod catalog;
mod chain;
mod cluster;
mod config_cases;
mod crash;
mod docs;
mod doctor;
mod explain;
#[path = "../fakes/mod.rs"]
mod fakes;
mod fetch;
mod fixture_folders;
mod fixture_release;
mod fleets;
mod gnupg;
mod hostile;
mod install;
mod lint;
mod manual;
mod offline;
mod orphans;
mod packages;
mod pages;
mod private_postgres;
mod releases;
mod service;
mod stand_in;
mod support;
mod terminal;
mod units;
mod upgrade;
mod variables;
mod voice;
mod words;
