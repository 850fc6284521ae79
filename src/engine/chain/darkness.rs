//! Whether people are served while a chain is walked, as far as this command sees it.

use std::time::Duration;

use super::next::Next;
use super::stopwatch::Times;
use crate::model::{HopEnding, PeopleServed, Step};

/// What is known of the server that served, or did not, when the chain began. Moments are on the monotonic clock.
#[derive(Debug, Default)]
pub(super) struct Darkness {
    /// Did one serve?
    served_before: bool,
    /// Was it stopped by an earlier command, at a moment that nobody knows?
    taken_up: bool,
    began: Option<Duration>,
    ended: Option<Duration>,
}

impl Darkness {
    /// An earlier command has stopped the server.
    pub(super) const fn take_up(&mut self) {
        (self.served_before, self.taken_up) = (true, true);
    }

    /// A hop came to its end, and may have stopped the server, let it out, or stopped it and started it again.
    pub(super) fn hop(&mut self, next: &Next, ending: HopEnding, times: &Times) {
        let stops: fn(&Step) -> bool = |step| matches!(step, Step::StopServer(_));
        let starts = |step: &Step| matches!(step, Step::StartServer(_));
        if next.darkens() {
            self.served_before = true;
            self.began = self.began.or_else(|| times.began(&next.plan, stops));
            self.ended = times.undone(&next.plan, stops, ending);
        }
        if let Some(out) = times.done(&next.plan, starts) {
            self.let_out(out);
        }
    }

    /// The server is out, unless it has been for longer.
    pub(super) fn let_out(&mut self, now: Duration) {
        self.ended.get_or_insert(now);
    }

    pub(super) const fn served(&self) -> PeopleServed {
        match (self.served_before, self.taken_up || self.began.is_some(), self.ended) {
            (false, ..) => PeopleServed::Never,
            (true, false, _) => PeopleServed::Throughout,
            (true, true, Some(_)) => PeopleServed::Again,
            (true, true, None) => PeopleServed::NotYet,
        }
    }

    /// How long it was dark, where this command has seen it all.
    pub(super) fn lasted(&self) -> Option<Duration> {
        let (began, ended) = self.began.filter(|_| !self.taken_up).zip(self.ended)?;
        Some(ended.saturating_sub(began))
    }
}
