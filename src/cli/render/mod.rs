//! From a report to what is printed.

pub(super) mod cases;
pub(super) mod human;
pub(super) mod json;
pub(super) mod junit;
pub(super) mod lint;
pub(super) mod sarif;
