//! Chains of hops, on real installations, with releases whose servers are played by the stand-in.
#![allow(
    clippy::indexing_slicing,
    reason = "a plan that lacks what is looked for fails the test, as it should"
)]

mod foresee;
