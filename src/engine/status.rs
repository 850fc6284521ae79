//! What is installed, as a reader without a lock sees it.

use std::path::Path;

use super::open::{OpenError, find_open};
use super::state_files::{StateFileError, read_receipt};
use crate::host::{Cancel, Host, Meter, PathError, Territory, running_from};
use crate::model::{Prefix, Receipt, RelPath, TransactionId};

/// What is installed.
#[derive(Debug)]
pub struct Status {
    /// The live path.
    pub live: RelPath,
    /// What mmembed last made true; `None` when it never did.
    pub receipt: Option<Receipt>,
    /// Is there a tree at the live path?
    pub tree_is_there: bool,
    /// An interrupted transaction.
    pub open: Option<TransactionId>,
    /// Processes that run from the tree.
    pub running: Vec<String>,
}

/// Why it could not be seen.
#[derive(Debug, thiserror::Error)]
pub enum StatusError {
    /// A state file cannot be used.
    #[error(transparent)]
    State(#[from] StateFileError),
    /// The transactions cannot be looked at.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Something cannot be looked at.
    #[error(transparent)]
    Path(#[from] PathError),
}

/// Sees what is installed.
pub fn status(host: &Host, prefix: &Prefix) -> Result<Status, StatusError> {
    let live = prefix.live();
    let census = running_from(&host.tree.absolute(&live))?;
    let running = census
        .found
        .iter()
        .map(|found| format!("{} ({})", found.identity.pid, found.command));
    Ok(Status {
        receipt: read_receipt(host, prefix)?,
        tree_is_there: host.tree.exists(&live)?,
        open: find_open(host, prefix)?.map(|open| open.id),
        running: running.collect(),
        live,
    })
}

/// What may be changed in an installation outside of transactions: the application's own directories, and the one that
/// holds its configuration.
pub fn installed_territory(root: &Path, prefix: &Prefix) -> Result<Territory, StateFileError> {
    let nothing = Territory::default();
    let reader = Host::new(root, nothing, Meter::default(), Cancel::never())?;
    let mut tops = own_directories(prefix);
    tops.extend(read_receipt(&reader, prefix)?.and_then(|receipt| receipt.config.parent()));
    Ok(Territory::new(tops))
}

/// The application's own directories: before a plan is made, nothing else can be changed.
#[must_use]
pub fn own_territory(prefix: &Prefix) -> Territory {
    Territory::new(own_directories(prefix))
}

fn own_directories(prefix: &Prefix) -> Vec<RelPath> {
    vec![prefix.opt().clone(), prefix.var().clone()]
}
