//! What is done while a server migrates or starts, and would otherwise be waited for in the dark or at the end: the tree that has
//! just become the live one is read, for whoever asks in the next hop what somebody has changed in it; and what the hops so far
//! have left behind is removed.
//!
//! Nothing depends on it. What was not read is read in its turn, and what was not removed is removed by the last hop, whose step
//! begins only when nobody removes anything here any more. Whatever interrupts it, what is half removed does not count already,
//! and whoever cleans up next finishes it.

use std::sync::mpsc::{Receiver, Sender};

use crate::engine::backup::{BackupError, retain};
use crate::engine::foreign::get_to_know;
use crate::engine::reporter::Reporter;
use crate::engine::state_files::{StateFileError, read_identity};
use crate::host::{Host, Lock};
use crate::model::{BackupId, Event, Plan, Step};

/// When something can be done meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// The new tree is the live one, and its server migrates.
    Proving,
    /// The hop is committed, and its server is let out.
    LettingOut,
}

/// What is done.
pub(super) struct Meanwhile<'a> {
    /// The host, with doors that nobody else uses meanwhile.
    pub(super) host: &'a Host,
    /// Who removes anything has it.
    pub(super) _lock: &'a Lock,
    /// The hop.
    pub(super) plan: &'a Plan,
    /// Does another hop follow?
    pub(super) goes_on: bool,
    /// How many backups are kept.
    pub(super) keep: u32,
    /// The backups that are needed of those that were made before this hop; `None` where the hop before it has cleaned up.
    pub(super) left_over: Option<Vec<BackupId>>,
}

impl Meanwhile<'_> {
    /// Does what can be done at each moment, until there are no more, and tells what was removed.
    pub(super) fn run(self, moments: Receiver<Moment>, events: &Sender<Event>) {
        for moment in moments {
            let removed = match moment {
                Moment::Proving => self.prove(),
                Moment::LettingOut => self.clean_up(),
            };
            for id in removed.unwrap_or_default() {
                let text = format!("the backup {id} was removed");
                // Nobody listens any more when the other thread has failed.
                let _unheard = events.send(Event::Note { text });
            }
        }
    }

    /// Whether what is read is right is not asked here, and what is not readable is told by whoever needs it.
    fn prove(&self) -> Result<Vec<BackupId>, BackupError> {
        if self.goes_on {
            let _unread = self.read_live_tree();
        }
        let Some(needed) = &self.left_over else {
            return Ok(Vec::new());
        };
        // As if this hop were not there: its own backup does not count as one of those that are kept.
        self.retain(self.keep.saturating_add(1), needed)
    }

    fn read_live_tree(&self) -> Result<(), StateFileError> {
        let (host, live) = (self.host, self.plan.prefix.live());
        if let Some(identity) = read_identity(host, &live)?
            && host.digests.begin(&host.tree, &live)?
        {
            get_to_know(host, &live, &identity)?;
        }
        Ok(())
    }

    /// The same as the step of this hop, which then finds nothing left to do.
    fn clean_up(&self) -> Result<Vec<BackupId>, BackupError> {
        let step = self.plan.steps.iter().find_map(|planned| {
            let Step::CleanUp { keep, needed } = &planned.step else { return None };
            Some((*keep, needed))
        });
        step.map_or(Ok(Vec::new()), |(keep, needed)| self.retain(keep, needed))
    }

    fn retain(&self, keep: u32, needed: &[BackupId]) -> Result<Vec<BackupId>, BackupError> {
        let own = BackupId::from(self.plan.id.clone());
        let protected: Vec<BackupId> = needed.iter().cloned().chain([own]).collect();
        let keep = usize::try_from(keep).unwrap_or(usize::MAX);
        Ok(retain(self.host, &self.plan.prefix, keep, &protected)?.backups)
    }
}

/// Listens to the steps of a hop, and says when something can be done meanwhile.
pub(super) struct Cues<'c> {
    pub(super) inner: &'c mut dyn Reporter,
    pub(super) plan: &'c Plan,
    /// Who does it; `None` once nothing more is to be begun.
    pub(super) moments: Option<Sender<Moment>>,
    /// Nobody sends anything here: it ends when all that was begun is done.
    pub(super) done: Receiver<()>,
}

impl Cues<'_> {
    fn cue(&mut self, step: &Step) {
        if matches!(step, Step::Prove(_)) {
            self.tell(Moment::Proving);
        } else if matches!(step, Step::StartServer(_)) {
            self.tell(Moment::LettingOut);
        } else if matches!(step, Step::CleanUp { .. }) {
            self.moments = None;
            // Two that remove the same would be in each other's way.
            let _done = self.done.recv();
        }
    }

    fn tell(&self, moment: Moment) {
        if let Some(moments) = &self.moments {
            // Nobody does anything any more.
            let _unheard = moments.send(moment);
        }
    }
}

impl Reporter for Cues<'_> {
    fn hear(&mut self, event: &Event) {
        self.inner.hear(event);
        if let Event::StepStarted { step, .. } = event
            && let Some(planned) = self.plan.step(*step)
        {
            self.cue(&planned.step);
        }
    }
}
