//! Whether what comes comes fast enough.
//! Nothing is waited for here.

use std::time::Duration;

use super::NetworkSettings;
use super::error::NetworkError;
use crate::host::clock::Clock;

/// Measures one answer.
#[derive(Debug)]
pub(super) struct Pace {
    clock: Clock,
    stall: Duration,
    floor: u64,
    window: Duration,
    /// When something came last.
    heard: Duration,
    /// When the window began, and what came since.
    began: Duration,
    bytes: u64,
}

impl Pace {
    pub(super) fn new(settings: &NetworkSettings, clock: &Clock) -> Self {
        let now = clock.monotonic();
        Self {
            clock: clock.clone(),
            stall: settings.stall,
            floor: settings.floor,
            window: settings.window,
            heard: now,
            began: now,
            bytes: 0,
        }
    }

    /// Something came.
    pub(super) fn note(&mut self, bytes: usize) {
        self.heard = self.clock.monotonic();
        self.bytes += bytes as u64;
    }

    /// The answer itself begins: until now the server was thinking.
    pub(super) fn begin(&mut self) {
        self.heard = self.clock.monotonic();
        self.began = self.heard;
        self.bytes = 0;
    }

    /// The time that was spent elsewhere does not count: on a disk that is slower than the network.
    pub(super) fn pause(&mut self, since: Duration) {
        let spent = self.clock.monotonic().saturating_sub(since);
        self.heard += spent;
        self.began += spent;
    }

    /// Is it still fast enough?
    pub(super) fn check(&mut self, url: &str) -> Result<(), NetworkError> {
        let now = self.clock.monotonic();
        if now.saturating_sub(self.heard) >= self.stall {
            return Err(NetworkError::Stalled { url: url.to_owned(), after: self.stall });
        }
        if now.saturating_sub(self.began) < self.window {
            return Ok(());
        }
        let least = u128::from(self.floor) * self.window.as_millis() / 1000;
        let (bytes, within) = (self.bytes, self.window);
        if u128::from(bytes) < least {
            return Err(NetworkError::Slow { url: url.to_owned(), bytes, within });
        }
        self.began = now;
        self.bytes = 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn pace() -> (Clock, Pace) {
        let clock = Clock::fake(Timestamp::UNIX_EPOCH);
        let pace = Pace::new(&NetworkSettings::default(), &clock);
        (clock, pace)
    }

    #[test]
    fn silence_is_told_from_dribbling() {
        let (clock, mut pace) = pace();
        clock.advance(Duration::from_secs(59));
        pace.check("x").unwrap();
        clock.advance(Duration::from_secs(1));
        let error = pace.check("x").unwrap_err();
        assert_eq!(error.to_string(), "nothing came from x for 60 s");

        pace.begin();
        for _ in 0..59 {
            clock.advance(Duration::from_secs(1));
            pace.note(100);
            pace.check("x").unwrap();
        }
        clock.advance(Duration::from_secs(1));
        pace.note(100);
        let error = pace.check("x").unwrap_err();
        assert_eq!(error.to_string(), "only 6000 bytes came from x in 60 s");
    }

    #[test]
    fn the_floor_is_measured_anew_in_each_window() {
        let (clock, mut pace) = pace();
        for _ in 0..5 {
            pace.note(60 * 1024);
            clock.advance(Duration::from_secs(30));
            pace.note(1);
            pace.check("x").unwrap();
            clock.advance(Duration::from_secs(30));
            pace.check("x").unwrap();
        }
        pace.note(60 * 1024 - 1);
        clock.advance(Duration::from_secs(59));
        pace.check("x").unwrap();
        pace.note(0);
        clock.advance(Duration::from_secs(1));
        pace.check("x").unwrap_err();
    }

    #[test]
    fn what_the_disk_takes_is_not_the_servers_fault() {
        let (clock, mut pace) = pace();
        let before = clock.monotonic();
        clock.advance(Duration::from_secs(600));
        pace.pause(before);
        pace.check("x").unwrap();
        clock.advance(Duration::from_secs(60));
        pace.check("x").unwrap_err();
    }
}
