//! `apply`, `init` and `schema`: what a manifest says becomes true, and what is true already is left alone.

mod changes;
mod checker;
pub(crate) mod desk;
mod faults;
mod first;
mod killed;
mod schemas;
mod upgrades;
mod written;
