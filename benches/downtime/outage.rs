//! What a client sees of an upgrade: when the old server answered last, and when the new one answered first.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::site::{NEW, OLD, Site};

/// Between two questions.
const PAUSE: Duration = Duration::from_millis(1);

/// How long a server may take to answer before there is nothing to measure.
const PATIENCE: Duration = Duration::from_secs(600);

/// The time in which nobody is served.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outage {
    /// The last good answer of the old server.
    pub(crate) from: Instant,
    /// The first one of the new server.
    pub(crate) to: Instant,
}

impl Outage {
    pub(crate) fn length(self) -> Duration {
        self.to - self.from
    }

    /// How much of a span of time lies in it.
    pub(crate) fn share_of(self, begin: Instant, end: Instant) -> Duration {
        end.min(self.to).saturating_duration_since(begin.max(self.from))
    }
}

/// Asks the site again and again while the work is done, and on until the new server has answered.
pub(crate) fn during<T>(site: &Site, work: impl FnOnce() -> T) -> (Outage, T) {
    let failed = AtomicBool::new(false);
    thread::scope(|threads| {
        let client = threads.spawn(|| watch(site, &failed));
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        failed.store(done.is_err(), Ordering::Relaxed);
        let outage = client.join().unwrap();
        match done {
            Ok(done) => (outage.expect("the new server answers"), done),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

fn watch(site: &Site, failed: &AtomicBool) -> Option<Outage> {
    let begun = Instant::now();
    let mut from = begun;
    while begun.elapsed() < PATIENCE && !failed.load(Ordering::Relaxed) {
        match site.world.serving().as_deref() {
            Some(OLD) => from = Instant::now(),
            Some(NEW) => return Some(Outage { from, to: Instant::now() }),
            _ => {}
        }
        thread::sleep(PAUSE);
    }
    None
}

/// How long it takes until the site answers as this version.
pub(crate) fn until_serving(site: &Site, version: &str) -> Duration {
    let begun = Instant::now();
    while site.world.serving().as_deref() != Some(version) {
        assert!(begun.elapsed() < PATIENCE, "{version} does not answer");
        thread::sleep(PAUSE);
    }
    begun.elapsed()
}
