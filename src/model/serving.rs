//! What it takes to stop the server that serves, and to let one out again.
//! The engine carries both out.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::owner::Owner;
use super::release::Release;
use super::relpath::RelPath;
use super::service::Service;

/// What [`Step::StopServer`](super::Step::StopServer) stops, and what its undo starts again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopServer {
    /// The tree that it runs from, and from which nothing may run afterwards.
    pub tree: RelPath,
    /// Who stops it, and starts it again.
    pub service: Service,
    /// Did it run when the plan was made? Only then the undo starts it.
    pub was_running: bool,
    /// The release that runs there, and must answer again after the undo.
    pub release: Release,
    /// Its configuration: where it listens, and which database it uses.
    pub config: RelPath,
    /// Who runs it, and asks its database; the caller when absent.
    pub run_as: Option<Owner>,
    /// How long it may take to answer again after the undo.
    pub within: Duration,
    /// May servers of other nodes stay on the database, which one of them has migrated?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
}

/// What [`Step::StartServer`](super::Step::StartServer) starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartServer {
    /// The tree that it runs from.
    pub tree: RelPath,
    /// Who starts it.
    pub service: Service,
    /// The release that was there before, for the operator's commands to know.
    pub from: Option<Release>,
    /// The release that must answer.
    pub release: Release,
    /// Its configuration: where it listens.
    pub config: RelPath,
    /// How long it may take to answer.
    pub within: Duration,
}
