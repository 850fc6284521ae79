//! Releases, from their names to installed trees: what the catalogue tells, where archives come from, what is refused.

mod attacks;
mod catalogue;
mod getting;
mod installing;
mod verifying;
mod world;
