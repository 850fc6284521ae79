//! A server that this program starts, watches and stops.
//! It is never signalled by a number that may belong to somebody else, and never left running unsaid.

use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use super::capture::drain;
use super::exec::{Exec, ExecError};
use super::exit::Exit;
use super::identity::identify;
use super::leader::Leader;
use super::lines::{LineQueue, Lines};
use super::log_cap::{CappedLog, LOG_CAP};
use crate::model::{CommandSpec, ProcessIdentity};

/// How long the last words of an ended server are waited for.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// A running server, the leader of its own process group, with its output being read.
///
/// Its standard output and error are one stream. All of it goes to the log, up to 64 MiB; the latest thousand lines
/// wait for [`ServerProcess::lines`]. The server never stands still because nobody reads.
///
/// **Dropping it kills** the server with its whole group (SIGKILL): a server without an owner must not go on working
/// on a database. Whoever wants it to live on says [`ServerProcess::leave`]; it then dies of SIGPIPE at the first word
/// that it says after this program has ended, as Go programs do.
#[derive(Debug)]
#[must_use = "dropping it kills the server"]
pub struct ServerProcess {
    leader: Leader,
    handle: OwnedFd,
    identity: ProcessIdentity,
    lines: Arc<Mutex<LineQueue>>,
    log_end: Receiver<io::Error>,
    left: bool,
}

/// How a server was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// How it ended.
    pub exit: Exit,
    /// Whether it had to be killed because it did not leave in time.
    pub killed: bool,
}

/// Why a started server could not be watched or stopped.
#[derive(Debug, thiserror::Error)]
#[error("cannot {verb} the server, process {pid}; look whether it still runs")]
pub struct ServerError {
    /// What was tried.
    pub verb: &'static str,
    /// On which process.
    pub pid: u32,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

impl ServerProcess {
    /// Starts a server. The spec's time limit does not apply to it. `log` receives everything it says, secrets
    /// included: the caller opens it readable for its owner only.
    ///
    /// # Errors
    /// If it cannot be started; then nothing runs.
    pub fn start(
        exec: &Exec,
        spec: &CommandSpec,
        log: impl Write + Send + 'static,
    ) -> Result<Self, ExecError> {
        let cannot_start =
            |source| ExecError::CannotStart { program: spec.program.clone(), source };
        let mut command = exec.command(spec)?;
        let (mut reader, writer) = io::pipe().map_err(cannot_start)?;
        command.stdout(writer.try_clone().map_err(cannot_start)?);
        command.stderr(writer);
        let lines = Arc::new(Mutex::new(LineQueue::default()));
        let queue = Arc::clone(&lines);
        let mut log = CappedLog::new(log, LOG_CAP);
        let (tell, log_end) = channel();
        let read = move || {
            drain(&mut reader, |bytes| {
                log.write(bytes);
                lock(&queue).feed(bytes);
            });
            lock(&queue).finish();
            if let Some(failure) = log.finish() {
                // Nobody listens any more when the server was left behind.
                tell.send(failure).ok();
            }
        };
        thread::Builder::new().spawn(read).map_err(cannot_start)?;
        let mut leader = Leader::start(&mut command).map_err(cannot_start)?;
        match Self::take_hold(&leader) {
            Ok((handle, identity)) => {
                Ok(Self { leader, handle, identity, lines, log_end, left: false })
            }
            Err(source) => {
                leader.kill_group().map_err(cannot_start)?;
                Err(cannot_start(source))
            }
        }
    }

    /// The child is not reaped yet, so its number is still its own.
    fn take_hold(leader: &Leader) -> io::Result<(OwnedFd, ProcessIdentity)> {
        let handle = pidfd_open(leader.pid(), PidfdFlags::empty())?;
        let pid = leader.pid().as_raw_nonzero().get().unsigned_abs();
        let identity = identify(pid).map_err(|error| error.source)?;
        // One that has already ended is a zombie without identity: nothing to find again.
        let identity = identity.unwrap_or_else(|| ProcessIdentity {
            pid,
            start_time: 0,
            boot_id: String::new(),
        });
        Ok((handle, identity))
    }

    /// Its number.
    #[must_use]
    pub const fn pid(&self) -> u32 {
        self.identity.pid
    }

    /// By which another run of this program finds exactly this process.
    #[must_use]
    pub const fn identity(&self) -> &ProcessIdentity {
        &self.identity
    }

    /// Has it not ended yet?
    pub fn is_alive(&mut self) -> Result<bool, ServerError> {
        Ok(self.try_wait()?.is_none())
    }

    /// How it ended, if it has. What it left behind in its process group (its plugins) is killed then.
    pub fn try_wait(&mut self) -> Result<Option<Exit>, ServerError> {
        self.wait(Duration::ZERO)
    }

    /// As [`ServerProcess::try_wait`], but waits for its end, at most this long.
    pub fn wait(&mut self, limit: Duration) -> Result<Option<Exit>, ServerError> {
        if !self.on("wait for", self.leader.wait(limit))? {
            return Ok(None);
        }
        let exit = self.leader.sweep_and_reap();
        self.on("reap", exit).map(Some)
    }

    /// Asks it to end: SIGTERM to the server alone. Nothing happens if it has ended.
    pub fn terminate(&self) -> Result<(), ServerError> {
        self.on("terminate", self.signal(Signal::TERM))
    }

    /// Ends it: SIGKILL to the server alone. Nothing happens if it has ended.
    pub fn kill(&self) -> Result<(), ServerError> {
        self.on("kill", self.signal(Signal::KILL))
    }

    /// Stops it: SIGTERM, and after `grace` SIGKILL to its whole process group. What is left of the group dies too.
    ///
    /// # Errors
    /// If it does not die: it hangs in the kernel.
    pub fn stop(&mut self, grace: Duration) -> Result<Stopped, ServerError> {
        if let Some(exit) = self.try_wait()? {
            return Ok(Stopped { exit, killed: false });
        }
        self.terminate()?;
        self.await_end(grace)
    }

    /// Waits for the end of one that was told to stop, and after `grace` sends SIGKILL as [`ServerProcess::stop`] does.
    ///
    /// # Errors
    /// If it does not die: it hangs in the kernel.
    pub fn await_end(&mut self, grace: Duration) -> Result<Stopped, ServerError> {
        if let Some(exit) = self.wait(grace)? {
            return Ok(Stopped { exit, killed: false });
        }
        let exit = self.leader.kill_group();
        let exit = self.on("kill", exit)?;
        Ok(Stopped { exit, killed: true })
    }

    /// Lets it run on without an owner. By its identity it can be found and stopped later.
    #[must_use = "without its identity the server cannot be found again"]
    pub fn leave(mut self) -> ProcessIdentity {
        self.left = true;
        self.identity.clone()
    }

    /// What it said since the last call, safe to show on a terminal; secrets are still in it.
    #[must_use]
    pub fn lines(&self) -> Lines {
        lock(&self.lines).take()
    }

    /// Once it has ended: waits a moment for its last words to be read, and says why the log is incomplete, if it is.
    #[must_use]
    pub fn log_failure(&self) -> Option<io::Error> {
        self.log_end.recv_timeout(LAST_WORDS).ok()
    }

    fn signal(&self, signal: Signal) -> io::Result<()> {
        match pidfd_send_signal(&self.handle, signal) {
            Err(Errno::SRCH) => Ok(()),
            other => Ok(other?),
        }
    }

    fn on<T>(&self, verb: &'static str, result: io::Result<T>) -> Result<T, ServerError> {
        result.map_err(|source| ServerError { verb, pid: self.pid(), source })
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        if !self.left {
            // There is nobody to tell; `stop` is for those who want to know.
            self.leader.kill_group().ok();
        }
    }
}

fn lock(queue: &Mutex<LineQueue>) -> std::sync::MutexGuard<'_, LineQueue> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
