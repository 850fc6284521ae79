//! Runs a program to its end: cleared environment, own process group, time limit, bounded output.
//! It never goes through a shell, never inherits the environment, and never shows an environment or an output.
//!
//! Descriptors: a child gets stdin (`/dev/null`), stdout and stderr. Everything this program opens is close-on-exec;
//! what it inherited itself is replaced by `/dev/null`.

#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "this is the door")]

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::Signal;

use super::capture::{Capture, Captured};
use super::exit::Exit;
use super::leader::Leader;
use super::machine::this_machine;
use super::postgres_programs::postgres_programs;
use super::shade::shade_inherited;
use crate::model::{CommandSpec, ELF_HEAD, ElfHeader};

/// Where programs are looked up, whatever the caller's `PATH` says.
const FIXED_PATH: [&str; 6] =
    ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/// How long a program that ran out of time may take to leave after SIGTERM, before SIGKILL.
const TERM_GRACE: Duration = Duration::from_secs(5);

/// How long the streams of an ended program are waited for, if a process it left behind holds them.
pub(super) const DRAIN_PATIENCE: Duration = Duration::from_secs(2);

/// Starts programs.
#[derive(Clone, Debug)]
pub struct Exec {
    path: Vec<PathBuf>,
    /// Where `PostgreSQL`'s own programs lie, if elsewhere. It is no part of what a child gets as its `PATH`.
    postgres: Option<PathBuf>,
}

/// What a program did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// How it ended.
    pub exit: Exit,
    /// What it said on its standard output.
    pub stdout: Captured,
    /// What it said on its standard error.
    pub stderr: Captured,
}

/// Why a program did not run to its end.
#[derive(Debug, thiserror::Error)]
pub enum ExecError {
    /// There is no such program.
    #[error(
        "cannot find the program {} (looked in {searched}); install it, or give its absolute path",
        program.display()
    )]
    NotFound {
        /// What was asked for.
        program: PathBuf,
        /// Where it was looked for.
        searched: String,
    },
    /// The directory to run it in is not there.
    #[error("cannot run {} in {}: that is no directory", program.display(), cwd.display())]
    NoDirectory {
        /// The program.
        program: PathBuf,
        /// The directory asked for.
        cwd: PathBuf,
    },
    /// The system refused to start it.
    #[error(
        "cannot start {}; check that it is made for this machine and that its user may run it",
        program.display()
    )]
    CannotStart {
        /// The program.
        program: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// It took too long and was killed with its whole process group.
    #[error(
        "{} did not finish within {} s and was stopped; allow it more time, or find out what it waits for",
        program.display(),
        after.as_secs_f32()
    )]
    TimedOut {
        /// The program.
        program: PathBuf,
        /// How long it was allowed to take.
        after: Duration,
        /// How it ended and what it had said.
        output: Box<Output>,
    },
    /// It was started, and then could not be observed or ended.
    #[error("lost control of {}; look whether it still runs", program.display())]
    Lost {
        /// The program.
        program: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl Default for Exec {
    fn default() -> Self {
        let path = FIXED_PATH.map(PathBuf::from).to_vec();
        Self { path, postgres: postgres_programs() }
    }
}

impl Exec {
    /// Looks programs up in these directories instead of the system's.
    #[must_use]
    pub const fn with_path(path: Vec<PathBuf>) -> Self {
        Self { path, postgres: None }
    }

    /// The absolute path of a program: itself if it is absolute, else the first of that name in the fixed `PATH`, before
    /// which the newest `PostgreSQL`'s own directory is looked into where there is one.
    /// `None` if there is no executable file. A relative path with a slash is never found.
    #[must_use]
    pub fn find(&self, program: &Path) -> Option<PathBuf> {
        let candidates = if program.is_absolute() {
            vec![program.to_owned()]
        } else if program.components().count() == 1 {
            self.postgres.iter().chain(&self.path).map(|dir| dir.join(program)).collect()
        } else {
            Vec::new()
        };
        candidates.into_iter().find(|path| is_executable(path))
    }

    /// Runs a program to its end. Its exit is a result, not an error, whatever it is.
    ///
    /// Processes that it leaves behind live on; they do not hold up the return by more than two seconds.
    ///
    /// # Errors
    /// If it cannot be started, or takes longer than its time limit: then its process group is sent SIGTERM
    /// and, after five seconds, SIGKILL.
    pub fn run(&self, spec: &CommandSpec) -> Result<Output, ExecError> {
        let mut command = self.command(spec)?;
        let cannot_start =
            |source| ExecError::CannotStart { program: spec.program.clone(), source };
        let lost = |source| ExecError::Lost { program: spec.program.clone(), source };
        let (stdout, writer) = Capture::start().map_err(cannot_start)?;
        command.stdout(writer);
        let (stderr, writer) = Capture::start().map_err(cannot_start)?;
        command.stderr(writer);
        let mut leader = Leader::start(&mut command).map_err(cannot_start)?;
        // The command holds the write ends: kept, the streams would never end.
        drop(command);
        let in_time = leader.wait(spec.timeout).map_err(lost)?;
        let exit = if in_time { leader.reap() } else { end_group(&mut leader) };
        let output = Output {
            exit: exit.map_err(lost)?,
            stdout: stdout.finish(DRAIN_PATIENCE),
            stderr: stderr.finish(DRAIN_PATIENCE),
        };
        if in_time {
            return Ok(output);
        }
        Err(ExecError::TimedOut {
            program: spec.program.clone(),
            after: spec.timeout,
            output: Box::new(output),
        })
    }

    /// The command as the standard library wants it, without its output streams.
    /// Its `Debug` form shows the environment: it must never be printed.
    pub(super) fn command(&self, spec: &CommandSpec) -> Result<Command, ExecError> {
        let searched = self.searched();
        let not_found =
            || ExecError::NotFound { program: spec.program.clone(), searched: searched.clone() };
        let cannot_start =
            |source| ExecError::CannotStart { program: spec.program.clone(), source };
        let program = self.find(&spec.program).ok_or_else(not_found)?;
        refuse_unknown_format(&program).map_err(cannot_start)?;
        let mut command = Command::new(program);
        let cwd = spec.cwd.as_deref().unwrap_or_else(|| Path::new("/"));
        if !cwd.is_dir() {
            return Err(ExecError::NoDirectory {
                program: spec.program.clone(),
                cwd: cwd.to_owned(),
            });
        }
        command
            .args(&spec.args)
            .env_clear()
            .env("PATH", &searched)
            .env("LANG", "C.UTF-8")
            .envs(spec.env.iter().map(|(name, value)| (name, value.expose().as_str())))
            .current_dir(cwd)
            .stdin(Stdio::null());
        shade_inherited(&mut command).map_err(cannot_start)?;
        if let Some(owner) = spec.run_as {
            // As root, the standard library clears the supplementary groups before it changes the user.
            command.uid(owner.uid).gid(owner.gid);
        }
        Ok(command)
    }

    /// The directories in which programs are looked for, as `PATH` has them.
    #[must_use]
    pub fn searched(&self) -> String {
        let dirs: Vec<_> = self.path.iter().map(|dir| dir.to_string_lossy()).collect();
        dirs.join(":")
    }
}

pub(super) fn end_group(leader: &mut Leader) -> io::Result<Exit> {
    leader.signal_group(Signal::TERM)?;
    if leader.wait(TERM_GRACE)? { leader.sweep_and_reap() } else { leader.kill_group() }
}

/// Refuses what is neither an ELF file for this machine nor a script with its interpreter named.
///
/// `execvp`, which the standard library calls in some cases, hands such a file to `/bin/sh`: an empty file would
/// then be a program that succeeds. A file that may be run but not read passes.
fn refuse_unknown_format(program: &Path) -> io::Result<()> {
    let mut head = Vec::new();
    let limit = ELF_HEAD as u64;
    match fs::File::open(program).and_then(|file| file.take(limit).read_to_end(&mut head)) {
        Ok(_) if head.starts_with(b"#!") => Ok(()),
        Ok(_) if ElfHeader::read(&head).is_ok_and(|elf| this_machine().runs(elf.machine)) => Ok(()),
        Ok(_) => Err(rustix::io::Errno::NOEXEC.into()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        Err(error) => Err(error),
    }
}

fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests;
