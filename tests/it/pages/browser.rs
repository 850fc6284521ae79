//! A browser without a window, where one is installed.

use std::env;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use mmembed::host::is_root;

/// What it may be called.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// A program that reads pages.
pub struct Browser {
    program: PathBuf,
}

/// What came of a visit.
pub struct Seen {
    /// What it printed.
    pub output: String,
    /// What it would have told in its console.
    pub complaints: Vec<String>,
}

impl Browser {
    /// The one that is installed. Where there is none, that is said past the capture of output: a test that did nothing must
    /// not look like one that passed.
    pub fn or_say_so(test: &str) -> Option<Self> {
        let path = env::var_os("PATH").unwrap_or_default();
        let places = env::split_paths(&path);
        let program =
            places.flat_map(|place| NAMES.map(|name| place.join(name))).find(|it| it.is_file());
        if program.is_none() {
            let said =
                format!("pages::{test}: NOT CHECKED, none of {} is installed", NAMES.join(", "));
            writeln!(std::io::stderr().lock(), "{said}").unwrap();
        }
        program.map(|program| Self { program })
    }

    /// Opens a page from a file. No name of a host leads anywhere.
    pub fn visit(&self, directory: &Path, page: &str, words: &[&str]) -> Seen {
        let file = directory.join("page.html");
        fs::write(&file, page).unwrap();
        let mut command = Command::new(&self.program);
        command
            .args(["--headless", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
            .args(["--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr"])
            .arg(format!("--user-data-dir={}", directory.join("profile").display()))
            .args(words);
        if is_root() {
            command.arg("--no-sandbox");
        }
        let seen = command.arg(format!("file://{}", file.display())).output().unwrap();
        let said = String::from_utf8_lossy(&seen.stderr).into_owned();
        assert!(seen.status.success(), "{said}");
        Seen {
            output: String::from_utf8_lossy(&seen.stdout).into_owned(),
            complaints: said
                .lines()
                .filter(|line| line.contains(":CONSOLE"))
                .map(str::to_owned)
                .collect(),
        }
    }
}
