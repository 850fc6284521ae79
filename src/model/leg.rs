//! What a hop has to know of the chain that it is part of.

use super::backup::BackupId;
use super::version::Version;

/// The place of a hop in a chain. By default the hop is all there is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leg {
    /// Is the server in the dark only because of this chain? Then it is let out when the chain is over, though it does not
    /// serve now.
    pub darkened: bool,
    /// Does another hop follow? Then nobody is let in between.
    pub goes_on: bool,
    /// The backup of where the chain began, where the database is not saved again before each hop.
    pub saved_before: Option<BackupId>,
    /// Backups that a way back needs, however many are kept.
    pub needed: Vec<BackupId>,
    /// The stops between both releases that the database has left behind, as another node of the cluster has brought it further.
    pub left_behind: Vec<Version>,
}
