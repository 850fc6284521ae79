//! The tree of the next hop, got and unpacked while this one is under way: one ahead, never more.
//!
//! Nothing depends on it. What could not be done ahead is done in its turn, and what an interrupted run has left is swept
//! away by the next one.

use std::sync::mpsc::Sender;
use std::time::Duration;

use crate::engine::acquire::{Acquired, ArchiveWish, Errand, Sources, acquire};
use crate::engine::reporter::Reporter;
use crate::engine::steps::Staging;
use crate::host::{Cancel, Clock, Host, Level};
use crate::model::{Event, Prefix, Release, TransactionId, chain};

/// What is done ahead.
pub(super) struct Errands<'a> {
    /// The host, with doors that nobody else uses meanwhile.
    pub(super) host: &'a Host,
    pub(super) prefix: &'a Prefix,
    pub(super) sources: &'a Sources,
    pub(super) wish: ArchiveWish,
    pub(super) release: Release,
    /// The transaction that the tree will be for.
    pub(super) id: TransactionId,
}

/// What was done ahead.
#[derive(Debug)]
pub(super) struct Ahead {
    /// The transaction that it was done for.
    pub(super) id: TransactionId,
    /// The release.
    pub(super) release: Release,
    /// Its archive.
    pub(super) acquired: Acquired,
    /// How long it took.
    pub(super) took: Duration,
}

/// Tells another thread what it hears.
struct Telling(Sender<Event>);

impl Reporter for Telling {
    fn hear(&mut self, event: &Event) {
        let event = if let Event::Note { text } = event {
            Event::Note { text: format!("ahead: {text}") }
        } else {
            event.clone()
        };
        // Nobody listens any more when the other one has failed.
        let _unheard = self.0.send(event);
    }
}

impl Errands<'_> {
    /// Gets the archive and unpacks it. `None` where that did not work, which is told.
    pub(super) fn run(self, events: Sender<Event>) -> Option<Ahead> {
        let mut reporter = Telling(events);
        let began = self.host.clock.monotonic();
        let acquired = match self.fetched(&mut reporter) {
            Ok(acquired) => acquired,
            Err(why) => {
                self.tell(&mut reporter, &format!("cannot be had ahead: {why}"));
                return None;
            }
        };
        let into = self.prefix.staged(&self.id);
        let staging = Staging {
            archive: &acquired.archive,
            release: &self.release,
            expect: acquired.sha256,
            into: &into,
            transaction: &self.id,
        };
        if let Err(error) = staging.unpack(self.host, &mut reporter) {
            self.tell(&mut reporter, &format!("cannot be unpacked ahead: {}", chain(&error)));
        }
        let took = self.host.clock.monotonic().saturating_sub(began);
        Some(Ahead { id: self.id, release: self.release, acquired, took })
    }

    /// What was given up because somebody asked for it is no news.
    fn tell(&self, reporter: &mut Telling, why: &str) {
        if self.host.cancel.requested() == Level::No {
            let text = format!("{} {why}; it is tried again in its turn", self.release);
            reporter.hear(&Event::Note { text });
        }
    }

    fn fetched(&self, reporter: &mut dyn Reporter) -> Result<Acquired, String> {
        let (clock, cancel): (Clock, Cancel) = (self.host.clock.clone(), self.host.cancel.clone());
        let mut errand = Errand { clock, cancel, reporter };
        acquire(self.sources, &self.wish, &mut errand).map_err(|error| chain(&error))
    }
}
