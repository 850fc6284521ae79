//! Counts what changes the host, and stops the world at a chosen change when a test asks for it.
//! It never changes anything itself.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::signal::{Cancel, Level};

/// What happens at the chosen mutation, instead of the mutation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The world stops, as at a power cut: this mutation and all later ones fail with [`is_crash`].
    Crash,
    /// This one mutation fails with an input/output error, later ones work.
    Error,
    /// The process kills itself with SIGKILL.
    Kill,
}

/// The count of mutations on one host, shared by everything that mutates it.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    state: Arc<State>,
    has_plain_renames: bool,
    watcher: Option<Watcher>,
    stop: Option<Cancel>,
}

/// Told of each mutation before it happens.
#[derive(Clone)]
struct Watcher(Arc<dyn Fn() + Send + Sync>);

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watcher")
    }
}

#[derive(Debug)]
struct State {
    count: AtomicU64,
    records: AtomicU64,
    times: u32,
    fault: Option<(u64, Fault)>,
    kill_at_record: Option<u64>,
    crashed: AtomicBool,
}

impl Default for State {
    fn default() -> Self {
        let (count, records) = (AtomicU64::new(0), AtomicU64::new(0));
        let crashed = AtomicBool::new(false);
        Self { count, records, times: 1, fault: None, kill_at_record: None, crashed }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the world was stopped by a test")]
struct Crashed;

#[derive(Debug, thiserror::Error)]
#[error("it was asked to stop")]
struct Stopped;

impl Meter {
    /// A meter that raises `fault` at the mutation with this index, the first being 0.
    #[must_use]
    pub fn with_fault(at: u64, fault: Fault) -> Self {
        Self::of(State { fault: Some((at, fault)), ..State::default() })
    }

    /// A meter under which every step of a transaction is performed, and undone, so many times.
    #[must_use]
    pub fn repeating(times: u32) -> Self {
        Self::of(State { times, ..State::default() })
    }

    /// A meter under which the process kills itself with SIGKILL before it writes the journal's record with this index,
    /// the first that this process writes being 0.
    #[must_use]
    pub fn killing_at_record(at: u64) -> Self {
        Self::of(State { kill_at_record: Some(at), ..State::default() })
    }

    /// The same meter, which calls `watcher` immediately before every mutation, from whichever thread makes it. So a test
    /// can keep what a power cut at this moment would leave.
    #[must_use]
    pub fn watched(self, watcher: impl Fn() + Send + Sync + 'static) -> Self {
        Self { watcher: Some(Watcher(Arc::new(watcher))), ..self }
    }

    /// The same meter, which admits nothing any more once somebody asks to stop: for what may be left half done.
    #[must_use]
    pub fn stopped_by(self, cancel: Cancel) -> Self {
        Self { stop: Some(cancel), ..self }
    }

    /// The same meter on a file system that knows no flags of renameat2(2): neither to exchange two names, nor to
    /// spare what has the new name already.
    #[must_use]
    pub fn without_rename_flags(self) -> Self {
        Self { has_plain_renames: true, ..self }
    }

    /// Is this to be taken for a file system that knows no flags of renameat2(2)?
    pub(super) const fn has_plain_renames(&self) -> bool {
        self.has_plain_renames
    }

    fn of(state: State) -> Self {
        Self { state: Arc::new(state), has_plain_renames: false, watcher: None, stop: None }
    }

    /// How many times each step is to be performed or undone.
    #[must_use]
    pub fn times(&self) -> u32 {
        self.state.times
    }

    /// To be called immediately before every single mutation: counts it, or raises the fault in its place.
    ///
    /// # Errors
    /// Only those of the chosen [`Fault`], and that somebody asks to stop, where that was agreed on.
    pub fn admit(&self) -> io::Result<()> {
        if self.stop.as_ref().is_some_and(|stop| stop.requested() != Level::No) {
            return Err(io::Error::other(Stopped));
        }
        if self.state.crashed.load(Ordering::Relaxed) {
            return Err(io::Error::other(Crashed));
        }
        if let Some(Watcher(watcher)) = &self.watcher {
            watcher();
        }
        let index = self.state.count.fetch_add(1, Ordering::Relaxed);
        match self.state.fault {
            Some((at, fault)) if at == index => self.raise(fault),
            _ => Ok(()),
        }
    }

    /// The same for a record of a journal, which is a mutation like any other.
    ///
    /// # Errors
    /// As [`Meter::admit`].
    pub fn admit_record(&self) -> io::Result<()> {
        self.admit()?;
        let index = self.state.records.fetch_add(1, Ordering::Relaxed);
        if self.state.kill_at_record == Some(index) { self.raise(Fault::Kill) } else { Ok(()) }
    }

    /// How many mutations were admitted so far.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.state.count.load(Ordering::Relaxed)
    }

    fn raise(&self, fault: Fault) -> io::Result<()> {
        match fault {
            Fault::Crash => {
                self.state.crashed.store(true, Ordering::Relaxed);
                Err(io::Error::other(Crashed))
            }
            Fault::Error => Err(rustix::io::Errno::IO.into()),
            Fault::Kill => {
                let this = rustix::process::getpid();
                rustix::process::kill_process(this, rustix::process::Signal::KILL)?;
                Err(io::Error::other(Crashed))
            }
        }
    }
}

/// Is this the error by which [`Fault::Crash`] stops the world? Whoever sees it must not clean up:
/// after a power cut nobody would have.
#[must_use]
pub fn is_crash(error: &io::Error) -> bool {
    error.get_ref().and_then(|inner| inner.downcast_ref::<Crashed>()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_lasts_and_an_error_passes() {
        let crash = Meter::with_fault(1, Fault::Crash);
        crash.admit().unwrap();
        assert!(is_crash(&crash.admit().unwrap_err()));
        assert!(is_crash(&crash.admit().unwrap_err()));

        let error = Meter::with_fault(0, Fault::Error);
        assert!(!is_crash(&error.admit().unwrap_err()));
        error.admit().unwrap();
        assert_eq!(error.count(), 2);
    }

    #[test]
    fn what_may_be_left_half_done_stops_when_somebody_asks_for_it() {
        let cancel = Cancel::never();
        let meter = Meter::default().stopped_by(cancel.clone());
        meter.admit().unwrap();
        cancel.request();
        let stopped = meter.admit().unwrap_err();
        assert!(!is_crash(&stopped), "{stopped}");
        assert_eq!(meter.count(), 1);
    }
}
