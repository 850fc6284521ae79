//! What tests, benches and examples put in the place of the real world: releases, a server, a database.
//! Nothing here is part of the product.
//!
//! Include it with `#[path = "../fakes/mod.rs"] mod fakes;`.
#![allow(dead_code, unused_imports, reason = "every test crate uses another part of it")]
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "the rules of the library's floors do not bind what plays the world outside, and a test that cannot go on panics"
)]

pub(crate) mod install;
pub(crate) mod mariadb;
pub(crate) mod mirror;
pub(crate) mod port;
pub(crate) mod postgres;
pub(crate) mod programs;
pub(crate) mod proxy;
pub(crate) mod release;
pub(crate) mod running;
pub(crate) mod signer;
#[path = "stand_in/trailer.rs"]
pub(crate) mod trailer;
