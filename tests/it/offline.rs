//! The commands on configurations that lie anywhere: they need no installation, and change nothing but what they are told to.

mod desk;
mod diff;
mod fix;
mod merge;
mod migrate;
