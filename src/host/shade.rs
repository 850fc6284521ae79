//! Keeps from a child what this program itself inherited.
//! Descriptors that the program opened are never touched: the standard library marks them close-on-exec.

#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "this is the door")]

use std::fs::{self, File};
use std::io;
use std::process::Command;
use std::sync::Arc;

use cap_std_ext::cmdext::{CapStdExtCommandExt, CmdFds};

/// `O_CLOEXEC` as `/proc/PID/fdinfo` shows it, see proc(5) and `asm-generic/fcntl.h`.
const CLOSE_ON_EXEC: u32 = 0o2_000_000;

/// Puts `/dev/null` in the place of every descriptor above 2 that the child would get.
///
/// Somebody started this program with them, say to read its progress from a pipe; a server that went on holding
/// the other end would keep that reader waiting. They cannot be closed without `unsafe`, only replaced.
pub(super) fn shade_inherited(command: &mut Command) -> io::Result<()> {
    let numbers = inheritable();
    if numbers.is_empty() {
        return Ok(());
    }
    let nothing = Arc::new(File::open("/dev/null")?.into());
    let mut descriptors = CmdFds::new();
    for number in numbers {
        descriptors.take_fd_n(Arc::clone(&nothing), number);
    }
    command.take_fds(descriptors);
    Ok(())
}

/// The numbers above 2 that are not marked close-on-exec; none where `/proc` is missing.
fn inheritable() -> Vec<i32> {
    let Ok(entries) = fs::read_dir("/proc/self/fdinfo") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| {
            let number: i32 = entry.file_name().to_str()?.parse().ok()?;
            let text = fs::read_to_string(entry.path()).ok()?;
            (number > 2 && !closes_on_exec(&text)?).then_some(number)
        })
        .collect()
}

fn closes_on_exec(fdinfo: &str) -> Option<bool> {
    let flags = fdinfo.lines().find_map(|line| line.strip_prefix("flags:"))?;
    let flags = u32::from_str_radix(flags.trim(), 8).ok()?;
    Some(flags & CLOSE_ON_EXEC != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_read_from_the_octal_flags() {
        assert_eq!(closes_on_exec("pos:\t0\nflags:\t02100000\n"), Some(true));
        assert_eq!(closes_on_exec("pos:\t0\nflags:\t0100002\n"), Some(false));
        assert_eq!(closes_on_exec("pos:\t0\n"), None);
    }

    #[test]
    fn what_the_program_opens_is_not_inheritable() {
        use std::os::fd::AsRawFd;
        let file = File::open("/dev/zero").unwrap();
        assert!(!inheritable().contains(&file.as_raw_fd()));
    }
}
