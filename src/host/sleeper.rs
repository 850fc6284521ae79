//! A program that sleeps, started by a test and killed when dropped.

#![expect(clippy::disallowed_methods, reason = "a test waits for the system")]

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

/// How often a program file that is still open elsewhere is tried again.
const TRIES: u32 = 500;
/// How long to wait in between.
const PAUSE: Duration = Duration::from_millis(10);

pub(super) struct Sleeper(Child);

impl Sleeper {
    /// Starts a copy of [`sleep_program`].
    pub(super) fn start(command: &mut Command) -> Self {
        // A program that was just written may still be open in a child that another test is forking.
        for _ in 0..TRIES {
            match command.spawn() {
                Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => {
                    thread::sleep(PAUSE);
                }
                other => return Self(other.unwrap()),
            }
        }
        panic!("the program stayed busy");
    }

    pub(super) fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

pub(super) fn sleep_program() -> PathBuf {
    super::Exec::default().find(Path::new("sleep")).unwrap()
}
