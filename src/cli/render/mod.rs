//! From a report to what is printed.

pub(super) mod cases;
pub(super) mod doctor;
mod figures;
mod finding;
pub(super) mod fold;
pub(super) mod human;
pub(super) mod json;
pub(super) mod junit;
pub(super) mod lint;
pub mod markdown;
pub mod page;
mod path;
mod phrases;
#[cfg(test)]
mod samples;
pub(super) mod sarif;
mod style;
mod tally;
mod walk;
