//! What the tests share.

pub mod crash;
pub mod manifest;
