//! Processes of a tree that were started with a certain argument, found by it without a record of them.
//! No argument leaves this file: it may be a secret.

#![expect(clippy::disallowed_methods, reason = "this is the door")]

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::error::{PathContext, PathError};
use super::identity::{identify, is_absence};
use crate::model::ProcessIdentity;

/// The processes whose program lies in `tree` and one of whose arguments is exactly `argument`, this one excepted.
///
/// The argument may be seen of every user's processes; the program may not. Where it may not, the name under which the
/// process was started has to be an absolute path in the tree.
///
/// # Errors
/// Only if `/proc` cannot be read at all.
pub fn running_with_argument(
    tree: &Path,
    argument: &OsStr,
) -> Result<Vec<ProcessIdentity>, PathError> {
    let proc = Path::new("/proc");
    let this = std::process::id();
    let mut found = Vec::new();
    for entry in fs::read_dir(proc).on("read", proc)? {
        let name = entry.on("read", proc)?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        // Taken first: if another process has the number meanwhile, this identity is nobody's.
        let Ok(Some(identity)) = identify(pid) else {
            continue;
        };
        if pid != this && is_meant(pid, tree, argument) {
            found.push(identity);
        }
    }
    found.sort_by_key(|identity| identity.pid);
    Ok(found)
}

fn is_meant(pid: u32, tree: &Path, argument: &OsStr) -> bool {
    let Ok(command_line) = fs::read(format!("/proc/{pid}/cmdline")) else {
        return false;
    };
    let mut words = command_line.split(|&byte| byte == 0);
    let program = Path::new(OsStr::from_bytes(words.next().unwrap_or_default()));
    words.any(|word| word == argument.as_bytes()) && runs_from(pid, program, tree)
}

/// A program that was deleted while it runs counts: the kernel only appends to its path.
fn runs_from(pid: u32, called: &Path, tree: &Path) -> bool {
    let within = |path: &Path| path.starts_with(tree);
    // The kernel shows paths without symlinks.
    let real = fs::canonicalize(tree).unwrap_or_else(|_| tree.to_owned());
    match fs::read_link(format!("/proc/{pid}/exe")) {
        Ok(program) => program.starts_with(real),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => within(called),
        Err(error) if is_absence(&error) => false,
        Err(_) => within(called),
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::super::sleeper::{Sleeper, sleep_program};
    use super::*;

    fn found(tree: &Path, argument: &str) -> Vec<u32> {
        let found = running_with_argument(tree, OsStr::new(argument)).unwrap();
        found.into_iter().map(|identity| identity.pid).collect()
    }

    #[test]
    fn a_process_is_found_by_program_and_argument_together() {
        let dir = tempfile::tempdir().unwrap();
        let (tree, link) = (dir.path().join("tree"), dir.path().join("link"));
        fs::create_dir(&tree).unwrap();
        std::os::unix::fs::symlink(&tree, &link).unwrap();
        let sleep = sleep_program();
        let inside = tree.join("sleep");
        fs::copy(&sleep, &inside).unwrap();
        let meant = Sleeper::start(Command::new(&inside).args(["1000", "4242.25"]));
        let _other_argument = Sleeper::start(Command::new(&inside).args(["1000", "4242.251"]));
        let _other_program = Sleeper::start(Command::new(&sleep).args(["1000", "4242.25"]));

        assert_eq!(found(&tree, "4242.25"), [meant.id()]);
        assert_eq!(found(&link, "4242.25"), [meant.id()]);
        assert_eq!(found(&tree, "4242"), [0_u32; 0]);
        assert_eq!(found(&dir.path().join("tre"), "4242.25"), [0_u32; 0]);
        fs::remove_file(&inside).unwrap();
        assert_eq!(found(&tree, "4242.25"), [meant.id()]);
    }
}
