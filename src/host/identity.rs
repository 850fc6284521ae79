//! Finds a process again, also one that another run of this program started, and ends exactly that one.
//! A number that was used again for another process is never signalled.

#![expect(clippy::disallowed_methods, reason = "this is the door; real processes take real time")]

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open, pidfd_send_signal};

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
        let on = |source: io::Error| ProcessError { verb: "open", pid: identity.pid, source };
        let Some(pid) = i32::try_from(identity.pid).ok().and_then(Pid::from_raw) else {
            return Ok(None);
        };
        let handle = match pidfd_open(pid, PidfdFlags::empty()) {
            Err(Errno::SRCH) => return Ok(None),
            other => other.map_err(|errno| on(errno.into()))?,
        };
        let opened = Self { identity: identity.clone(), handle };
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

    /// Ends it with its whole process group, if it leads one: a server with its plugins. Otherwise it alone.
    ///
    /// It is halted first: it cannot leave, and its number with it, between the look and the blow.
    pub fn kill_group(&self) -> Result<(), ProcessError> {
        self.signal("halt", Signal::STOP)?;
        let leads = self.stat()?.is_some_and(|stat| {
            !stat.has_ended
                && stat.start_time == self.identity.start_time
                && u32::try_from(stat.group) == Ok(self.identity.pid)
        });
        let group = i32::try_from(self.identity.pid).ok().and_then(Pid::from_raw);
        if let (true, Some(group)) = (leads, group) {
            // Gone all the same: then the next line does nothing either.
            kill_process_group(group, Signal::KILL).ok();
        }
        self.kill()
    }

    fn stat(&self) -> Result<Option<Stat>, ProcessError> {
        stat_of(self.identity.pid)
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
    let Some(stat) = stat_of(pid)?.filter(|stat| !stat.has_ended) else {
        return Ok(None);
    };
    let boot_id = fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .map_err(|source| cannot_look_at(pid, source))?;
    Ok(Some(ProcessIdentity {
        pid,
        start_time: stat.start_time,
        boot_id: boot_id.trim().to_owned(),
    }))
}

fn stat_of(pid: u32) -> Result<Option<Stat>, ProcessError> {
    let text = match fs::read(format!("/proc/{pid}/stat")) {
        Ok(text) => text,
        Err(error) if is_absence(&error) => return Ok(None),
        Err(error) => return Err(cannot_look_at(pid, error)),
    };
    Stat::parse(&String::from_utf8_lossy(&text))
        .map(Some)
        .ok_or_else(|| cannot_look_at(pid, io::ErrorKind::InvalidData.into()))
}

const fn cannot_look_at(pid: u32, source: io::Error) -> ProcessError {
    ProcessError { verb: "look at", pid, source }
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
    /// Field 5: the process group.
    group: i32,
    /// Field 22: clock ticks after boot.
    start_time: u64,
}

impl Stat {
    fn parse(text: &str) -> Option<Self> {
        // The name is whatever the program calls itself, spaces and parentheses included.
        let (_, rest) = text.rsplit_once(')')?;
        let mut fields = rest.split_ascii_whitespace();
        let state = fields.next()?;
        // The state is field 3: the group comes two after it, the start seventeen after that.
        let group = fields.nth(1)?.parse().ok()?;
        let start_time = fields.nth(16)?.parse().ok()?;
        Some(Self { has_ended: matches!(state, "Z" | "X" | "x"), group, start_time })
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
            assert_eq!(stat.group, 2);
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
    fn a_leader_dies_with_its_group_and_a_follower_alone() {
        use std::io::Read;
        use std::os::unix::process::CommandExt;
        let mut leader = Command::new("sh")
            .args(["-c", "sleep 1000 & echo $!; wait"])
            .stdout(std::process::Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut line = Vec::new();
        let mut pipe = leader.stdout.take().unwrap();
        while line.last() != Some(&b'\n') {
            let mut byte = [0];
            pipe.read_exact(&mut byte).unwrap();
            line.push(byte[0]);
        }
        let plugin: u32 = String::from_utf8(line).unwrap().trim().parse().unwrap();
        let plugin = OpenProcess::open(&identify(plugin).unwrap().unwrap()).unwrap().unwrap();
        let found = OpenProcess::open(&identify(leader.id()).unwrap().unwrap()).unwrap().unwrap();
        found.kill_group().unwrap();
        assert!(found.wait_gone(Duration::from_secs(10)).unwrap());
        assert!(plugin.wait_gone(Duration::from_secs(10)).unwrap());
        leader.wait().unwrap();
        found.kill_group().unwrap();

        // In the group of this very test: to kill that would be noticed.
        let mut follower = Command::new("sleep").arg("1000").spawn().unwrap();
        let found = OpenProcess::open(&identify(follower.id()).unwrap().unwrap()).unwrap().unwrap();
        found.kill_group().unwrap();
        assert!(found.wait_gone(Duration::from_secs(10)).unwrap());
        follower.wait().unwrap();
    }

    #[test]
    fn another_process_with_the_same_number_is_not_taken_for_it() {
        let mut child = Command::new("sleep").arg("1000").spawn().unwrap();
        let identity = identify(child.id()).unwrap().unwrap();
        for other in [
            ProcessIdentity { start_time: identity.start_time - 1, ..identity.clone() },
            ProcessIdentity { boot_id: "another boot".to_owned(), ..identity.clone() },
            ProcessIdentity { pid: u32::MAX, ..identity.clone() },
            ProcessIdentity { pid: 0, ..identity.clone() },
        ] {
            assert!(OpenProcess::open(&other).unwrap().is_none(), "{other:?}");
        }
        OpenProcess::open(&identity).unwrap().unwrap().kill().unwrap();
        child.wait().unwrap();
    }
}
