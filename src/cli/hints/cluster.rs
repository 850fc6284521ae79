//! What to do about other nodes of a cluster.

use crate::engine::{AcceptError, StepError, TurnError};

/// What to do about whoever is left on the database.
pub(crate) const IN_USE: &str = "stop what is connected: another server, a pool of connections, or somebody who uses the server's \
     login; of a cluster, stop the server on every node, upgrade one node, which migrates the database, then the others";

/// What to do about a turn that was not had.
pub(crate) fn for_turn(error: &TurnError) -> String {
    match error {
        TurnError::Held { .. } => {
            "wait until that node is done, then run the command again; --wait-for-cluster TIME waits longer"
                .to_owned()
        }
        TurnError::Cancelled { .. } => {
            "run the command again once that node is done".to_owned()
        }
        TurnError::Pooled => {
            "let SqlSettings.DataSource lead to PostgreSQL itself, at least for the upgrade, then run the command again"
                .to_owned()
        }
        TurnError::Lost => {
            "look whether the database's server was started anew, then run the command again".to_owned()
        }
        TurnError::Failed(failure) => {
            format!("{}, then run the command again", failure.advice())
        }
        TurnError::Closed(_)
        | TurnError::Database(_)
        | TurnError::Session(_)
        | TurnError::Answer(_) => {
            "make sure that psql reaches the database as the server's user, then run the command again"
                .to_owned()
        }
    }
}

/// What to do about other nodes that are in the way of going back; `None` about anything else.
pub(crate) const fn for_accept(cause: &StepError) -> Option<&'static str> {
    if let StepError::Accept(AcceptError::NodesServe { .. }) = cause {
        return Some("stop the server on every other node of the cluster");
    }
    if let StepError::Accept(AcceptError::Turn(TurnError::Held { .. })) = cause {
        return Some("wait until that node is done");
    }
    None
}
