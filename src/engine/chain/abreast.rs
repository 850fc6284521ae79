//! One hop carried out, and the tree of the next one staged meanwhile.

use std::sync::mpsc;
use std::thread;

use super::ahead::{Ahead, Errands};
use super::next::Next;
use super::relay::Relay;
use super::stopwatch::{Stopwatch, Times};
use super::walk::Walking;
use crate::engine::open::{OpenError, Payload, carry_out};
use crate::engine::reporter::Reporter;
use crate::engine::status::own_territory;
use crate::engine::transaction::Outcome;
use crate::engine::undertake::{UndertakeError, new_id};
use crate::host::{Cancel, Host, Level, Lock, Meter};
use crate::model::Release;

/// What came of it.
pub(super) struct Abreast {
    pub(super) outcome: Outcome,
    pub(super) times: Times,
    /// `None` where no hop follows, or nothing could be done ahead.
    pub(super) ahead: Option<Ahead>,
}

impl Walking<'_> {
    /// Carries a hop out. What is done ahead is given up once the hop has failed.
    pub(super) fn carry_out(
        &self,
        next: &Next,
        lock: &Lock,
        payloads: &[Payload],
        reporter: &mut dyn Reporter,
    ) -> Result<Abreast, UndertakeError> {
        let host = self.host;
        let stop = Cancel::never();
        let territory = own_territory(self.prefix);
        // What it leaves half done is swept away.
        let meter = Meter::default().stopped_by(stop.clone());
        let aside = Host::new(host.tree.root(), territory, meter, stop.clone())?;
        let (said, inbox) = mpsc::channel();
        thread::scope(|threads| {
            let errands = self.errands(next, &aside);
            let ahead = errands.map(|errands| threads.spawn(move || errands.run(said)));
            let mut relay = Relay::new(reporter, inbox);
            let (outcome, times) = self.timed(next, lock, payloads, &mut relay);
            if !matches!(outcome, Ok(Outcome::Committed)) {
                stop.request();
            }
            let ahead = ahead.and_then(|ahead| {
                relay.listen_to_the_end(|| {
                    if host.cancel.requested() != Level::No {
                        stop.request();
                    }
                });
                // Nothing depends on it.
                ahead.join().ok().flatten()
            });
            Ok(Abreast { outcome: outcome?, times, ahead })
        })
    }

    fn errands<'e>(&'e self, next: &Next, aside: &'e Host) -> Option<Errands<'e>> {
        let version = next.rest.first()?.clone();
        let release = Release { version, edition: next.release.edition };
        Some(Errands {
            host: aside,
            prefix: self.prefix,
            sources: self.sources,
            wish: self.archive(&release),
            release,
            id: new_id(self.host),
        })
    }

    fn timed(
        &self,
        next: &Next,
        lock: &Lock,
        payloads: &[Payload],
        reporter: &mut dyn Reporter,
    ) -> (Result<Outcome, OpenError>, Times) {
        let mut watch = Stopwatch::new(reporter, &self.host.clock, next.began);
        let plan = (*next.plan).clone();
        let outcome = carry_out(self.host, lock, plan, payloads, &mut watch);
        (outcome, watch.stop())
    }
}
