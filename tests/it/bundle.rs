//! Bundles: made by the program, damaged and forged by others, and used where there is no network.
#![allow(
    clippy::indexing_slicing,
    reason = "a report that lacks what is looked for fails the test, as it should"
)]

mod create;
mod damage;
mod desk;
mod forged;
mod install;
mod places;
mod signatures;
mod upgrade;
