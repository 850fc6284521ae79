//! Which processes run from a directory tree.
//! It never looks at an environment and never shows an argument that may be a secret.

#![expect(clippy::disallowed_methods, reason = "this is the door")]

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::error::{PathContext, PathError};
use super::identity::{identify, is_absence};
use super::lines::printable;
use crate::model::ProcessIdentity;

/// What the kernel appends to the path of a file that was deleted.
const DELETED: &[u8] = b" (deleted)";

/// The names of the server's program: up to 4.10 it is `platform`.
const SERVERS: [&str; 2] = ["mattermost", "platform"];

/// A process that runs from the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningProcess {
    /// Which one.
    pub identity: ProcessIdentity,
    /// Its user, by number.
    pub uid: u32,
    /// Its program, if it may be seen.
    pub exe: Option<PathBuf>,
    /// Its working directory, if it may be seen.
    pub cwd: Option<PathBuf>,
    /// Its command line, everything but plain words and names of options replaced by `***`.
    pub command: String,
}

/// The answer, and how far it can be trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// The processes found, by number.
    pub found: Vec<RunningProcess>,
    /// How many other processes this user may not look into, so that nobody knows whether they run from the tree; 0 for
    /// root outside containers.
    pub unseen: usize,
}

/// The processes that run from `tree`, this one excepted: those whose program lies below it, and servers that work
/// there. A shell, an editor or a plugin's process is no server, wherever it works. Of a program that may not be seen,
/// the name under which it was started has to be an absolute path below the tree.
///
/// Programs that were deleted while they run count: they run from where they were.
///
/// # Errors
/// Only if `/proc` cannot be read at all.
pub fn running_from(tree: &Path) -> Result<Census, PathError> {
    let proc = Path::new("/proc");
    // The kernel shows paths without symlinks.
    let tree = fs::canonicalize(tree).unwrap_or_else(|_| tree.to_owned());
    let this = std::process::id();
    let mut census = Census::default();
    for entry in fs::read_dir(proc).on("read", proc)? {
        let name = entry.on("read", proc)?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        if pid != this {
            census.look_at(pid, &tree);
        }
    }
    census.found.sort_by_key(|process| process.identity.pid);
    Ok(census)
}

impl Census {
    fn look_at(&mut self, pid: u32, tree: &Path) {
        let exe = link(pid, "exe");
        let cwd = link(pid, "cwd");
        let within = |place: &Sight| matches!(place, Sight::At(path) if path.starts_with(tree));
        let is_called_so = matches!(exe, Sight::Denied) && called(pid).starts_with(tree);
        if within(&exe) || is_called_so || (within(&cwd) && exe.is_server()) {
            // Gone in the meantime: it does not run any more.
            self.found.extend(describe(pid, exe.path(), cwd.path()));
        } else if matches!(exe, Sight::Denied) || matches!(cwd, Sight::Denied) {
            self.unseen += 1;
        }
    }
}

/// What can be seen of a link in `/proc/PID`.
enum Sight {
    At(PathBuf),
    /// It has none: the process has ended, or is part of the kernel.
    Nothing,
    Denied,
}

impl Sight {
    fn is_server(&self) -> bool {
        let Self::At(path) = self else { return false };
        SERVERS.iter().any(|name| path.file_name() == Some(OsStr::new(name)))
    }

    fn path(self) -> Option<PathBuf> {
        match self {
            Self::At(path) => Some(path),
            Self::Nothing | Self::Denied => None,
        }
    }
}

fn link(pid: u32, name: &str) -> Sight {
    match fs::read_link(format!("/proc/{pid}/{name}")) {
        Ok(path) => Sight::At(undeleted(path)),
        Err(error) if is_absence(&error) => Sight::Nothing,
        Err(_) => Sight::Denied,
    }
}

/// The name under which a process was started, which everybody may see; service managers use the whole path.
fn called(pid: u32) -> PathBuf {
    let command_line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let name = command_line.split(|&byte| byte == 0).next().unwrap_or_default();
    let name = Path::new(OsStr::from_bytes(name));
    if !name.is_absolute() {
        return PathBuf::new();
    }
    fs::canonicalize(name).unwrap_or_else(|_| name.to_owned())
}

fn undeleted(path: PathBuf) -> PathBuf {
    let mut bytes = path.into_os_string().into_vec();
    if bytes.ends_with(DELETED) {
        bytes.truncate(bytes.len() - DELETED.len());
    }
    PathBuf::from(std::ffi::OsString::from_vec(bytes))
}

fn describe(pid: u32, exe: Option<PathBuf>, cwd: Option<PathBuf>) -> Option<RunningProcess> {
    let command_line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    Some(RunningProcess {
        identity: identify(pid).ok()??,
        uid: owner(pid).ok()?,
        exe,
        cwd,
        command: masked(&command_line),
    })
}

fn owner(pid: u32) -> io::Result<u32> {
    Ok(fs::metadata(format!("/proc/{pid}"))?.uid())
}

/// The name of the program, and of its arguments what cannot be a secret.
fn masked(command_line: &[u8]) -> String {
    let mut words =
        command_line.strip_suffix(b"\0").unwrap_or(command_line).split(|&byte| byte == 0);
    let program = Path::new(OsStr::from_bytes(words.next().unwrap_or_default()));
    let mut shown = printable(program.file_name().unwrap_or_default().as_bytes());
    for word in words {
        shown.push(' ');
        shown.push_str(if is_plain(word) {
            std::str::from_utf8(word).unwrap_or("***")
        } else {
            "***"
        });
    }
    shown
}

/// A word such as `server`, `--config` or `-c`. Not `-pword`: some programs take a password like that.
fn is_plain(word: &[u8]) -> bool {
    let is_name = |name: &[u8]| name.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'-');
    match word {
        [b'-', b'-', name @ ..] => is_name(name),
        [b'-', letter] => letter.is_ascii_alphabetic(),
        word => SUBCOMMANDS.contains(&word),
    }
}

/// Words that are shown because they say what kind of process it is.
const SUBCOMMANDS: [&[u8]; 5] = [b"server", b"start", b"serve", b"run", b"jobserver"];

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::super::sleeper::{Sleeper, sleep_program};
    use super::*;

    fn asleep(program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.arg("1000");
        command
    }

    #[test]
    fn processes_are_found_by_their_program_and_servers_also_by_their_directory() {
        let dir = tempfile::tempdir().unwrap();
        let inside = dir.path().join("tree");
        let beside = dir.path().join("tree-beside");
        for place in [&inside, &beside] {
            fs::create_dir(place).unwrap();
        }
        let program = inside.join("sleep");
        fs::copy(sleep_program(), &program).unwrap();
        let server = beside.join("mattermost");
        fs::copy(sleep_program(), &server).unwrap();
        let by_program = Sleeper::start(asleep(&program).current_dir(&beside));
        let by_directory = Sleeper::start(asleep(&server).current_dir(&inside));
        let _neither = Sleeper::start(asleep(&server).current_dir(&beside));
        let _looks_around = Sleeper::start(asleep("sleep").current_dir(&inside));

        let mut expected = [by_program.id(), by_directory.id()];
        expected.sort_unstable();
        let census = running_from(&inside).unwrap();
        let pids: Vec<_> = census.found.iter().map(|process| process.identity.pid).collect();
        assert_eq!(pids, expected);

        fs::remove_file(&program).unwrap();
        let census = running_from(&inside).unwrap();
        let found = census
            .found
            .iter()
            .find(|process| process.identity.pid == by_program.id())
            .expect("a deleted program still runs");
        assert_eq!(
            found.exe.as_deref(),
            Some(program.canonicalize().as_deref().unwrap_or(&program))
        );
        assert_eq!(found.command, "sleep ***");
        assert_eq!(found.uid, rustix::process::geteuid().as_raw());
    }

    /// In a container, root may not see the programs of other users.
    #[test]
    fn the_program_of_another_user_is_found_by_its_name_where_it_may_not_be_seen() {
        use std::os::unix::fs::PermissionsExt;
        use std::os::unix::process::CommandExt;
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let program = dir.path().canonicalize().unwrap().join("sleep");
        fs::copy(sleep_program(), &program).unwrap();
        let mut command = asleep(&program);
        if crate::host::is_root() {
            command.uid(21_546).gid(21_546);
        }
        let sleeper = Sleeper::start(command.current_dir("/"));
        let census = running_from(dir.path()).unwrap();
        let pids: Vec<_> = census.found.iter().map(|process| process.identity.pid).collect();
        assert_eq!(pids, [sleeper.id()]);
    }

    #[test]
    fn a_tree_behind_a_symlink_and_a_removed_tree_are_searched() {
        let dir = tempfile::tempdir().unwrap();
        let tree = dir.path().join("tree");
        let link = dir.path().join("link");
        fs::create_dir(&tree).unwrap();
        std::os::unix::fs::symlink(&tree, &link).unwrap();
        let server = dir.path().join("platform");
        fs::copy(sleep_program(), &server).unwrap();
        let sleeper = Sleeper::start(asleep(&server).current_dir(&tree));
        let only =
            |census: &Census| census.found.iter().map(|p| p.identity.pid).collect::<Vec<_>>();
        assert_eq!(only(&running_from(&link).unwrap()), [sleeper.id()]);
        fs::remove_dir(&tree).unwrap();
        let canonical = dir.path().canonicalize().unwrap().join("tree");
        assert_eq!(only(&running_from(&canonical).unwrap()), [sleeper.id()]);
    }

    #[test]
    fn arguments_that_may_be_secrets_are_masked() {
        for (command_line, shown) in [
            (
                &b"/opt/mattermost/bin/mattermost\0server\0--config\0postgres://u:canary@h/d\0"[..],
                "mattermost server --config ***",
            ),
            (b"x\0--password=canary\0canary\0-p\0-pcanary\0", "x *** *** -p ***"),
            (b"a\x1b[2J\0", "a\\u{1b}[2J"),
            (b"", ""),
        ] {
            assert_eq!(masked(command_line), shown);
        }
    }
}
