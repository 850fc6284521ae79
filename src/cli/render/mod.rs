//! From a report to what is printed.

pub(super) mod cases;
pub(super) mod human;
pub(super) mod json;
pub(super) mod junit;
