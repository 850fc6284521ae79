//! The next hop, planned from what is there now.

use std::time::Duration;

use super::ahead::Ahead;
use super::record::{ChainRecord, kept_environment};
use super::stages::sweep;
use super::walk::{Halt, Walking};
use super::way::Target;
use crate::engine::acquire::{Acquired, Errand, acquire};
use crate::engine::reporter::Reporter;
use crate::engine::resolve_upgrade::{ResolvedUpgrade, resolve_upgrade};
use crate::engine::undertake::{Prepared, UndertakeError, Undertaking, new_id};
use crate::model::{
    BackupPace, EnvironmentSource, Finding, Leg, Plan, Release, ServerEnvironment, Step,
    TransactionId, UpgradeWish, Version,
};
use crate::planning::may_pass;

/// A hop that is planned.
pub(super) struct Next {
    /// The release before it.
    pub(super) from: Release,
    /// The release after it.
    pub(super) release: Release,
    /// Its archive.
    pub(super) acquired: Acquired,
    pub(super) resolved: ResolvedUpgrade,
    pub(super) id: TransactionId,
    pub(super) plan: Box<Plan>,
    pub(super) findings: Vec<Finding>,
    /// The stops after it, as far as one wants to go.
    pub(super) rest: Vec<Version>,
    /// What was done ahead of it took so long.
    pub(super) ahead: Duration,
    /// When its planning began, on the monotonic clock.
    pub(super) began: Duration,
}

impl Next {
    /// Does its plan stop a server that runs?
    pub(super) fn darkens(&self) -> bool {
        let stops = |step: &Step| matches!(step, Step::StopServer(stop) if stop.was_running);
        self.plan.steps.iter().any(|planned| stops(&planned.step))
    }

    /// Does its plan save the database?
    pub(super) fn saves_database(&self) -> bool {
        let saves = |step: &Step| matches!(step, Step::BackUp(back_up) if back_up.database);
        self.plan.steps.iter().any(|planned| saves(&planned.step))
    }

    /// The same, unless a check forbids it whatever other nodes do meanwhile.
    pub(super) fn unless_refused_for_good(self) -> Result<Self, Halt> {
        if self.findings.iter().any(|it| it.is_fatal() && !may_pass(it)) {
            return Err(Halt::Refused { plan: self.plan, findings: self.findings });
        }
        Ok(self)
    }

    /// The same, unless a check forbids it.
    pub(super) fn unless_refused(self) -> Result<Self, Halt> {
        if self.findings.iter().any(Finding::is_fatal) {
            return Err(Halt::Refused { plan: self.plan, findings: self.findings });
        }
        Ok(self)
    }
}

/// What the hops before it make of a hop.
fn leg_after(record: Option<&ChainRecord>) -> Leg {
    let Some(record) = record else {
        return Leg::default();
    };
    Leg {
        darkened: record.serving,
        goes_on: false,
        saved_before: record.saved_before(),
        needed: record.needed(),
        left_behind: Vec::new(),
    }
}

impl Walking<'_> {
    /// Plans the next hop; `None` at the end of the way.
    pub(super) fn next(
        &self,
        record: Option<&ChainRecord>,
        ahead: Option<Ahead>,
        reporter: &mut dyn Reporter,
    ) -> Result<Option<Next>, Halt> {
        let (host, prefix) = (self.host, self.prefix);
        let began = host.clock.monotonic();
        let from = self.receipt()?.release;
        let Some(Target { release, rest, left_behind }) = self.target(&from)? else {
            return Ok(None);
        };
        let (acquired, id, ahead) = match ahead {
            Some(Ahead { acquired, id, took, release: staged }) if staged == release => {
                (acquired, id, took)
            }
            other => {
                // The way leads elsewhere than was thought.
                if other.is_some() {
                    sweep(host, prefix).map_err(UndertakeError::from)?;
                }
                (self.acquire(&release, reporter)?, new_id(host), Duration::ZERO)
            }
        };
        let leg = Leg { goes_on: !rest.is_empty(), left_behind, ..leg_after(record) };
        let resolved = self.resolve(record, &acquired, &release, leg)?;
        let (plan, findings) = match resolved.plan(host, id.clone())? {
            Prepared::NothingToDo(_) => return Ok(None),
            Prepared::Plan { plan, findings } => (plan, findings),
        };
        let next =
            Next { from, release, acquired, resolved, id, plan, findings, rest, ahead, began };
        Ok(Some(next))
    }

    fn acquire(&self, release: &Release, reporter: &mut dyn Reporter) -> Result<Acquired, Halt> {
        let (clock, cancel) = (self.host.clock.clone(), self.host.cancel.clone());
        let mut errand = Errand { clock, cancel, reporter };
        acquire(self.sources, &self.archive(release), &mut errand)
            .map_err(|error| Halt::Acquire(Box::new(error)))
    }

    fn resolve(
        &self,
        record: Option<&ChainRecord>,
        acquired: &Acquired,
        release: &Release,
        leg: Leg,
    ) -> Result<ResolvedUpgrade, Halt> {
        let wish = self.hop_wish(acquired, release, leg);
        let mut resolved = resolve_upgrade(&wish, self.rules.clone())
            .map_err(|error| Halt::Resolve(Box::new(error)))?;
        if record.is_some() && resolved.environment.is_none() {
            resolved.environment = self.remembered(&resolved)?;
        }
        Ok(resolved)
    }

    /// The environment of the server that is in the dark. One that somebody has started since shows its own.
    fn remembered(&self, resolved: &ResolvedUpgrade) -> Result<Option<ServerEnvironment>, Halt> {
        let seen = Undertaking::environment(resolved, self.host)?;
        if matches!(seen.source, EnvironmentSource::Process { .. }) {
            return Ok(None);
        }
        let kept = kept_environment(self.host, self.prefix).map_err(UndertakeError::from)?;
        Ok(Some(kept).filter(|kept| kept.source != EnvironmentSource::Nowhere))
    }

    fn hop_wish(&self, acquired: &Acquired, release: &Release, leg: Leg) -> UpgradeWish {
        let mut hop = self.wish.hop.clone();
        hop.archive.clone_from(&acquired.archive);
        (hop.version, hop.edition) = (Some(release.version.clone()), Some(release.edition));
        hop.sha256 = acquired.sha256;
        hop.consent.unsaved_database |= self.wish.backups == BackupPace::Own;
        hop.leg = leg;
        hop
    }
}
