//! A real Ansible, where one can be had, and what it says of each host.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::architecture::source::project;
use crate::fakes::running::heeding_signals;
use crate::support::said::Said;
use crate::support::world::MMEMBED;

/// The project's Ansible.
pub(super) struct Ansible {
    programs: PathBuf,
    home: TempDir,
}

/// What a run of a playbook came to.
#[derive(Debug)]
pub(super) struct Played {
    said: Said,
    recap: BTreeMap<String, Counts>,
}

/// What the recap counts of a host: `ok`, `changed`, `failed` and so on.
pub(super) type Counts = BTreeMap<String, u32>;

impl Ansible {
    /// The one below `target`, which is made if pip can make it. Where it cannot, that is said past the capture of output: a
    /// test that did nothing must not look like one that passed.
    pub(super) fn or_say_so(test: &str) -> Option<Self> {
        let target = Path::new(MMEMBED).ancestors().nth(2).unwrap();
        let directory = target.join("ci-tools/ansible");
        let script = project().join("tests/it/fleets/make-ansible");
        let made = Command::new(&script).arg(&directory).output().unwrap();
        if made.status.success() {
            let programs = directory.join("venv/bin");
            return Some(Self { programs, home: TempDir::new().unwrap() });
        }
        let why = String::from_utf8_lossy(&made.stderr);
        let why = why.trim().lines().last().unwrap_or("no reason was given");
        let said = format!(
            "fleets::{test}: NOT CHECKED, there is no Ansible ({why}). It takes python3 with venv, and PyPI. Type: {} {}",
            script.display(),
            directory.display(),
        );
        writeln!(std::io::stderr().lock(), "{said}").unwrap();
        None
    }

    /// One of Ansible's programs, at the examples, with nothing of this user's own.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = heeding_signals(self.programs.join(program));
        let examples = examples();
        command
            .env("HOME", self.home.path())
            .env("ANSIBLE_HOME", self.home.path())
            .env("ANSIBLE_CONFIG", examples.join("ansible.cfg"))
            .env("ANSIBLE_NOCOLOR", "1")
            .env("LC_ALL", "C.UTF-8")
            .env_remove("MMEMBED_APP")
            .env_remove("MMEMBED_ROOT")
            .current_dir(examples);
        command
    }

    /// Runs a playbook of the examples.
    pub(super) fn play(&self, playbook: &str, inventory: &Path, words: &[&str]) -> Played {
        let mut command = self.command("ansible-playbook");
        command.arg(playbook).arg("--inventory").arg(inventory).args(words);
        let said = Said::of(command.output().unwrap());
        let recap = said.stdout.split("PLAY RECAP").nth(1).unwrap_or_default();
        let recap = recap.lines().filter_map(counts).collect();
        Played { said, recap }
    }
}

/// Where the playbooks are.
pub(super) fn examples() -> PathBuf {
    project().join("examples/ansible")
}

/// A line of the recap: `host1  : ok=5  changed=0 …`.
fn counts(line: &str) -> Option<(String, Counts)> {
    let (host, counts) = line.split_once(" : ")?;
    let count = |word: &str| {
        let (name, number) = word.split_once('=')?;
        Some((name.to_owned(), number.parse().ok()?))
    };
    Some((host.trim().to_owned(), counts.split_whitespace().filter_map(count).collect()))
}

impl Played {
    /// Fails unless all went well.
    #[track_caller]
    pub(super) fn well(self) -> Self {
        assert_eq!(self.said.code, Some(0), "{}", self.said.all());
        self
    }

    /// Fails unless Ansible says that it failed.
    #[track_caller]
    pub(super) fn badly(self) -> Self {
        assert_eq!(self.said.code, Some(2), "{}", self.said.all());
        self
    }

    /// Fails unless it said all of these, line breaks left aside.
    #[track_caller]
    pub(super) fn saying(self, words: &[&str]) -> Self {
        let all = self.said.all();
        let flat = all.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words {
            assert!(flat.contains(word), "{word:?} is missing in\n{all}");
        }
        self
    }

    /// How often something is counted, host by host in the order of their names.
    #[track_caller]
    pub(super) fn count(&self, what: &str) -> Vec<u32> {
        assert!(!self.recap.is_empty(), "{}", self.said.all());
        self.recap.values().map(|counts| counts[what]).collect()
    }

    /// All that it said.
    pub(super) fn all(&self) -> String {
        self.said.all()
    }
}

/// All playbooks.
pub(super) fn playbooks() -> Vec<String> {
    let entries = fs::read_dir(examples()).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
    names.retain(|name| Path::new(name).extension().is_some_and(|it| it == "yml"));
    names.sort();
    names
}
