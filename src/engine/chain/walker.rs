//! The walk itself: what is remembered from hop to hop while it lasts.

use std::time::Duration;

use super::abreast::Abreast;
use super::ahead::Ahead;
use super::close::{Closed, close, go_back, is_between};
use super::darkness::Darkness;
use super::next::Next;
use super::record::{
    Beginning, ChainRecord, HopBegun, forget, keep_environment, kept_environment, read_chain,
};
use super::stages::sweep;
use super::stopwatch::{Times, milliseconds};
use super::walk::{Halt, Walk, Walking};
use crate::config::diff;
use crate::engine::cluster::{SharedDatabase, Turn};
use crate::engine::open::{Payload, Wish, find_open, prepare_state, prune};
use crate::engine::reporter::Reporter;
use crate::engine::server_environment::{ENVIRONMENT, SiteConfig};
use crate::engine::state_files::read_receipt;
use crate::engine::steps::{Losses, read_document};
use crate::engine::transaction::Outcome;
use crate::engine::undertake::{
    UndertakeError, Undertaking, finish_transaction, take_lock, take_turn,
};
use crate::host::{Level, Lock, PathError};
use crate::model::{
    BackupId, ChangedSetting, EnvironmentSource, Event, Finding, HopEnding, HopReport, Plan,
    Release, ServerEnvironment, Start, Step, WalkReport,
};
use crate::planning::join_findings;

/// A walk under way.
pub(super) struct Walker<'w> {
    walking: Walking<'w>,
    began: Duration,
    /// What was installed when this chain began.
    from: Option<Release>,
    /// As it is on disk.
    record: Option<ChainRecord>,
    /// This node's turn to change the database. It is held for the whole chain: between two hops the database is at a stop that
    /// nobody wants to serve from, and a node that came in there would migrate what this one is about to.
    turn: Option<Turn>,
    hops: Vec<HopReport>,
    findings: Vec<Finding>,
    darkness: Darkness,
}

impl<'w> Walker<'w> {
    pub(super) fn new(walking: Walking<'w>) -> Self {
        Self {
            walking,
            began: walking.host.clock.monotonic(),
            from: None,
            record: None,
            turn: None,
            hops: Vec::new(),
            findings: Vec::new(),
            darkness: Darkness::default(),
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
        let first = if self.is_interrupted()? {
            None
        } else {
            let path = self.walking.path()?;
            if path.all_findings().any(Finding::is_fatal) {
                return Err(Halt::Forbidden(Box::new(path)));
            }
            // The tree is read now, and not again by those who look at it before its server is stopped.
            host.digests.begin(&host.tree, &prefix.live()).map_err(UndertakeError::from)?;
            let planned = self.walking.next(None, None, reporter)?;
            let Some(planned) = planned else {
                return Err(Halt::NothingToDo(Box::new(self.walking.receipt()?)));
            };
            Some(planned.unless_refused_for_good()?)
        };
        prepare_state(host, prefix).map_err(UndertakeError::from)?;
        let lock = take_lock(host, prefix).map_err(UndertakeError::from)?;
        finish_transaction(host, &lock, prefix, Wish::Usual, reporter)?;
        self.record = read_chain(host, prefix).map_err(UndertakeError::from)?;
        // What was staged ahead by a run that was killed is nobody's.
        sweep(host, prefix).map_err(UndertakeError::from)?;
        self.turn = match &first {
            Some(next) => take_turn(host, &next.resolved, &next.plan, reporter)?,
            None => self.turn_after_interruption(reporter)?,
        };
        if self.record.is_some() {
            self.take_up(&lock, reporter)?;
        }
        Ok((lock, first))
    }

    /// The turn to change the database of what is installed, before it is known what is to be done about it.
    fn turn_after_interruption(
        &self,
        reporter: &mut dyn Reporter,
    ) -> Result<Option<Turn>, UndertakeError> {
        let Walking { host, prefix, wish, .. } = self.walking;
        let Some(receipt) = read_receipt(host, prefix)?.filter(|_| wish.hop.start != Start::Never)
        else {
            return Ok(None);
        };
        let environment = kept_environment(host, prefix)?;
        let site = SiteConfig::of_installed(host, &receipt, &environment);
        // Settings that cannot be read are told when the next hop is planned.
        let settings = site.effective().ok();
        let shared = settings.and_then(|it| SharedDatabase::of_settings(&it, Some(receipt.server)));
        match shared {
            Some(shared) => Ok(Turn::take(host, &shared, reporter)?),
            None => Ok(None),
        }
    }

    /// Goes on with a chain that was interrupted, as it is wished now. A database that a hop has left between two releases goes
    /// back first; one that is whole is saved anew before it is touched again, as somebody may have used it meanwhile.
    fn take_up(&mut self, lock: &Lock, reporter: &mut dyn Reporter) -> Result<(), Halt> {
        let Walking { host, prefix, wish, .. } = self.walking;
        let Some(mut record) = self.record.take() else {
            return Ok(());
        };
        if wish.hop.start == Start::Never {
            return Err(UndertakeError::HalfWay { to: record.to }.into());
        }
        let text = format!("going on from where the chain to {} was interrupted", record.to);
        reporter.hear(&Event::Note { text });
        let receipt = self.walking.receipt()?;
        record.catch_up(&receipt);
        if is_between(host, prefix, &record, &receipt)? {
            let losses = (Losses::Refused, self.turn.as_ref());
            let closed = go_back(host, lock, prefix, &record, losses, reporter)?;
            if let Some((plan, outcome)) = closed.into_unfinished() {
                return Err(UndertakeError::Unrecovered { id: plan.id, outcome }.into());
            }
            record = read_chain(host, prefix).map_err(UndertakeError::from)?.unwrap_or(record);
            record.hops.clear();
        }
        record.way_back = None;
        record.backups = wish.backups;
        if record.serving {
            self.darkness.take_up();
        }
        self.from = Some(record.from.clone());
        self.hops.clone_from(&record.hops);
        self.record = Some(record);
        Ok(())
    }

    fn is_interrupted(&self) -> Result<bool, UndertakeError> {
        let Walking { host, prefix, .. } = self.walking;
        Ok(find_open(host, prefix)?.is_some() || read_chain(host, prefix)?.is_some())
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
            self.turn.as_ref().map_or(Ok(()), Turn::require).map_err(UndertakeError::from)?;
            // What was seen without the lock may have been changed by whoever held it until now.
            let next = self.walking.next(self.record.as_ref(), ahead.take(), reporter)?;
            let Some(next) = next else {
                return Ok(Halt::Arrived);
            };
            self.from.get_or_insert_with(|| next.from.clone());
            ahead = self.hop(next.unless_refused()?, lock, reporter)?;
        }
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
        let left_over = self.left_over();
        let held = (lock, self.turn.as_ref());
        let Abreast { outcome, times, ahead } =
            self.walking.carry_out(&next, held, &payloads, left_over, reporter)?;
        self.measure(&next, &outcome, &times);
        if let Err(error) = prune(host, prefix) {
            let text = format!("old transactions could not be removed: {error}");
            reporter.hear(&Event::Note { text });
        }
        self.findings = join_findings(std::mem::take(&mut self.findings), next.findings);
        if !matches!(outcome, Outcome::Committed) {
            return Err(Halt::Failed { plan: next.plan, outcome: Box::new(outcome) });
        }
        self.advance(next.rest.is_empty()).map_err(UndertakeError::from)?;
        Ok(ahead)
    }

    /// The backups that are needed of those that were made before this hop, where the hop before it left cleaning up to others.
    fn left_over(&self) -> Option<Vec<BackupId>> {
        let record = self.record.as_ref().filter(|record| !record.hops.is_empty())?;
        Some(record.needed())
    }

    /// Writes down that a hop was made. The transaction of the last one has let the server out.
    fn advance(&mut self, is_last: bool) -> Result<(), PathError> {
        let Walking { host, prefix, .. } = self.walking;
        let Some(record) = &mut self.record else {
            return Ok(());
        };
        if is_last {
            self.record = None;
            return forget(host, prefix);
        }
        record.hops.clone_from(&self.hops);
        record.write(host, prefix)
    }

    /// Writes down that a server goes into the dark that no transaction will let out by itself.
    fn remember(
        &mut self,
        next: &Next,
        environment: &ServerEnvironment,
    ) -> Result<(), UndertakeError> {
        let Walking { host, prefix, wish, .. } = self.walking;
        let former = self.record.take();
        if former.is_none() && next.rest.is_empty() {
            return Ok(());
        }
        let Start::Prove { within } = wish.hop.start else {
            return Ok(());
        };
        if former.is_none() || environment.source != EnvironmentSource::Nowhere {
            keep_environment(host, prefix, environment)?;
        }
        let hop = HopBegun {
            from: next.from.clone(),
            id: next.id.clone(),
            saves_database: next.saves_database(),
        };
        let beginning = Beginning {
            from: next.from.clone(),
            to: Release { version: wish.to.clone(), edition: next.release.edition },
            serving: next.darkens(),
            backups: wish.backups,
            hooks: next.resolved.request.manner.hooks.clone(),
            within,
        };
        let record = ChainRecord::before(hop, former, beginning);
        record.write(host, prefix)?;
        self.record = Some(record);
        Ok(())
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
        self.darkness.hop(next, ending, times);
    }

    /// Lets out what is in the dark, unless somebody has to look at it first.
    fn close(
        &mut self,
        halt: &Halt,
        lock: &Lock,
        reporter: &mut dyn Reporter,
    ) -> Result<Option<Closed>, Box<UndertakeError>> {
        let Walking { host, prefix, .. } = self.walking;
        if let Halt::Failed { plan, outcome } = halt {
            match **outcome {
                Outcome::Committed | Outcome::RolledBack { .. } => {}
                // Its transaction sees to the server.
                Outcome::CommittedWithRemainder { .. } if lets_out(plan) => {
                    sweep(host, prefix).map_err(UndertakeError::from)?;
                    forget(host, prefix).map_err(UndertakeError::from)?;
                    return Ok(None);
                }
                // Whoever finishes it lets the server out.
                Outcome::CommittedWithRemainder { .. }
                | Outcome::Stuck { .. }
                | Outcome::Unfinished { .. } => return Ok(None),
            }
        }
        let losses = (Losses::Refused, self.turn.as_ref());
        let closed = close(host, lock, prefix, losses, reporter)?;
        if closed.as_ref().is_some_and(|closed| closed.unfinished().is_none()) {
            self.darkness.let_out(host.clock.monotonic());
        }
        Ok(closed)
    }

    fn finish(self, halt: Halt, closed: Result<Option<Closed>, Box<UndertakeError>>) -> Walk {
        let Walking { host, wish, .. } = self.walking;
        let settings = self.changed_settings();
        let took = host.clock.monotonic().saturating_sub(self.began);
        let (hops, darkness) = (self.hops, self.darkness);
        let report = self.from.filter(|_| !hops.is_empty()).map(|from| WalkReport {
            to: Release { version: wish.to.clone(), edition: wish.edition.unwrap_or(from.edition) },
            from,
            hops,
            served: darkness.served(),
            dark_ms: darkness.lasted().map(milliseconds),
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

fn lets_out(plan: &Plan) -> bool {
    plan.steps.iter().any(|planned| matches!(planned.step, Step::StartServer(_)))
}
