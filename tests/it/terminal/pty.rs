//! A program on a terminal of its own.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::screen::Screen;

/// As wide as terminals have always been.
pub(super) const COLUMNS: u16 = 80;

const ROWS: u16 = 24;

/// What came of a program on a terminal.
pub(super) struct Session {
    pub(super) code: Option<i32>,
    pub(super) screen: Screen,
    /// How long it ran.
    pub(super) lasted: Duration,
}

/// Runs a program to its end. Nobody types anything.
pub(super) fn on_a_terminal(mut command: Command) -> Session {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let size = Winsize { ws_row: ROWS, ws_col: COLUMNS, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&master, size).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let name = Path::new(std::ffi::OsStr::from_bytes(name.as_bytes()));
    let end = || Stdio::from(OpenOptions::new().read(true).write(true).open(name).unwrap());
    command.stdin(end()).stdout(end()).stderr(end()).env("TERM", "xterm-256color");
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI", "COLUMNS"] {
        command.env_remove(name);
    }
    let begun = Instant::now();
    let mut child = command.spawn().unwrap();
    // It holds the other ends of the terminal: kept, there would be no end to read.
    drop(command);
    let written = read_to_end(File::from(master));
    let code = child.wait().unwrap().code();
    let screen = Screen::showing(&String::from_utf8(written).unwrap(), usize::from(COLUMNS));
    Session { code, screen, lasted: begun.elapsed() }
}

/// Where the last one at the other end has gone, reading fails.
fn read_to_end(mut master: File) -> Vec<u8> {
    let mut written = Vec::new();
    match master.read_to_end(&mut written) {
        Ok(_) => {}
        Err(error) if error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error()) => {}
        Err(error) if error.kind() == ErrorKind::Interrupted => {}
        Err(error) => panic!("{error}"),
    }
    written
}
