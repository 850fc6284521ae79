//! Walking a chain: hop by hop, each proven before the next one begins, until the way ends or has to.

use jiff::Timestamp;

use super::close::Closed;
use super::foresee::{ForeseeError, PathWish, foresee};
use super::record::read_chain;
use super::situation::situation;
use super::standing::Standing;
use super::walker::Walker;
use crate::engine::acquire::{AcquireError, Sources, platform};
use crate::engine::open::find_open;
use crate::engine::reporter::Reporter;
use crate::engine::resolve_upgrade::ResolveUpgradeError;
use crate::engine::state_files::read_receipt;
use crate::engine::transaction::Outcome;
use crate::engine::undertake::UndertakeError;
use crate::host::Host;
use crate::model::{
    BackupPace, Edition, Finding, Plan, Platform, Prefix, Receipt, Release, ReleaseSelector,
    UpgradePath, UpgradeWish, Version, WalkReport,
};
use crate::planning::join_findings;
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
    /// Are only releases stops whose archives are at hand?
    pub only_at_hand: bool,
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
    /// Nothing can be said of the way.
    Foresee(Box<ForeseeError>),
    /// A check refused a hop that is not the next one, before the first one began.
    Forbidden(Box<UpgradePath>),
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
    /// Everything that is known of the way before its first hop begins. Nothing is changed.
    ///
    /// # Errors
    /// [`Halt`]: why there is no way, or nothing can be said of it.
    pub fn path(&self) -> Result<UpgradePath, Halt> {
        let wish = self.wish;
        let standing = Standing::of(self).map_err(|error| Halt::Resolve(Box::new(error)))?;
        let from = &standing.receipt.release;
        let edition = wish.edition.unwrap_or(from.edition);
        if from.version == wish.to && from.edition == edition {
            return Err(Halt::NothingToDo(Box::new(standing.receipt)));
        }
        let installed = standing.installed(self);
        let target = ReleaseSelector::Exact(wish.to.clone());
        let archive = self.archive(&Release { version: wish.to.clone(), edition });
        let platform = platform(&archive).map_err(|error| Halt::Acquire(Box::new(error)))?;
        let wishes = self.wishes_from(&from.version, (edition, platform));
        let path = foresee(
            &installed,
            &situation(&installed),
            &PathWish {
                target: &target,
                wishes: &wishes,
                rules: self.rules,
                sources: self.sources,
                edition: Some(edition),
                platform: Some(platform),
                backups: wish.backups,
                data: wish.hop.manner.data,
                policies: &standing.policies,
            },
        );
        path.map_err(|error| match error {
            ForeseeError::NoRoute(error) => Halt::NoRoute(error),
            ForeseeError::Acquire(error) => Halt::Acquire(Box::new(error)),
            error @ (ForeseeError::Path(_) | ForeseeError::Applied(_)) => {
                Halt::Foresee(Box::new(error))
            }
        })
    }

    /// The same, and where the archive of the first hop is at hand, what is found when that hop is planned as it would be
    /// carried out.
    ///
    /// # Errors
    /// As [`Self::path`].
    pub fn preview(&self, reporter: &mut dyn Reporter) -> Result<UpgradePath, Halt> {
        let (host, prefix) = (self.host, self.prefix);
        if let Some(open) = find_open(host, prefix).map_err(UndertakeError::from)? {
            return Err(UndertakeError::Interrupted { id: open.id }.into());
        }
        let record = read_chain(host, prefix).map_err(UndertakeError::from)?;
        let mut path = self.path()?;
        // What lies in a bundle has to be copied first.
        let is_there = self.sources.bundle.is_none();
        if let Some(first) =
            path.hops.first_mut().filter(|first| is_there && first.artifact.at_hand.is_some())
            && let Some(next) = self.next(record.as_ref(), None, reporter)?
        {
            first.findings = join_findings(std::mem::take(&mut first.findings), next.findings);
        }
        Ok(path)
    }

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
