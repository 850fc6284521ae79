//! What tests, benches and examples put in the place of the real world: releases, a server, a database.
//! Nothing here is part of the product.
//!
//! Include it with `#[path = "../fakes/mod.rs"] mod fakes;`.
#![allow(dead_code, reason = "every test crate uses another part of it")]
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the rules of the library's floors do not bind what plays the world outside"
)]

pub(crate) mod release;
#[path = "stand_in/trailer.rs"]
pub(crate) mod trailer;
