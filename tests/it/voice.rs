//! How much is said, in which colours, and the file that everything said is written to.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::fakes::release::FixtureRelease;
use crate::support::said::Said;
use crate::support::world::{MMEMBED, mode_of};

const SECRET: &str = "SqlSettings.DataSource=\"postgres://chat:canary@127.0.0.1:9/chat\"";

/// A staging root, and a release for it.
struct Desk {
    directory: TempDir,
    archive: PathBuf,
}

impl Desk {
    fn new() -> Self {
        let directory = TempDir::new().unwrap();
        fs::create_dir(directory.path().join("root")).unwrap();
        let archive = FixtureRelease::new("10.11.0", env!("CARGO_BIN_EXE_stand-in"))
            .small_files(5)
            .build(directory.path());
        Self { directory, archive }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(MMEMBED);
        command.args(words).args(["--app", "acme", "--root"]).arg(self.path("root"));
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI"] {
            command.env_remove(name);
        }
        command.stdin(Stdio::null());
        command
    }

    fn say(&self, words: &[&str]) -> Said {
        Said::of(self.command(words).output().unwrap())
    }

    fn install(&self, more: &[&str]) -> Said {
        let archive = self.archive.to_str().unwrap();
        let words = ["install", "--no-start", "--set", SECRET, "--release", archive];
        self.say(&[&words, more].concat())
    }

    fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap()
    }
}

#[test]
fn everything_that_is_said_stands_in_the_log_with_its_time() {
    let desk = Desk::new();
    let path = desk.path("log");
    let said = desk.install(&["--log-file", path.to_str().unwrap()]).expect(0);
    assert_eq!(mode_of(&path), 0o600);
    let log = desk.log();
    for line in log.lines() {
        let (time, rest) = line.split_once(' ').unwrap();
        assert!(time.parse::<jiff::Timestamp>().is_ok() && !rest.is_empty(), "{line:?}");
    }
    let told = said.stderr.lines().chain(said.stdout.lines()).filter(|line| !line.is_empty());
    for line in told {
        assert!(log.contains(line.trim_end()), "{line:?} is missing in\n{log}");
    }
    for word in ["mmembed 0.", "begins: install", "[1/", "       done in ", "ends with exit code 0"]
    {
        assert!(log.contains(word), "{word:?} is missing in\n{log}");
    }
    assert!(!log.contains("canary") && !log.contains('\u{1b}'), "{log}");

    // What is there stays, and so does its mode.
    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    desk.say(&["status", "--json", "--log-file", path.to_str().unwrap()]).expect(0);
    assert!(desk.log().starts_with(&log) && desk.log().contains("installed:"), "{}", desk.log());
    assert_eq!(mode_of(&path), 0o640);
    desk.say(&["upgrade", "--release", "/nowhere.tar.gz", "--log-file", path.to_str().unwrap()]);
    assert!(desk.log().contains("error:") && desk.log().contains("ends with exit code 3"));
}

#[test]
fn a_log_that_cannot_be_written_is_refused_before_anything_is_done() {
    let desk = Desk::new();
    for (place, named) in [("/nowhere/log", "/nowhere"), ("/dev/null", "/dev/null")] {
        desk.install(&["--log-file", place]).expect(3).telling(&[
            "error: --log-file:",
            named,
            "nothing was changed",
        ]);
    }
    assert!(!desk.path("root/opt").exists());
}

#[test]
fn quiet_shows_the_result_and_verbose_shows_why_and_how_long() {
    let quiet = Desk::new();
    let said = quiet.install(&["--quiet"]).expect(0);
    assert_eq!(said.stderr, "", "no progress");
    assert!(said.stdout.contains("done:") && !said.stdout.contains("note:"), "{}", said.stdout);
    quiet.say(&["status", "-q"]).expect(0).saying(&["installed:", "[unproven]"]);
    quiet.say(&["rollback", "-q"]).expect(3).telling(&["error:", "next:"]);

    let usual = Desk::new().install(&[]).expect(0);
    assert!(usual.stderr.contains("[1/") && !usual.stderr.contains("done in"), "{}", usual.stderr);
    let verbose = Desk::new().install(&["--verbose"]).expect(0);
    assert!(verbose.stderr.contains("       done in "), "{}", verbose.stderr);
    assert!(verbose.stderr.lines().count() >= 3 * usual.stderr.lines().count() - 3);
    Desk::new().install(&["-q", "-v"]).expect(2).telling(&["cannot be used with"]);
}

#[test]
fn in_a_pipe_there_are_colours_only_by_force_and_never_bars() {
    let desk = Desk::new();
    let installed = desk.install(&[]).expect(0).all();
    assert!(!installed.contains(['\u{1b}', '\r']), "{installed:?}");
    let status = |variables: &[(&str, &str)]| -> String {
        let output = desk.command(&["status"]).envs(variables.iter().copied()).output();
        Said::of(output.unwrap()).expect(0).stdout
    };
    assert!(!status(&[]).contains('\u{1b}'));
    assert!(status(&[("CLICOLOR_FORCE", "1")]).contains('\u{1b}'));
    assert!(!status(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]).contains('\u{1b}'));
}

/// `script` gives a program a terminal; it comes with every Linux that has util-linux.
#[test]
fn on_a_terminal_there_are_colours_unless_nobody_wants_them() {
    let desk = Desk::new();
    desk.install(&[]).expect(0);
    let root = desk.path("root");
    let line = format!("{MMEMBED} status --app acme --root {}", root.display());
    let on_a_terminal = |variables: &[(&str, &str)]| -> Option<Output> {
        let mut command = Command::new("script");
        command.args(["-qec", &line, "/dev/null"]).env("TERM", "xterm").stdin(Stdio::null());
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI"] {
            command.env_remove(name);
        }
        match command.envs(variables.iter().copied()).output() {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            output => Some(output.unwrap()),
        }
    };
    let Some(coloured) = on_a_terminal(&[]) else { return };
    assert!(coloured.stdout.contains(&0x1b), "{coloured:?}");
    let plain = on_a_terminal(&[("NO_COLOR", "1")]).unwrap();
    let text = String::from_utf8_lossy(&plain.stdout);
    assert!(text.contains("installed:") && !text.contains('\u{1b}'), "{text:?}");
}
