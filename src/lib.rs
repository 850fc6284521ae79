//! mmembed embeds the Mattermost server in a host application and keeps it up to date.
pub mod config;
pub mod host;
pub mod model;
