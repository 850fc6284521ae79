//! The walk itself: what is remembered from hop to hop while it lasts.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::ahead::{Ahead, Errands};
use super::close::{Closed, close};
use super::record::{
    Beginning, ChainRecord, forget, keep_environment, kept_environment, read_chain,
};
use super::relay::Relay;
use super::stopwatch::{Stopwatch, Times, milliseconds};
use super::walk::{Halt, Walk, Walking};
use crate::config::diff;
use crate::engine::acquire::{Acquired, ArchiveSource, ArchiveWish, Errand, acquire};
use crate::engine::open::{Payload, Wish, carry_out, prepare_state, prune};
use crate::engine::reporter::Reporter;
use crate::engine::resolve_upgrade::{ResolvedUpgrade, resolve_upgrade};
use crate::engine::server_environment::ENVIRONMENT;
use crate::engine::state_files::read_receipt;
use crate::engine::status::own_territory;
use crate::engine::steps::read_document;
use crate::engine::transaction::Outcome;
use crate::engine::undertake::{
    Prepared, UndertakeError, Undertaking, finish_transaction, new_id, take_lock,
};
use crate::host::{Cancel, Host, Level, Lock, Meter};
use crate::model::{
    BackupPace, ChangedSetting, EnvironmentSource, Event, Finding, HopEnding, HopReport, Leg, Plan,
    Receipt, Release, ReleaseSelector, Start, Step, TransactionId, UpgradeWish, Version,
    WalkReport,
};
use crate::upgrade::{Known, NoRoute, Route, Router, Situation};

/// A walk under way.
pub(super) struct Walker<'w> {
    walking: Walking<'w>,
    began: Duration,
    /// What was installed when this chain began.
    from: Option<Release>,
    /// As it is on disk.
    record: Option<ChainRecord>,
    hops: Vec<HopReport>,
    findings: Vec<Finding>,
    /// Since when the server is in the dark, on the monotonic clock.
    dark_since: Option<Duration>,
    dark: Option<Duration>,
}

/// A hop that is planned.
struct Next {
    release: Release,
    from: Release,
    acquired: Acquired,
    resolved: ResolvedUpgrade,
    id: TransactionId,
    plan: Box<Plan>,
    findings: Vec<Finding>,
    /// The stops after it, as far as one wants to go.
    rest: Vec<Version>,
    /// What was done ahead of it took so long.
    ahead: Duration,
    began: Duration,
}

/// Where a hop leads, and where the way goes on.
struct Target {
    from: Release,
    release: Release,
    rest: Vec<Version>,
}

impl<'w> Walker<'w> {
    pub(super) fn new(walking: Walking<'w>) -> Self {
        Self {
            walking,
            began: walking.host.clock.monotonic(),
            from: None,
            record: None,
            hops: Vec::new(),
            findings: Vec::new(),
            dark_since: None,
            dark: None,
        }
    }

    pub(super) fn walk(mut self, reporter: &mut dyn Reporter) -> Walk {
        match self.enter(reporter) {
            Ok((lock, first)) => {
                let halt = self.hops(&lock, first, reporter).unwrap_or_else(|halt| halt);
                let closed = self.close(&halt, &lock, reporter);
                self.finish(halt, closed)
            }
            Err(halt) => self.finish(halt, Ok(None)),
        }
    }

    /// Everything that can refuse does so before anything is touched and anybody is locked out.
    fn enter(&mut self, reporter: &mut dyn Reporter) -> Result<(Lock, Option<Next>), Halt> {
        let Walking { host, prefix, .. } = self.walking;
        let has_open = || -> Result<bool, UndertakeError> {
            Ok(crate::engine::open::find_open(host, prefix)?.is_some()
                || read_chain(host, prefix)?.is_some())
        };
        let mut first = None;
        if !has_open()? {
            let planned = self.next(None, reporter)?;
            let Some(planned) = planned else {
                return Err(self.nothing_to_do()?);
            };
            first = Some(refuse_fatal(planned)?);
        }
        prepare_state(host, prefix).map_err(UndertakeError::from)?;
        let lock = take_lock(host, prefix).map_err(UndertakeError::from)?;
        finish_transaction(host, &lock, prefix, Wish::Usual, reporter)?;
        self.record = read_chain(host, prefix).map_err(UndertakeError::from)?;
        if let Some(record) = &self.record {
            self.from = Some(record.from.clone());
            self.hops.clone_from(&record.hops);
            let text = format!("going on from where the chain to {} was interrupted", record.to);
            reporter.hear(&Event::Note { text });
        }
        Ok((lock, first))
    }

    fn nothing_to_do(&self) -> Result<Halt, Halt> {
        Ok(Halt::NothingToDo(Box::new(self.receipt()?)))
    }

    fn receipt(&self) -> Result<Receipt, Halt> {
        let Walking { host, prefix, .. } = self.walking;
        let receipt = read_receipt(host, prefix).map_err(UndertakeError::from)?;
        receipt.ok_or_else(|| {
            Halt::Resolve(Box::new(crate::engine::ResolveUpgradeError::NotInstalled))
        })
    }

    fn hops(
        &mut self,
        lock: &Lock,
        first: Option<Next>,
        reporter: &mut dyn Reporter,
    ) -> Result<Halt, Halt> {
        let host = self.walking.host;
        let mut ahead = first.map(|first| Ahead {
            id: first.id,
            release: first.release,
            acquired: first.acquired,
            took: Duration::ZERO,
        });
        loop {
            if host.cancel.requested() != Level::No {
                return Ok(Halt::Cancelled);
            }
            // What was seen without the lock may have been changed by whoever held it until now.
            let Some(next) = self.next(ahead.take(), reporter)? else {
                return Ok(Halt::Arrived);
            };
            let next = refuse_fatal(next)?;
            ahead = self.hop(next, lock, reporter)?;
        }
    }

    /// Plans the next hop from what is there now; `None` at the end of the way.
    fn next(
        &mut self,
        ahead: Option<Ahead>,
        reporter: &mut dyn Reporter,
    ) -> Result<Option<Next>, Halt> {
        let Walking { host, .. } = self.walking;
        let began = host.clock.monotonic();
        let Some(target) = self.target()? else {
            return Ok(None);
        };
        let Target { from, release, rest } = target;
        let ahead = ahead.filter(|ahead| ahead.release == release);
        let (acquired, id, took) = match ahead {
            Some(Ahead { acquired, id, took, .. }) => (acquired, id, took),
            None => (self.acquire(&release, reporter)?, new_id(host), Duration::ZERO),
        };
        let wish = self.hop_wish(&acquired, &release, !rest.is_empty());
        let resolved = self.resolve(&wish)?;
        match resolved.plan(host, id.clone())? {
            Prepared::NothingToDo(_) => Ok(None),
            Prepared::Plan { plan, findings } => Ok(Some(Next {
                release,
                from,
                acquired,
                resolved,
                id,
                plan,
                findings,
                rest,
                ahead: took,
                began,
            })),
        }
    }

    /// The next stop, and those after it.
    fn target(&mut self) -> Result<Option<Target>, Halt> {
        let Walking { host, wish, .. } = self.walking;
        let receipt = self.receipt()?;
        self.from.get_or_insert_with(|| receipt.release.clone());
        let from = receipt.release;
        let edition = wish.edition.unwrap_or(from.edition);
        if from.version == wish.to && from.edition == edition {
            return Ok(None);
        }
        let mut stops = self.route(&from.version, edition)?.versions().into_iter();
        let Some(version) = stops.next() else {
            return Ok(None);
        };
        let is_beyond =
            |version: &Version| wish.stop_after.as_ref().is_some_and(|last| version > last);
        if is_beyond(&version) {
            return Err(Halt::StoppedAfter);
        }
        if wish.until.is_some_and(|until| host.clock.now() >= until) {
            return Err(Halt::OutOfTime);
        }
        let rest = stops.take_while(|version| !is_beyond(version)).collect();
        Ok(Some(Target { from, release: Release { version, edition }, rest }))
    }

    fn route(&self, from: &Version, edition: crate::model::Edition) -> Result<Route, NoRoute> {
        let Walking { wish, rules, sources, .. } = self.walking;
        let situation = Situation { edition: Some(edition), ..Situation::default() };
        let mut wishes = wish.wishes.clone();
        wishes.via.retain(|via| via > from && *via < wish.to);
        let router = Router::new(sources.catalog.releases().map(Known::from), rules, &situation);
        router.route(from, &wish.to, &wishes)
    }

    fn archive_wish(&self, release: &Release) -> ArchiveWish {
        ArchiveWish {
            source: ArchiveSource::Known(ReleaseSelector::Exact(release.version.clone())),
            edition: Some(release.edition),
            version: None,
            platform: self.walking.wish.platform,
            sha256: None,
        }
    }

    fn acquire(
        &mut self,
        release: &Release,
        reporter: &mut dyn Reporter,
    ) -> Result<Acquired, Halt> {
        let Walking { host, sources, .. } = self.walking;
        let (clock, cancel) = (host.clock.clone(), host.cancel.clone());
        let mut errand = Errand { clock, cancel, reporter };
        acquire(sources, &self.archive_wish(release), &mut errand)
            .map_err(|error| Halt::Acquire(Box::new(error)))
    }

    fn hop_wish(&self, acquired: &Acquired, release: &Release, goes_on: bool) -> UpgradeWish {
        let Walking { wish, .. } = self.walking;
        let mut hop = wish.hop.clone();
        hop.archive.clone_from(&acquired.archive);
        (hop.version, hop.edition) = (Some(release.version.clone()), Some(release.edition));
        hop.sha256 = acquired.sha256;
        hop.consent.unsaved_database |= wish.backups == BackupPace::Own;
        let record = self.record.as_ref();
        hop.leg = Leg {
            darkened: record.is_some_and(|record| record.serving),
            goes_on,
            saved_before: record
                .filter(|record| record.backups == BackupPace::Once && !self.hops.is_empty())
                .map(ChainRecord::beginning),
            needed: record.map(ChainRecord::beginning).into_iter().collect(),
        };
        hop
    }

    fn resolve(&self, wish: &UpgradeWish) -> Result<ResolvedUpgrade, Halt> {
        let Walking { host, prefix, rules, .. } = self.walking;
        let mut resolved =
            resolve_upgrade(wish, rules.clone()).map_err(|error| Halt::Resolve(Box::new(error)))?;
        // The server that could show its environment is in the dark.
        if self.record.is_some() && resolved.environment.is_none() {
            let kept = kept_environment(host, prefix).map_err(UndertakeError::from)?;
            resolved.environment =
                Some(kept).filter(|kept| kept.source != EnvironmentSource::Nowhere);
        }
        Ok(resolved)
    }

    /// Makes one hop, and meanwhile gets the tree of the one after it.
    fn hop(
        &mut self,
        next: Next,
        lock: &Lock,
        reporter: &mut dyn Reporter,
    ) -> Result<Option<Ahead>, Halt> {
        let Walking { host, prefix, .. } = self.walking;
        let environment = next.resolved.environment(host)?;
        self.remember(&next, &environment)?;
        let number = self.hops.len() + 1;
        reporter.hear(&Event::HopStarted {
            number: u32::try_from(number).unwrap_or(u32::MAX),
            of: u32::try_from(number + next.rest.len()).unwrap_or(u32::MAX),
            from: next.from.version.clone(),
            to: next.release.version.clone(),
        });
        let mut payloads = next.resolved.payloads();
        payloads.push(Payload { name: ENVIRONMENT, content: environment.to_private_text() });
        let (outcome, times, ahead) = self.carry_out(&next, lock, &payloads, reporter)?;
        self.measure(&next, &outcome, &times);
        self.findings.extend(next.findings);
        if let Err(error) = prune(host, prefix) {
            let text = format!("old transactions could not be removed: {error}");
            reporter.hear(&Event::Note { text });
        }
        if !matches!(outcome, Outcome::Committed) {
            return Err(Halt::Failed { plan: next.plan, outcome: Box::new(outcome) });
        }
        match &mut self.record {
            // The transaction of the last hop has let the server out.
            Some(_) if next.rest.is_empty() => {
                forget(host, prefix).map_err(UndertakeError::from)?;
                self.record = None;
            }
            Some(record) => {
                record.hops.clone_from(&self.hops);
                record.write(host, prefix).map_err(UndertakeError::from)?;
            }
            None => {}
        }
        Ok(ahead)
    }

    /// Writes down that a server goes into the dark that no transaction will let out by itself.
    fn remember(
        &mut self,
        next: &Next,
        environment: &crate::model::ServerEnvironment,
    ) -> Result<(), UndertakeError> {
        let Walking { host, prefix, wish, .. } = self.walking;
        if let Some(record) = &mut self.record {
            record.current = next.id.clone();
            return Ok(record.write(host, prefix)?);
        }
        if next.rest.is_empty() {
            return Ok(());
        }
        let Start::Prove { within } = wish.hop.start else {
            return Ok(());
        };
        keep_environment(host, prefix, environment)?;
        let record = ChainRecord::begin(Beginning {
            from: next.from.clone(),
            to: Release { version: wish.to.clone(), edition: next.release.edition },
            serving: is_stopped(&next.plan),
            backups: wish.backups,
            hooks: next.resolved.request.manner.hooks.clone(),
            within,
            first: next.id.clone(),
        });
        record.write(host, prefix)?;
        self.record = Some(record);
        Ok(())
    }

    fn carry_out(
        &self,
        next: &Next,
        lock: &Lock,
        payloads: &[Payload],
        reporter: &mut dyn Reporter,
    ) -> Result<(Outcome, Times, Option<Ahead>), UndertakeError> {
        let Walking { host, prefix, sources, .. } = self.walking;
        let stop = Cancel::never();
        let aside =
            Host::new(host.tree.root(), own_territory(prefix), Meter::default(), stop.clone())?;
        let after = next
            .rest
            .first()
            .map(|version| Release { version: version.clone(), edition: next.release.edition });
        let (said, inbox) = mpsc::channel();
        thread::scope(|threads| {
            let errands = after.map(|release| Errands {
                host: &aside,
                prefix,
                sources,
                wish: self.archive_wish(&release),
                release,
                id: new_id(host),
            });
            let ahead = errands.map(|errands| threads.spawn(move || errands.run(said)));
            let mut relay = Relay::new(reporter, inbox);
            let mut watch = Stopwatch::new(&mut relay, &host.clock, next.began);
            let outcome = carry_out(host, lock, (*next.plan).clone(), payloads, &mut watch);
            let times = watch.stop();
            if !matches!(outcome, Ok(Outcome::Committed)) {
                stop.request();
            }
            if ahead.is_some() {
                relay.listen_to_the_end(|| {
                    if host.cancel.requested() != Level::No {
                        stop.request();
                    }
                });
            }
            let ahead = ahead.and_then(|ahead| ahead.join().expect("staging does not panic"));
            Ok((outcome?, times, ahead))
        })
    }

    fn measure(&mut self, next: &Next, outcome: &Outcome, times: &Times) {
        let ending = match outcome {
            Outcome::Committed | Outcome::CommittedWithRemainder { .. } => HopEnding::Committed,
            Outcome::RolledBack { .. } => HopEnding::RolledBack,
            Outcome::Stuck { .. } | Outcome::Unfinished { .. } => HopEnding::Stuck,
        };
        let mut report = times.report(&next.plan, &next.from.version, ending);
        report.ahead_ms = milliseconds(next.ahead);
        self.hops.push(report);
        if self.dark_since.is_none() && is_stopped(&next.plan) {
            self.dark_since = times.began(&next.plan, |step| matches!(step, Step::StopServer(_)));
        }
        let out = times.done(&next.plan, |step| matches!(step, Step::StartServer(_)));
        if let Some((since, out)) = self.dark_since.zip(out) {
            self.dark = Some(out.saturating_sub(since));
        }
    }

    /// Lets out what is in the dark, unless somebody has to look at it first.
    fn close(
        &mut self,
        halt: &Halt,
        lock: &Lock,
        reporter: &mut dyn Reporter,
    ) -> Result<Option<Closed>, Box<UndertakeError>> {
        let Walking { host, prefix, .. } = self.walking;
        if let Halt::Failed { outcome, .. } = halt {
            match **outcome {
                Outcome::Committed | Outcome::RolledBack { .. } => {}
                // Its transaction sees to the server.
                Outcome::CommittedWithRemainder { .. } => {
                    return Ok(forget(host, prefix)
                        .map(|()| None)
                        .map_err(UndertakeError::from)?);
                }
                Outcome::Stuck { .. } | Outcome::Unfinished { .. } => return Ok(None),
            }
        }
        let closed = close(host, lock, prefix, reporter)?;
        let is_out = closed.as_ref().is_some_and(|closed| closed.unfinished().is_none());
        if let Some(since) = self.dark_since.filter(|_| is_out && self.dark.is_none()) {
            self.dark = Some(host.clock.monotonic().saturating_sub(since));
        }
        Ok(closed)
    }

    fn finish(self, halt: Halt, closed: Result<Option<Closed>, Box<UndertakeError>>) -> Walk {
        let Walking { host, wish, .. } = self.walking;
        let settings = self.changed_settings();
        let to = |from: &Release| Release {
            version: wish.to.clone(),
            edition: wish.edition.unwrap_or(from.edition),
        };
        let took = host.clock.monotonic().saturating_sub(self.began);
        let (hops, dark_ms) = (self.hops, self.dark.map(milliseconds));
        let report = self.from.filter(|_| !hops.is_empty()).map(|from| WalkReport {
            to: to(&from),
            from,
            hops,
            dark_ms,
            total_ms: milliseconds(took),
            settings,
        });
        Walk { halt, report, findings: self.findings, closed }
    }

    /// What the hops have made of the settings. What cannot be read any more takes nothing from what was done.
    fn changed_settings(&self) -> Vec<ChangedSetting> {
        let Walking { host, prefix, .. } = self.walking;
        let made = self.hops.iter().find(|hop| hop.ending == HopEnding::Committed);
        let Some(first) = made.map(|hop| prefix.backup(&hop.transaction.clone().into())) else {
            return Vec::new();
        };
        let before = read_document(host, &first.join("config.json")).ok().flatten();
        let receipt = read_receipt(host, prefix).ok().flatten();
        let after = receipt.and_then(|it| read_document(host, &it.config).ok().flatten());
        let Some((before, after)) = before.zip(after) else {
            return Vec::new();
        };
        let changed = diff(&before, &after).into_iter().map(|difference| ChangedSetting {
            setting: difference.setting.to_string(),
            before: difference.before.map(|value| value.to_string()),
            after: difference.after.map(|value| value.to_string()),
        });
        changed.collect()
    }
}

/// Does the plan stop a server that runs?
fn is_stopped(plan: &Plan) -> bool {
    let stops = |step: &Step| matches!(step, Step::StopServer(stop) if stop.was_running);
    plan.steps.iter().any(|planned| stops(&planned.step))
}

fn refuse_fatal(next: Next) -> Result<Next, Halt> {
    if next.findings.iter().any(Finding::is_fatal) {
        return Err(Halt::Refused { plan: next.plan, findings: next.findings });
    }
    Ok(next)
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
