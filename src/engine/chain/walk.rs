//! Walking a chain: hop by hop, each proven before the next one begins, until the way ends or has to.

use jiff::Timestamp;

use super::close::Closed;
use super::walker::Walker;
use crate::engine::acquire::{AcquireError, Sources};
use crate::engine::reporter::Reporter;
use crate::engine::resolve_upgrade::ResolveUpgradeError;
use crate::engine::state_files::read_receipt;
use crate::engine::transaction::Outcome;
use crate::engine::undertake::UndertakeError;
use crate::host::Host;
use crate::model::{
    BackupPace, Edition, Finding, Plan, Platform, Prefix, Receipt, UpgradeWish, Version, WalkReport,
};
use crate::upgrade::{NoRoute, Rules, Wishes};

/// Where somebody wants to be brought, and how.
#[derive(Clone, Debug)]
pub struct ChainWish {
    /// What holds for every hop. Archive, version, edition, digest and leg are filled in for each.
    pub hop: UpgradeWish,
    /// Where the way leads.
    pub to: Version,
    /// The edition of all releases; the installed one where none is said.
    pub edition: Option<Edition>,
    /// The platform of all archives; `None` where Mattermost publishes nothing for this machine.
    pub platform: Option<Platform>,
    /// Where one wants to stop.
    pub wishes: Wishes,
    /// How often the database is saved.
    pub backups: BackupPace,
    /// No hop beyond this version is begun.
    pub stop_after: Option<Version>,
    /// No hop is begun from then on.
    pub until: Option<Timestamp>,
}

/// Everything a walk works with.
#[derive(Clone, Copy, Debug)]
pub struct Walking<'w> {
    /// The host.
    pub host: &'w Host,
    /// The application's paths.
    pub prefix: &'w Prefix,
    /// What is wanted.
    pub wish: &'w ChainWish,
    /// What is known to speak against hops.
    pub rules: &'w Rules,
    /// Where archives come from.
    pub sources: &'w Sources,
}

/// Why a walk ended.
#[derive(Debug)]
pub enum Halt {
    /// The way was walked to its end.
    Arrived,
    /// What was asked for is installed already.
    NothingToDo(Box<Receipt>),
    /// The next hop would lead beyond where one wanted to stop.
    StoppedAfter,
    /// The next hop would begin too late.
    OutOfTime,
    /// Somebody asked to stop between two hops.
    Cancelled,
    /// There is no way, or not any more.
    NoRoute(NoRoute),
    /// An archive is not to be had.
    Acquire(Box<AcquireError>),
    /// A hop makes no request.
    Resolve(Box<ResolveUpgradeError>),
    /// A hop could not be planned or begun.
    Undertake(Box<UndertakeError>),
    /// A check refused a hop.
    Refused {
        /// The hop.
        plan: Box<Plan>,
        /// Why.
        findings: Vec<Finding>,
    },
    /// A hop was begun, and did not end well.
    Failed {
        /// The hop.
        plan: Box<Plan>,
        /// How it ended.
        outcome: Box<Outcome>,
    },
}

impl From<NoRoute> for Halt {
    fn from(error: NoRoute) -> Self {
        Self::NoRoute(error)
    }
}

impl From<UndertakeError> for Halt {
    fn from(error: UndertakeError) -> Self {
        Self::Undertake(Box::new(error))
    }
}

impl Walking<'_> {
    /// What is installed.
    pub(super) fn receipt(&self) -> Result<Receipt, Halt> {
        let receipt = read_receipt(self.host, self.prefix).map_err(UndertakeError::from)?;
        receipt.ok_or_else(|| Halt::Resolve(Box::new(ResolveUpgradeError::NotInstalled)))
    }
}

/// What became of a walk.
#[derive(Debug)]
pub struct Walk {
    /// Why it ended.
    pub halt: Halt,
    /// The hops, and what they took. What is installed now is in the receipt.
    pub report: Option<WalkReport>,
    /// What the checks found, hop by hop.
    pub findings: Vec<Finding>,
    /// What became of the server that was left in the dark; `None` where none was.
    pub closed: Result<Option<Closed>, Box<UndertakeError>>,
}

/// Walks to the end of the way, or as far as it goes. What was interrupted before is finished first, and a chain that was
/// interrupted between two hops is taken up where it is.
///
/// Whatever happens, what is installed at the end is proven, and serves if it served at the beginning; where that does not
/// hold, the [`Walk`] says so, and `recover` goes on trying.
pub fn walk(walking: Walking<'_>, reporter: &mut dyn Reporter) -> Walk {
    Walker::new(walking).walk(reporter)
}
