//! mmembed embeds the Mattermost server in a host application and keeps it up to date.
pub mod database;
pub mod host;
pub mod model;
pub mod server;
