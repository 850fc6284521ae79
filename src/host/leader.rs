//! A child process at the head of its own process group.
//! It is never signalled after it was reaped: until then the kernel gives its number to nobody else.

#![expect(clippy::disallowed_methods, reason = "real processes take real time")]

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::exit::Exit;

/// How often a program file that is still being closed by somebody is tried again.
const BUSY_TRIES: u32 = 25;
/// How long to wait in between.
const BUSY_PAUSE: Duration = Duration::from_millis(20);
/// The pause between two looks at a child, as a part of the time that it has taken so far: its end is noticed late by no
/// more of it. People wait for many short ones in a row while their server is down.
const PAUSE_PART: u32 = 16;
/// The shortest and the longest such pause.
const PAUSES: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(20)];
/// How long a process may need to vanish after SIGKILL; longer only if it hangs in the kernel.
const DEATH_LIMIT: Duration = Duration::from_secs(10);

/// A started child. Dropping it leaves the process running.
#[derive(Debug)]
pub(super) struct Leader {
    child: Child,
    pid: Pid,
    exit: Option<Exit>,
}

impl Leader {
    /// Starts the command as the leader of a new process group, so that Ctrl-C does not reach it.
    ///
    /// `ETXTBSY` passes: another thread may just be forking while the program file was open for writing.
    pub(super) fn start(command: &mut Command) -> io::Result<Self> {
        command.process_group(0);
        let mut tries = BUSY_TRIES;
        let child = loop {
            match command.spawn() {
                Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy && tries > 0 => {
                    tries -= 1;
                    sleep(BUSY_PAUSE);
                }
                other => break other?,
            }
        };
        let pid = i32::try_from(child.id())
            .ok()
            .and_then(Pid::from_raw)
            .expect("the kernel gives a child a positive number");
        Ok(Self { child, pid, exit: None })
    }

    pub(super) const fn pid(&self) -> Pid {
        self.pid
    }

    /// Has it ended? It stays unreaped, so its number and its group's stay taken.
    pub(super) fn has_ended(&self) -> io::Result<bool> {
        if self.exit.is_some() {
            return Ok(true);
        }
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        loop {
            match waitid(WaitId::Pid(self.pid), look) {
                Err(Errno::INTR) => {}
                other => return Ok(other?.is_some()),
            }
        }
    }

    /// Waits until it has ended, at most this long. Says whether it has.
    pub(super) fn wait(&self, limit: Duration) -> io::Result<bool> {
        let begin = Instant::now();
        let [shortest, longest] = PAUSES;
        loop {
            if self.has_ended()? {
                return Ok(true);
            }
            let waited = begin.elapsed();
            let Some(left) = limit.checked_sub(waited) else {
                return Ok(false);
            };
            sleep((waited / PAUSE_PART).clamp(shortest, longest).min(left));
        }
    }

    /// Signals the whole group; nobody, once the leader was reaped.
    pub(super) fn signal_group(&self, signal: Signal) -> io::Result<()> {
        if self.exit.is_some() {
            return Ok(());
        }
        match kill_process_group(self.pid, signal) {
            Err(Errno::SRCH) => Ok(()),
            other => Ok(other?),
        }
    }

    /// Once it has ended: kills what is left of its group, and takes its exit.
    pub(super) fn sweep_and_reap(&mut self) -> io::Result<Exit> {
        self.signal_group(Signal::KILL)?;
        self.reap()
    }

    /// Takes its exit, waiting for it if need be. What else is in its group lives on.
    pub(super) fn reap(&mut self) -> io::Result<Exit> {
        if let Some(exit) = self.exit {
            return Ok(exit);
        }
        let exit = Exit::from(self.child.wait()?);
        self.exit = Some(exit);
        Ok(exit)
    }

    /// Kills the whole group, and waits for the leader's death.
    ///
    /// # Errors
    /// [`io::ErrorKind::TimedOut`] if it does not die: it hangs in the kernel.
    pub(super) fn kill_group(&mut self) -> io::Result<Exit> {
        self.signal_group(Signal::KILL)?;
        if !self.wait(DEATH_LIMIT)? {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.sweep_and_reap()
    }
}
