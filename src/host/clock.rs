//! The time, and waiting.
//! Nothing is decided by the wall clock alone: durations are measured with the monotonic one.

#![expect(clippy::disallowed_methods, reason = "this is the door")]

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

/// Tells the time and waits. A clone shares the time of its original.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    System { begin: Instant },
    Fake(Arc<Mutex<FakeTime>>),
}

#[derive(Debug)]
struct FakeTime {
    wall: Timestamp,
    monotonic: Duration,
}

impl Clock {
    /// The clocks of this machine.
    #[must_use]
    pub fn system() -> Self {
        Self(Kind::System { begin: Instant::now() })
    }

    /// A clock that stands still until it is told otherwise, or somebody sleeps.
    #[must_use]
    pub fn fake(wall: Timestamp) -> Self {
        Self(Kind::Fake(Arc::new(Mutex::new(FakeTime { wall, monotonic: Duration::ZERO }))))
    }

    /// The wall clock. It may jump in both directions.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Kind::System { .. } => Timestamp::now(),
            Kind::Fake(time) => lock(time).wall,
        }
    }

    /// The wall clock, as this machine's clocks show it.
    #[must_use]
    pub fn here(&self) -> ZonedDateTime {
        self.now().to_zoned_datetime(TimeZone::system())
    }

    /// Time since this clock was made. It never goes back.
    #[must_use]
    pub fn monotonic(&self) -> Duration {
        match &self.0 {
            Kind::System { begin } => begin.elapsed(),
            Kind::Fake(time) => lock(time).monotonic,
        }
    }

    /// Waits. On a fake clock the time passes at once.
    pub fn sleep(&self, duration: Duration) {
        match &self.0 {
            Kind::System { .. } => std::thread::sleep(duration),
            Kind::Fake(_) => self.advance(duration),
        }
    }

    /// Lets time pass on a fake clock; the system's goes its own way.
    pub fn advance(&self, duration: Duration) {
        if let Kind::Fake(time) = &self.0 {
            let mut time = lock(time);
            time.monotonic += duration;
            time.wall = time.wall.checked_add(duration).unwrap_or(Timestamp::MAX);
        }
    }

    /// Sets the wall clock of a fake clock, as an administrator might; no time passes.
    pub fn jump(&self, wall: Timestamp) {
        if let Kind::Fake(time) = &self.0 {
            lock(time).wall = wall;
        }
    }
}

fn lock(time: &Mutex<FakeTime>) -> std::sync::MutexGuard<'_, FakeTime> {
    time.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fake_clock_passes_time_without_waiting() {
        let clock = Clock::fake(Timestamp::UNIX_EPOCH);
        let shared = clock.clone();
        shared.sleep(Duration::from_secs(3600));
        clock.advance(Duration::from_secs(1));
        assert_eq!(clock.monotonic(), Duration::from_secs(3601));
        assert_eq!(clock.now().as_second(), 3601);
        clock.jump(Timestamp::UNIX_EPOCH);
        assert_eq!(shared.now(), Timestamp::UNIX_EPOCH);
        assert_eq!(shared.monotonic(), Duration::from_secs(3601));
        clock.advance(Duration::MAX / 2);
        assert_eq!(clock.now(), Timestamp::MAX);
    }

    #[test]
    fn the_system_clock_waits_and_cannot_be_set() {
        let clock = Clock::system();
        let before = clock.monotonic();
        clock.sleep(Duration::from_millis(20));
        assert!(clock.monotonic() >= before + Duration::from_millis(20));
        clock.jump(Timestamp::UNIX_EPOCH);
        clock.advance(Duration::from_secs(1_000_000));
        assert!(clock.now() > Timestamp::UNIX_EPOCH);
        assert!(clock.monotonic() < Duration::from_secs(1_000_000));
    }
}
