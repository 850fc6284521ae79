//! From a report to what is printed.

pub(super) mod human;
pub(super) mod json;
pub(super) mod lint;
pub(super) mod sarif;
