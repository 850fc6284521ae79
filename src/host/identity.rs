//! Finds a process again, also one that another run of this program started, and ends exactly that one.
//! A number that was used again for another process is never signalled.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the door; real processes take real time"
)]

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use crate::model::ProcessIdentity;

/// The pause between two looks at a process that is to go.
const PAUSE: Duration = Duration::from_millis(20);

/// Why a process could not be looked at or signalled.
#[derive(Debug, thiserror::Error)]
#[error("cannot {verb} process {pid}")]
pub struct ProcessError {
    /// What was tried.
    pub verb: &'static str,
    /// On which process.
    pub pid: u32,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

/// A hold on one running process: signals reach this one or none.
#[derive(Debug)]
pub struct OpenProcess {
    identity: ProcessIdentity,
    handle: OwnedFd,
}

impl OpenProcess {
    /// The process of that identity; `None` if it has ended, whoever has its number now.
    ///
    /// # Errors
    /// If the system has no pidfds (Linux before 5.3), or `/proc` cannot be read.
    pub fn open(identity: &ProcessIdentity) -> Result<Option<Self>, ProcessError> {
        let on = |source: io::Error| ProcessError {
            verb: "open",
            pid: identity.pid,
            source,
        };
        let Some(pid) = i32::try_from(identity.pid).ok().and_then(Pid::from_raw) else {
            return Ok(None);
        };
        let handle = match pidfd_open(pid, PidfdFlags::empty()) {
            Err(Errno::SRCH) => return Ok(None),
            other => other.map_err(|errno| on(errno.into()))?,
        };
        let opened = Self {
            identity: identity.clone(),
            handle,
        };
        // Looked at after the handle was taken: an elder process cannot have the number any more.
        Ok(opened.is_running()?.then_some(opened))
    }

    /// Which process this is.
    #[must_use]
    pub const fn identity(&self) -> &ProcessIdentity {
        &self.identity
    }

    /// Asks it to end: SIGTERM. Nothing happens if it has ended.
    pub fn terminate(&self) -> Result<(), ProcessError> {
        self.signal("terminate", Signal::TERM)
    }

    /// Ends it: SIGKILL. Nothing happens if it has ended.
    pub fn kill(&self) -> Result<(), ProcessError> {
        self.signal("kill", Signal::KILL)
    }

    /// Does it still run? A process that has ended and was not reaped by its parent does not.
    pub fn is_running(&self) -> Result<bool, ProcessError> {
        Ok(identify(self.identity.pid)?.as_ref() == Some(&self.identity))
    }

    /// Waits until it has ended, at most this long. Says whether it has.
    pub fn wait_gone(&self, limit: Duration) -> Result<bool, ProcessError> {
        let begin = Instant::now();
        while self.is_running()? {
            let Some(left) = limit.checked_sub(begin.elapsed()) else {
                return Ok(false);
            };
            sleep(PAUSE.min(left));
        }
        Ok(true)
    }

    fn signal(&self, verb: &'static str, signal: Signal) -> Result<(), ProcessError> {
        match pidfd_send_signal(&self.handle, signal) {
            Err(Errno::SRCH) => Ok(()),
            other => other.map_err(|errno| ProcessError {
                verb,
                pid: self.identity.pid,
                source: errno.into(),
            }),
        }
    }
}

/// The identity of the process that has this number now; `None` if there is none, or one that has ended.
///
/// # Errors
/// If `/proc` cannot be read.
pub fn identify(pid: u32) -> Result<Option<ProcessIdentity>, ProcessError> {
    let on = |source| ProcessError {
        verb: "look at",
        pid,
        source,
    };
    let stat = match fs::read(format!("/proc/{pid}/stat")) {
        Ok(stat) => stat,
        Err(error) if is_absence(&error) => return Ok(None),
        Err(error) => return Err(on(error)),
    };
    let stat = Stat::parse(&String::from_utf8_lossy(&stat))
        .ok_or_else(|| on(io::ErrorKind::InvalidData.into()))?;
    if stat.has_ended {
        return Ok(None);
    }
    let boot_id = fs::read_to_string("/proc/sys/kernel/random/boot_id").map_err(on)?;
    Ok(Some(ProcessIdentity {
        pid,
        start_time: stat.start_time,
        boot_id: boot_id.trim().to_owned(),
    }))
}

/// Is this how the system says that a process is not there (any more)?
pub(super) fn is_absence(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound || Errno::from_io_error(error) == Some(Errno::SRCH)
}

/// What matters of `/proc/PID/stat`, see proc(5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stat {
    /// State Z (a zombie) or X (dead).
    has_ended: bool,
    /// Field 22: clock ticks after boot.
    start_time: u64,
}

impl Stat {
    fn parse(text: &str) -> Option<Self> {
        // The name is whatever the program calls itself, spaces and parentheses included.
        let (_, rest) = text.rsplit_once(')')?;
        let mut fields = rest.split_ascii_whitespace();
        let state = fields.next()?;
        // The state is field 3, so field 22 is the nineteenth after it.
        let start_time = fields.nth(18)?.parse().ok()?;
        Some(Self {
            has_ended: matches!(state, "Z" | "X" | "x"),
            start_time,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn the_start_time_is_found_behind_any_name() {
        let tail = "1 2 2 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 4711 2 3";
        for name in ["sleep", "a b", ") Z 9 (", ""] {
            let stat = Stat::parse(&format!("17 ({name}) S {tail}\n")).unwrap();
            assert_eq!((stat.has_ended, stat.start_time), (false, 4711), "{name}");
        }
        assert!(Stat::parse(&format!("17 (x) Z {tail}")).unwrap().has_ended);
        assert_eq!(Stat::parse("17 (x) S 1 2"), None);
        assert_eq!(Stat::parse(""), None);
    }

    #[test]
    fn a_process_is_found_again_and_ended() {
        let mut child = Command::new("sleep").arg("1000").spawn().unwrap();
        let identity = identify(child.id()).unwrap().unwrap();
        let text = serde_json::to_string(&identity).unwrap();
        let identity: ProcessIdentity = serde_json::from_str(&text).unwrap();
        let found = OpenProcess::open(&identity).unwrap().unwrap();
        assert!(!found.wait_gone(Duration::from_millis(50)).unwrap());
        found.terminate().unwrap();
        assert!(found.wait_gone(Duration::from_secs(10)).unwrap());
        assert!(OpenProcess::open(&identity).unwrap().is_none(), "a zombie");
        child.wait().unwrap();
        assert!(OpenProcess::open(&identity).unwrap().is_none());
        found.kill().unwrap();
    }

    #[test]
    fn another_process_with_the_same_number_is_not_taken_for_it() {
        let mut child = Command::new("sleep").arg("1000").spawn().unwrap();
        let identity = identify(child.id()).unwrap().unwrap();
        for other in [
            ProcessIdentity {
                start_time: identity.start_time - 1,
                ..identity.clone()
            },
            ProcessIdentity {
                boot_id: "another boot".to_owned(),
                ..identity.clone()
            },
            ProcessIdentity {
                pid: u32::MAX,
                ..identity.clone()
            },
            ProcessIdentity {
                pid: 0,
                ..identity.clone()
            },
        ] {
            assert!(OpenProcess::open(&other).unwrap().is_none(), "{other:?}");
        }
        OpenProcess::open(&identity)
            .unwrap()
            .unwrap()
            .kill()
            .unwrap();
        child.wait().unwrap();
    }
}
