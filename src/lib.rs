//! mmembed embeds the Mattermost server in a host application and keeps it up to date.

#[cfg(feature = "cli")]
pub mod cli;
pub mod config;
pub mod database;
pub mod engine;
pub mod host;
pub mod journal;
pub mod model;
pub mod planning;
pub mod server;
