//! One hop carried out, and what other threads do at the same time: the tree of the next one is staged, and what can be done while
//! a server migrates is done.

use std::sync::mpsc::{self, Sender};
use std::thread;

use super::ahead::{Ahead, Errands};
use super::meanwhile::{Cues, Meanwhile};
use super::next::Next;
use super::relay::Relay;
use super::stopwatch::{Stopwatch, Times};
use super::walk::Walking;
use crate::engine::cluster::Turn;
use crate::engine::open::{OpenError, Payload, carry_out_in_turn};
use crate::engine::reporter::Reporter;
use crate::engine::status::own_territory;
use crate::engine::transaction::Outcome;
use crate::engine::undertake::{UndertakeError, new_id};
use crate::host::{Cancel, Host, Level, Lock, Meter};
use crate::model::{BackupId, Release};

/// What came of it.
pub(super) struct Abreast {
    pub(super) outcome: Outcome,
    pub(super) times: Times,
    /// `None` where no hop follows, or nothing could be done ahead.
    pub(super) ahead: Option<Ahead>,
}

impl Walking<'_> {
    /// Carries a hop out. What is done ahead is given up once the hop has failed, and what is done meanwhile once it is over.
    pub(super) fn carry_out(
        &self,
        next: &Next,
        (lock, turn): (&Lock, Option<&Turn>),
        payloads: &[Payload],
        left_over: Option<Vec<BackupId>>,
        reporter: &mut dyn Reporter,
    ) -> Result<Abreast, UndertakeError> {
        let (host, plan) = (self.host, &*next.plan);
        let (stop, over) = (Cancel::never(), Cancel::never());
        // What it leaves half done is swept away.
        let aside = self.aside(Meter::default(), stop.clone())?;
        let beside = self.aside(host.tree.meter().clone(), over.clone())?;
        let (said, inbox) = mpsc::channel();
        let (tell, moments) = mpsc::channel();
        let (done, all_done) = mpsc::channel();
        thread::scope(|threads| {
            let meanwhile = meanwhile(next, &beside, lock, left_over);
            let events = said.clone();
            let meanwhile = threads.spawn(move || {
                meanwhile.run(moments, &events);
                drop::<Sender<()>>(done);
            });
            let errands = self.errands(next, &aside);
            let ahead = errands.map(|errands| threads.spawn(move || errands.run(said)));
            let mut relay = Relay::new(reporter, inbox);
            let mut cues = Cues { inner: &mut relay, plan, moments: Some(tell), done: all_done };
            let (outcome, times) = self.timed(next, (lock, turn), payloads, &mut cues);
            drop(cues);
            over.request();
            if !matches!(outcome, Ok(Outcome::Committed)) {
                stop.request();
            }
            relay.listen_to_the_end(|| {
                if host.cancel.requested() != Level::No {
                    stop.request();
                }
            });
            // Nothing depends on either.
            let _done = meanwhile.join();
            let ahead = ahead.and_then(|ahead| ahead.join().ok().flatten());
            Ok(Abreast { outcome: outcome?, times, ahead })
        })
    }

    /// The same host for another thread, which heeds another wish to stop.
    fn aside(&self, meter: Meter, stop: Cancel) -> Result<Host, UndertakeError> {
        let meter = meter.stopped_by(stop.clone());
        let aside = Host::new(self.host.tree.root(), own_territory(self.prefix), meter, stop)?;
        Ok(Host { digests: self.host.digests.clone(), ..aside })
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
        held: (&Lock, Option<&Turn>),
        payloads: &[Payload],
        reporter: &mut dyn Reporter,
    ) -> (Result<Outcome, OpenError>, Times) {
        let mut watch = Stopwatch::new(reporter, &self.host.clock, next.began);
        let plan = (*next.plan).clone();
        let outcome = carry_out_in_turn(self.host, held, plan, payloads, &mut watch);
        (outcome, watch.stop())
    }
}

fn meanwhile<'m>(
    next: &'m Next,
    host: &'m Host,
    lock: &'m Lock,
    left_over: Option<Vec<BackupId>>,
) -> Meanwhile<'m> {
    Meanwhile {
        host,
        _lock: lock,
        plan: &next.plan,
        goes_on: !next.rest.is_empty(),
        keep: next.resolved.request.manner.keep,
        left_over,
    }
}
