//! `mmembed upgrade --to` and `plan --to`, run from outside on an installation that is in use.
#![allow(
    clippy::indexing_slicing,
    reason = "a report that lacks what is looked for fails the test, as it should"
)]

mod failures;
mod fetching;
mod foresee;
mod interrupted;
mod killed;
mod meanwhile;
mod plan;
mod real;
mod rules;
mod walk;
pub(crate) mod way;
