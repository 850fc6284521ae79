//! The wish to stop: SIGINT, SIGTERM, SIGHUP, or a test.
//! Nothing is interrupted here; whoever works asks between two steps.

#![expect(clippy::disallowed_methods, reason = "this is the door")]

use std::fs;
use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::low_level::pipe;

/// How urgently somebody wants this program to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nobody does.
    No,
    /// Finish the step, then roll back.
    First,
    /// Finish the step, then leave everything as it is for a later recovery.
    Second,
}

/// Knows whether somebody wants this program to stop. A clone knows the same.
#[derive(Clone, Debug)]
pub struct Cancel {
    wishes: Arc<Wishes>,
    /// Is the first wish heeded already by what is done now?
    on_the_way_back: bool,
}

#[derive(Debug, Default)]
struct Wishes {
    count: AtomicUsize,
    /// One byte comes here for each signal.
    signals: Option<UnixStream>,
}

impl Cancel {
    /// Listens to SIGINT, SIGTERM and SIGHUP from now on, for as long as the program runs.
    ///
    /// A signal that whoever started the program had set to be ignored stays ignored: `nohup` means it.
    ///
    /// # Errors
    /// If the system cannot register the signals.
    pub fn on_signals() -> io::Result<Self> {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let (signals, writer) = UnixStream::pair()?;
        signals.set_nonblocking(true)?;
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            if !is_ignored(&status, signal) {
                pipe::register(signal, writer.try_clone()?)?;
            }
        }
        Ok(Self::of(Wishes { count: AtomicUsize::new(0), signals: Some(signals) }))
    }

    /// Listens to nothing; only [`Cancel::request`] counts.
    #[must_use]
    pub fn never() -> Self {
        Self::of(Wishes::default())
    }

    fn of(wishes: Wishes) -> Self {
        Self { wishes: Arc::new(wishes), on_the_way_back: false }
    }

    /// The same wishes as they are heard by what is itself the way back: the first one asks for nothing else, the second one
    /// is a second one there too.
    #[must_use]
    pub fn on_the_way_back(&self) -> Self {
        Self { wishes: Arc::clone(&self.wishes), on_the_way_back: true }
    }

    /// Does what one signal does.
    pub fn request(&self) {
        self.wishes.count.fetch_add(1, Ordering::Relaxed);
    }

    /// How urgently somebody wants this program to stop by now. It never calms down.
    #[must_use]
    pub fn requested(&self) -> Level {
        if let Some(signals) = &self.wishes.signals {
            self.wishes.count.fetch_add(waiting(signals), Ordering::Relaxed);
        }
        match self.wishes.count.load(Ordering::Relaxed) {
            0 => Level::No,
            1 if self.on_the_way_back => Level::No,
            1 => Level::First,
            _ => Level::Second,
        }
    }
}

/// How many signals came since the last look; the stream gives an error when there is none.
fn waiting(mut signals: &UnixStream) -> usize {
    signals.read(&mut [0; 64]).unwrap_or(0)
}

/// Is the signal in the set `SigIgn` of `/proc/PID/status`, see proc(5)?
fn is_ignored(status: &str, signal: i32) -> bool {
    let set = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|set| u64::from_str_radix(set.trim(), 16).ok())
        .unwrap_or(0);
    set >> (signal - 1) & 1 == 1
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn the_way_back_heeds_the_second_wish_only() {
        let cancel = Cancel::never();
        let back = cancel.on_the_way_back();
        cancel.request();
        assert_eq!((cancel.requested(), back.requested()), (Level::First, Level::No));
        cancel.request();
        assert_eq!((cancel.requested(), back.requested()), (Level::Second, Level::Second));
    }

    #[test]
    fn wishes_add_up_and_are_shared() {
        let cancel = Cancel::never();
        let other = cancel.clone();
        assert_eq!(cancel.requested(), Level::No);
        other.request();
        assert_eq!(cancel.requested(), Level::First);
        other.request();
        other.request();
        assert_eq!(cancel.requested(), Level::Second);
        assert!(Level::No < Level::First && Level::First < Level::Second);
    }

    #[test]
    fn signals_count_one_by_one() {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        if [SIGHUP, SIGINT, SIGTERM].iter().any(|signal| is_ignored(&status, *signal)) {
            eprintln!("skipped: whoever runs the tests has set a signal to be ignored");
            return;
        }
        let cancel = Cancel::on_signals().unwrap();
        let raise = |signal, level| {
            signal_hook::low_level::raise(signal).unwrap();
            let begin = Instant::now();
            while cancel.requested() < level && begin.elapsed() < Duration::from_secs(10) {}
            assert_eq!(cancel.requested(), level);
        };
        assert_eq!(cancel.requested(), Level::No);
        raise(SIGHUP, Level::First);
        raise(SIGINT, Level::Second);
        raise(SIGTERM, Level::Second);
    }

    #[test]
    fn two_signals_between_two_looks_are_two() {
        let (signals, mut writer) = UnixStream::pair().unwrap();
        let cancel = Cancel::of(Wishes { count: AtomicUsize::new(0), signals: Some(signals) });
        io::Write::write_all(&mut writer, b"XX").unwrap();
        assert_eq!(cancel.requested(), Level::Second);
    }

    #[test]
    fn an_ignored_signal_is_recognised() {
        let status = "Name:\tx\nSigBlk:\tffffffffffffffff\nSigIgn:\t0000000000001001\n";
        assert!(is_ignored(status, SIGHUP));
        assert!(!is_ignored(status, SIGINT));
        assert!(!is_ignored("", SIGHUP));
    }
}
