//! `mmembed adopt`, run from outside on installations that somebody else made by hand or by a package, running and
//! stopped.
#![allow(
    clippy::indexing_slicing,
    reason = "a report that lacks what is looked for fails the test, as it should"
)]

mod crash;
mod found;
mod layouts;
mod refusals;
mod tree;
mod upgraded;
