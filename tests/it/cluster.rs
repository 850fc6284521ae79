//! Two nodes of a cluster: two hosts, each with a root of its own, on one real PostgreSQL database.
#![allow(
    clippy::indexing_slicing,
    reason = "a report that lacks what is looked for fails the test, as it should"
)]

mod chains;
mod company;
mod interrupted;
mod lost;
mod pair;
mod pooled;
mod switched;
mod waiting;
