//! What is installed, as a reader without a lock sees it.

use std::path::Path;

use super::chain::{ChainRecord, read_chain};
use super::cluster::{SharedDatabase, is_node};
use super::open::{OpenError, OpenTransaction, find_open};
use super::server_environment::{RunningOverrides, Seeker, SiteConfig};
use super::state_files::{StateFileError, read_receipt};
use super::steps::read_document;
use crate::config::Document;
use crate::host::{
    Cancel, Census, Host, Meter, PathError, Territory, current_owner, lock_holder, running_from,
};
use crate::model::{Finding, Owner, Prefix, Receipt, RelPath, Severity};

/// What is installed. Each part is seen by itself: what this user may not look at hides nothing else.
#[derive(Debug)]
pub struct Status {
    /// The live path.
    pub live: RelPath,
    /// What mmembed last made true; `None` when it never did.
    pub receipt: Option<Receipt>,
    /// Is there a tree at the live path?
    pub tree_is_there: Result<bool, PathError>,
    /// Who is at work here just now.
    pub at_work: Option<String>,
    /// A transaction that is not closed: interrupted, unless somebody is at work.
    pub open: Result<Option<OpenTransaction>, OpenError>,
    /// A chain of hops that is under way, or was interrupted between two of them.
    pub chain: Result<Option<ChainRecord>, StateFileError>,
    /// Processes that run from the tree.
    pub running: Result<Census, PathError>,
    /// The variables in the environment of the running server that decide about settings.
    pub overridden: Vec<String>,
    /// That this is a node of a cluster, and who else is on its database; nothing of a single node.
    pub cluster: Vec<Finding>,
}

/// Why it could not be seen.
#[derive(Debug, thiserror::Error)]
pub enum StatusError {
    /// The receipt cannot be used, and without it nothing can be said.
    #[error(transparent)]
    State(#[from] StateFileError),
}

/// Sees what is installed.
pub fn status(host: &Host, prefix: &Prefix) -> Result<Status, StatusError> {
    let live = prefix.live();
    let receipt = read_receipt(host, prefix)?;
    Ok(Status {
        cluster: receipt.as_ref().map_or_else(Vec::new, |it| seen_cluster(host, prefix, it)),
        overridden: receipt.as_ref().map_or_else(Vec::new, |it| seen_names(host, &live, it)),
        receipt,
        tree_is_there: host.tree.exists(&live),
        at_work: lock_holder(&host.tree, &prefix.lock()),
        open: find_open(host, prefix),
        chain: read_chain(host, prefix),
        running: running_from(&host.tree.absolute(&live)),
        live,
    })
}

fn seen_names(host: &Host, live: &RelPath, receipt: &Receipt) -> Vec<String> {
    let file = read_document(host, &receipt.config).ok().flatten();
    let file = file.unwrap_or_else(Document::empty);
    RunningOverrides::see(host, live, &file, &receipt.release.version).names
}

/// The database is asked only where the configuration says that there are other nodes.
fn seen_cluster(host: &Host, prefix: &Prefix, receipt: &Receipt) -> Vec<Finding> {
    let seeker = Seeker::of_installed(host, prefix, receipt, &receipt.service);
    let environment = seeker.look().map(|found| found.environment).unwrap_or_default();
    let site = SiteConfig::of_installed(host, receipt, &environment);
    let settings = site.effective().ok().filter(is_node);
    let shared = settings.and_then(|it| SharedDatabase::of_settings(&it, Some(receipt.server)));
    shared.map_or_else(Vec::new, |shared| shared.company(host, prefix))
}

impl Status {
    /// A warning where a server may run that this user cannot see.
    #[must_use]
    pub fn unseen_server(&self) -> Option<Finding> {
        let (receipt, census) = (self.receipt.as_ref()?, self.running.as_ref().ok()?);
        unseen_server(census, receipt.server)
    }
}

/// A warning where a server may run that this user cannot see: `server` is who would run it.
pub(crate) fn unseen_server(census: &Census, server: Owner) -> Option<Finding> {
    if census.unseen == 0 || server.uid == current_owner().uid {
        return None;
    }
    let text = format!(
        "whether the server runs could not be seen: {} of the processes of other users may not be looked into",
        census.unseen
    );
    let advice =
        "run this as root, or make sure that the server is stopped before anything is changed";
    Some(Finding::new(Severity::Warning, "unseen-processes", text).advise(advice))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_another_user_may_run_can_go_unseen() {
        let me = current_owner();
        let other = Owner { uid: me.uid + 1, ..me };
        for (unseen, server, warned) in [(0, other, false), (3, me, false), (3, other, true)] {
            let census = Census { unseen, ..Census::default() };
            let finding = unseen_server(&census, server);
            assert_eq!(finding.is_some(), warned, "{unseen} {server:?}");
            assert!(finding.is_none_or(|finding| finding.text.contains("3 of the processes")));
        }
    }
}
