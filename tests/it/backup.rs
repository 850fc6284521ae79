//! Backups of a real database: made, checked, and brought back.
#![allow(
    clippy::indexing_slicing,
    reason = "a report that lacks what is looked for fails the test, as it should"
)]

mod damage;
mod equality;
mod failures;
mod mariadb;
mod site;
mod transaction;
mod trial;
mod words;
