//! One tree gives way to another: what the release did not bring comes along, what it brought does not, and nothing is
//! lost on the way or on the way back.

mod activation;
mod attributes;
mod modified;
mod random;
mod refusals;
mod trees;
mod units;

pub use trees::Trees;
