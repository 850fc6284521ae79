//! Everything that is known of a chain before its first hop begins.
//! Nobody is asked over the network, nothing is changed, and the same world gives the same answer.

use super::artifact::{HopArtifact, artifact_of};
use super::behind::{Found, find_way};
use super::rooms::{Load, see_rooms};
use super::situation::{Installed, SituationSeen};
use crate::config::Policies;
use crate::database::Purpose;
use crate::engine::acquire::{AcquireError, ArchiveSource, ArchiveWish, Choice, Sources, choose};
use crate::engine::steps::{ConfigureError, read_applied};
use crate::host::{PathError, require_directory_outside};
use crate::model::{
    BackupPace, DataPolicy, Edition, Finding, PlannedHop, Platform, Release, ReleaseSelector,
    Saved, UpgradePath, Version,
};
use crate::planning::{
    HopSettings, SettingsAhead, check_database_system, check_database_version, fetched_in_the_dark,
    join_findings, latest_passed_over, obtainable, saved_on,
};
use crate::server::may_change_schema;
use crate::upgrade::{HopFindings, Known, NoRoute, Route, Router, Rules, Stop, Wishes};

/// Where a chain shall lead, and how.
#[derive(Clone, Copy, Debug)]
pub struct PathWish<'a> {
    /// Where it leads.
    pub target: &'a ReleaseSelector,
    /// What else is wanted of the way. Where only some versions can be had, it says which.
    pub wishes: &'a Wishes,
    /// What is held against the way, with what an operator has added and waived.
    pub rules: &'a Rules,
    /// Where archives come from.
    pub sources: &'a Sources,
    /// Their edition; the installed one where none is said.
    pub edition: Option<Edition>,
    /// What they are built for; `None` where none was named and Mattermost publishes nothing for this machine.
    pub platform: Option<Platform>,
    /// How often the database is saved.
    pub backups: BackupPace,
    /// What becomes of uploaded files in each backup.
    pub data: DataPolicy,
    /// Who gives way where two have changed one setting.
    pub policies: &'a Policies,
}

/// Why nothing can be said of a chain.
#[derive(Debug, thiserror::Error)]
pub enum ForeseeError {
    /// There is no way.
    #[error(transparent)]
    NoRoute(#[from] NoRoute),
    /// Where it shall lead is not known, or was not published so.
    #[error(transparent)]
    Acquire(#[from] AcquireError),
    /// A directory of archives cannot be searched.
    #[error(transparent)]
    Path(#[from] PathError),
    /// What the host had set last cannot be read.
    #[error(transparent)]
    Applied(#[from] ConfigureError),
}

/// A way that was found, and what it was found from.
pub(super) struct Way<'a> {
    pub(super) installed: &'a Installed<'a>,
    pub(super) seen: &'a SituationSeen,
    pub(super) wish: &'a PathWish<'a>,
    pub(super) platform: Platform,
    pub(super) route: Route,
    /// By hop.
    rules: Vec<HopFindings>,
    /// The stops that the first hop leads past, as the database has left them behind.
    left_behind: Vec<Version>,
    /// For so many hops, the first ones, another node has migrated the database.
    switching: usize,
}

/// Looks ahead on the way from what is installed to another release: its stops, and all that is known about each of them.
///
/// Where nobody may be asked for archives, the way leads over those that are at hand, if there is such a one; else what is missing is told.
///
/// # Errors
/// [`ForeseeError`].
pub fn foresee(
    installed: &Installed<'_>,
    seen: &SituationSeen,
    wish: &PathWish<'_>,
) -> Result<UpgradePath, ForeseeError> {
    for directory in &wish.sources.directories {
        require_directory_outside(directory)?;
    }
    let archive = target_archive(installed, wish);
    let choice = choose(wish.sources, &archive, wish.target, &installed.host.clock)?;
    let (edition, platform) = (choice.artifact.edition, choice.artifact.platform);
    let obtainable = obtainable(&wish.sources.catalog, edition, platform);
    let known = wish.sources.catalog.releases().map(Known::from);
    let router = Router::new(known, wish.rules, &seen.situation);
    let (from, to) = (&installed.receipt.release.version, &choice.published.version);
    let ends = ((from, to), (edition, platform));
    let found = find_way(&router, ends, wish.wishes, wish.sources, seen.cluster.as_ref())?;
    let Found { route, wishes, left_behind, switching } = found;
    let passed_over = latest_passed_over(&router, (from, to), &wishes, &obtainable);
    let rules = hop_findings(&router, &route, &left_behind);
    let way = Way { installed, seen, wish, platform, route, rules, left_behind, switching };
    Ok(UpgradePath { passed_over, ..way.path(&choice)? })
}

/// By hop; what lies behind on the first one is told with it.
fn hop_findings(router: &Router<'_>, route: &Route, left_behind: &[Version]) -> Vec<HopFindings> {
    let behind = left_behind.iter().cloned().map(|version| Stop { version, because: Vec::new() });
    let mut whole = route.clone();
    whole.stops.splice(0..0, behind);
    let mut findings = router.findings(&whole);
    let passed: Vec<HopFindings> = findings.drain(..left_behind.len()).collect();
    if let Some(first) = findings.first_mut() {
        first.from = route.from.clone();
        let passed = passed.into_iter().map(|hop| hop.findings);
        first.findings = passed.fold(std::mem::take(&mut first.findings), join_findings);
    }
    findings
}

fn target_archive(installed: &Installed<'_>, wish: &PathWish<'_>) -> ArchiveWish {
    ArchiveWish {
        source: ArchiveSource::Known(wish.target.clone()),
        edition: Some(wish.edition.unwrap_or(installed.receipt.release.edition)),
        version: None,
        platform: wish.platform,
        sha256: None,
    }
}

impl Way<'_> {
    pub(super) const fn sources(&self) -> &Sources {
        self.wish.sources
    }

    pub(super) fn edition(&self) -> Edition {
        self.wish.edition.unwrap_or(self.installed.receipt.release.edition)
    }

    fn path(&self, choice: &Choice<'_>) -> Result<UpgradePath, ForeseeError> {
        let artifacts: Vec<HopArtifact> =
            self.route.stops.iter().filter_map(|stop| artifact_of(self, &stop.version)).collect();
        let loads = self.route.stops.iter().zip(&artifacts).map(|(stop, artifact)| Load {
            version: &stop.version,
            at_hand: artifact.at_hand.as_ref(),
        });
        let (rooms, shortages) = see_rooms(self, &loads.collect::<Vec<_>>());
        let late = fetched_in_the_dark(artifacts.iter().map(|artifact| &artifact.report));
        let whole = choice.findings.iter().chain(&self.seen.findings).cloned().chain(late);
        let whole = whole.collect();
        let settings = self.settings()?;
        let parts = artifacts.into_iter().zip(settings).zip(&self.rules).zip(&self.route.stops);
        let hops = parts.enumerate().map(|(number, (((artifact, settings), rules), stop))| {
            self.hop(number, stop, rules, artifact, settings)
        });
        Ok(UpgradePath {
            from: self.installed.receipt.release.clone(),
            to: choice.published.release(choice.artifact),
            hops: hops.collect(),
            findings: join_findings(shortages, whole),
            passed_over: Vec::new(),
            waived: self.route.waived.clone(),
            left_out: self.route.left_out.iter().map(ToString::to_string).collect(),
            backups: self.wish.backups,
            rooms,
        })
    }

    fn hop(
        &self,
        number: usize,
        stop: &Stop,
        rules: &HopFindings,
        artifact: HopArtifact,
        settings: HopSettings,
    ) -> PlannedHop {
        let HopFindings { from, to, findings } = rules;
        let mut own = self.database_findings(to);
        own.extend(settings.findings);
        own.extend(artifact.findings);
        PlannedHop {
            from: from.clone(),
            to: to.clone(),
            because: stop.because.iter().map(ToString::to_string).collect(),
            artifact: artifact.report,
            findings: join_findings(findings.clone(), own),
            settings: settings.forecast,
            saved: self.saved(number),
            needs_database_to_go_back: number >= self.switching && may_change_schema(from, to),
            left_behind: if number == 0 { self.left_behind.clone() } else { Vec::new() },
            only_switches: number < self.switching,
        }
    }

    /// What is saved before a hop. What another node has migrated is not this node's to save.
    pub(super) fn saved(&self, number: usize) -> Saved {
        match number.checked_sub(self.switching) {
            Some(number) => saved_on(number, self.wish.backups),
            None => Saved::AllButDatabase,
        }
    }

    fn database_findings(&self, version: &Version) -> Vec<Finding> {
        let release = Release { version: version.clone(), edition: self.edition() };
        let system = self
            .seen
            .driver
            .as_deref()
            .and_then(|driver| check_database_system(driver, Purpose::Upgrade, &release));
        let age = self.seen.database.as_ref().and_then(|known| {
            let number = known.server_version_num;
            check_database_version(&known.endpoint, number, Purpose::Upgrade, &release)
        });
        system.into_iter().chain(age).collect()
    }

    /// By hop; where the configuration could not be looked at, nothing is said of it.
    fn settings(&self) -> Result<Vec<HopSettings>, ForeseeError> {
        let Installed { host, prefix, receipt, defaults, enforced, .. } = self.installed;
        let stops = self.route.versions();
        let Some(site) = &self.seen.site else {
            return Ok(stops.iter().map(|_| HopSettings::default()).collect());
        };
        let applied = read_applied(host, prefix)?;
        let variables = self.seen.environment.pairs();
        let ahead = SettingsAhead {
            site,
            defaults,
            applied: applied.as_ref(),
            enforced,
            policies: self.wish.policies,
            variables: variables.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        };
        Ok(ahead.follow_past(&receipt.release.version, &self.left_behind, &stops))
    }
}
