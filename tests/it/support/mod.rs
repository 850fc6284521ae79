//! What the tests share.

pub mod crash;
pub mod manifest;
pub mod real;
pub mod said;
pub mod service;
pub mod site;
pub mod world;
