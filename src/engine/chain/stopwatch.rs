//! How long the phases of a hop take, by the steps that are heard of.

use std::time::Duration;

use crate::engine::reporter::Reporter;
use crate::host::Clock;
use crate::model::{Event, HopEnding, HopReport, Plan, Step, StepId, Version};

/// When a step began, and when it was done.
#[derive(Clone, Copy, Debug)]
struct Mark {
    step: StepId,
    began: Duration,
    done: Option<Duration>,
}

/// Listens to one transaction, and passes everything on.
pub(super) struct Stopwatch<'a> {
    inner: &'a mut dyn Reporter,
    clock: Clock,
    began: Duration,
    marks: Vec<Mark>,
    undoings: Vec<(StepId, Duration)>,
}

/// What a stopwatch has measured.
#[derive(Debug)]
pub(super) struct Times {
    began: Duration,
    ended: Duration,
    marks: Vec<Mark>,
    /// Which steps were undone, in that order, and since when.
    undoings: Vec<(StepId, Duration)>,
}

impl<'a> Stopwatch<'a> {
    /// It has been running since `began`, on the monotonic clock.
    pub(super) fn new(inner: &'a mut dyn Reporter, clock: &Clock, began: Duration) -> Self {
        Self { inner, clock: clock.clone(), began, marks: Vec::new(), undoings: Vec::new() }
    }

    pub(super) fn stop(self) -> Times {
        let ended = self.clock.monotonic();
        Times { began: self.began, ended, marks: self.marks, undoings: self.undoings }
    }
}

impl Reporter for Stopwatch<'_> {
    fn hear(&mut self, event: &Event) {
        let now = self.clock.monotonic();
        if let Event::StepStarted { step, .. } = event {
            self.marks.push(Mark { step: *step, began: now, done: None });
        } else if let Event::StepDone { step } = event
            && let Some(mark) = self.marks.iter_mut().rev().find(|mark| mark.step == *step)
        {
            mark.done = Some(now);
        } else if let Event::Undoing { step, .. } = event {
            self.undoings.push((*step, now));
        }
        self.inner.hear(event);
    }
}

impl Times {
    /// When the first step of this kind began.
    pub(super) fn began(&self, plan: &Plan, is_it: fn(&Step) -> bool) -> Option<Duration> {
        self.of(plan, is_it).map(|mark| mark.began)
    }

    /// When the first step of this kind was done.
    pub(super) fn done(&self, plan: &Plan, is_it: fn(&Step) -> bool) -> Option<Duration> {
        self.of(plan, is_it)?.done
    }

    /// When the first step of this kind was undone: then the undoing of the one before it began, or everything ended well.
    pub(super) fn undone(
        &self,
        plan: &Plan,
        is_it: fn(&Step) -> bool,
        ending: HopEnding,
    ) -> Option<Duration> {
        let step = self.of(plan, is_it)?.step;
        let mut undoings = self.undoings.iter().skip_while(|(undone, _)| *undone != step).skip(1);
        let next = undoings.next().map(|(_, began)| *began);
        next.or_else(|| (ending == HopEnding::RolledBack).then_some(self.ended))
    }

    fn of(&self, plan: &Plan, is_it: fn(&Step) -> bool) -> Option<Mark> {
        let is_it = |mark: &&Mark| plan.step(mark.step).is_some_and(|it| is_it(&it.step));
        self.marks.iter().find(is_it).copied()
    }

    /// What became of a hop.
    pub(super) fn report(&self, plan: &Plan, from: &Version, ending: HopEnding) -> HopReport {
        let prove = self.of(plan, |step| matches!(step, Step::Prove(_)));
        let migrated = prove.map_or(Duration::ZERO, |mark| {
            mark.done.unwrap_or(self.ended).saturating_sub(mark.began)
        });
        let quiet = self.began(plan, |step| matches!(step, Step::StopServer(_)));
        let quiet = quiet.unwrap_or(self.ended);
        let settled = self.began(plan, |step| matches!(step, Step::Settle));
        let dark = settled.unwrap_or(self.ended).saturating_sub(quiet);
        HopReport {
            from: from.clone(),
            to: plan.receipt.release.version.clone(),
            transaction: plan.id.clone(),
            ending,
            staged_ms: milliseconds(quiet.saturating_sub(self.began)),
            ahead_ms: 0,
            down_ms: milliseconds(dark.saturating_sub(migrated)),
            migrated_ms: milliseconds(migrated),
            total_ms: milliseconds(self.ended.saturating_sub(self.began)),
        }
    }
}

/// Whole milliseconds.
pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
