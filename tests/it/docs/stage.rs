//! A fresh host for each page, on which its blocks are typed one after the other, by one bash that stops at the first failure.

use std::fmt::Write as _;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use similar::TextDiff;

use super::output::{matches, settled};
use super::page::{Page, Typed, Use};
use crate::architecture::source::project;
use crate::fakes::postgres::programs;
use crate::fakes::release::FixtureCatalog;
use crate::fakes::running::heeding_signals;
use crate::support::service::Ctl;
use crate::support::world::{MMEMBED, World, release};

/// What a page calls the address of the database, and that of the server.
const ADDRESSES: [&str; 2] = ["127.0.0.1:5432", "127.0.0.1:8065"];

/// Stands for cargo: what the page has built is built already, by whoever runs the tests.
const CARGO: &str = r#"#!/bin/sh
case "$*" in
build) [ -x "$PROGRAMS/mmembed" ] ;;
"run --example fixtures -- "*) shift 4; CARGO=true exec "$PROGRAMS/examples/fixtures" "$@" ;;
*) echo "cargo $*: the tests of the documentation do not know that" >&2; exit 99 ;;
esac
"#;

/// Stands for sudo: PostgreSQL is installed already, and the superuser of the database is that of the tests' own cluster.
const SUDO: &str = r#"#!/bin/sh
[ "$*" != "apt-get install -y postgresql" ] || exec psql --version
[ "$1 $2" = "-u postgres" ] || { echo "sudo $*: only for the database" >&2; exit 99; }
shift 2
PGHOST=127.0.0.1 PGPORT="$CLUSTER" PGUSER=mmuser_admin PGPASSWORD="$CLUSTER_PASSWORD" PGDATABASE=postgres exec "$@"
"#;

/// A host, the page that is typed there, and what its commands answered.
pub(super) struct Stage {
    ctl: Option<Ctl>,
    world: World,
    environment: Vec<(String, String)>,
}

impl Stage {
    /// As the page wants it: `installed` is a host on which 10.11.0 serves and the archives of newer ones are in the store.
    pub(super) fn of(page: &Page) -> Self {
        let world = World::new();
        let mut stage = Self { ctl: None, world, environment: Vec::new() };
        stage.furnish();
        match page.says("begins with") {
            None => {}
            Some("an installation") => stage.install(),
            Some(other) => panic!("{}: begins with {other}?", page.path),
        }
        stage
    }

    fn beside(&self, name: &str) -> PathBuf {
        // Where processes are, they say with links followed.
        self.world.root.parent().unwrap().join(name)
    }

    /// A checkout, a home, and a path with what the pages call.
    fn furnish(&mut self) {
        let target = Path::new(MMEMBED).parent().unwrap();
        let checkout = self.beside("checkout");
        fs::create_dir_all(checkout.join("target")).unwrap();
        for entry in fs::read_dir(project()).unwrap() {
            let entry = entry.unwrap();
            if entry.file_name() != "target" {
                symlink(entry.path(), checkout.join(entry.file_name())).unwrap();
            }
        }
        symlink(target, checkout.join("target/debug")).unwrap();
        let tools = self.beside("tools");
        for (name, text) in [("cargo", CARGO), ("sudo", SUDO)] {
            fs::create_dir_all(&tools).unwrap();
            fs::write(tools.join(name), text).unwrap();
            fs::set_permissions(tools.join(name), Permissions::from_mode(0o755)).unwrap();
        }
        symlink(MMEMBED, tools.join("mmembed")).unwrap();
        fs::create_dir(self.beside("home")).unwrap();
        let path = format!(
            "{}:{}:{}",
            tools.display(),
            programs().display(),
            std::env::var("PATH").unwrap_or_default()
        );
        self.set("PATH", &path);
        self.set("PROGRAMS", &target.display().to_string());
        self.set("HOME", &self.beside("home").display().to_string());
        self.set("MMEMBED_STORE", &self.beside("store").display().to_string());
        self.set("CLUSTER", &self.world.database.port.to_string());
        self.set("CLUSTER_PASSWORD", "p@ss/wörd&1");
    }

    fn set(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    fn install(&mut self) {
        let releases = self.beside("releases");
        fs::create_dir(&releases).unwrap();
        let archives =
            ["9.11.0", "10.11.0", "10.11.4", "11.7.0"].map(|it| release(it).build(&releases));
        let catalog = FixtureCatalog::of(&archives).esr("10.11").esr("11.7").write(&releases);
        for archive in &archives {
            let digest = mmembed::model::Sha256Digest::of(&fs::read(archive).unwrap());
            let place = self.beside("store/archives/sha256");
            fs::create_dir_all(&place).unwrap();
            fs::copy(archive, place.join(digest.to_string())).unwrap();
        }
        let ctl = Ctl::of(&self.world);
        let words = ctl.words();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.world.install(&archives[1], &words).expect(0);
        ctl.start(&self.world);
        self.ctl = Some(ctl);
        self.set("MMEMBED_ROOT", &self.world.root.display().to_string());
        self.set("MMEMBED_CATALOG", &catalog.display().to_string());
    }

    /// Addresses in the words of the page, and what they are here.
    fn addresses(&self) -> [(&'static str, String); 2] {
        let ports = [self.world.database.port, self.world.port];
        [0, 1].map(|at| (ADDRESSES[at], format!("127.0.0.1:{}", ports[at])))
    }

    /// Types the blocks of the page that are to be run.
    ///
    /// # Errors
    /// What fails, or answers something else than the page shows.
    pub(super) fn play(&self, page: &Page) -> Result<usize, String> {
        let run = page.blocks.iter().filter(|block| block.usage() == Use::Run);
        let typed: Vec<(usize, Typed)> = run
            .flat_map(|block| block.commands().into_iter().map(|typed| (block.line, typed)))
            .collect();
        let status = self.type_all(&typed);
        for (number, (line, typed)) in typed.iter().enumerate() {
            let answer = self.answer(number);
            let place = format!("{}:{line}: $ {}", page.path, typed.script);
            let Some(answer) = answer else {
                return Err(format!("{place}was not reached"));
            };
            if !self.beside(&format!("said/{number}.done")).exists() {
                return Err(format!("{place}failed ({status}) and said:\n{answer}"));
            }
            if let Some(shown) = &typed.output
                && !matches(shown, &answer)
            {
                let lines = |text: &str| -> String {
                    text.lines().map(|line| settled(line) + "\n").collect()
                };
                let (shown, seen) = (lines(shown), lines(&answer));
                let diff = TextDiff::from_lines(&shown, &seen);
                let diff = diff.unified_diff().context_radius(99).to_string();
                return Err(format!("{place}answered otherwise:\n{diff}\nin full:\n{answer}"));
            }
        }
        Ok(typed.len())
    }

    /// Types everything; says how bash ended.
    fn type_all(&self, typed: &[(usize, Typed)]) -> String {
        let said = self.beside("said");
        fs::create_dir(&said).unwrap();
        let mut script = String::from("set -e\n");
        for (number, (_, typed)) in typed.iter().enumerate() {
            let mut text = typed.script.clone();
            for (name, here) in self.addresses() {
                text = text.replace(name, &here);
            }
            let at = said.join(number.to_string());
            let at = at.display();
            writeln!(script, "{{\n{text}}} >{at} 2>&1\n: >{at}.done").unwrap();
        }
        let file = self.beside("page.sh");
        fs::write(&file, script).unwrap();
        let mut bash = heeding_signals("bash");
        bash.arg("--norc").arg(&file).current_dir(self.beside("checkout")).stdin(Stdio::null());
        for name in ["MMEMBED_APP", "MMEMBED_ROOT", "MMEMBED_CATALOG", "MMEMBED_RULES", "CI"] {
            bash.env_remove(name);
        }
        let environment = self.environment.iter().map(|(name, value)| (name, value));
        bash.env("LC_ALL", "C.UTF-8").envs(environment).status().unwrap().to_string()
    }

    /// What a command answered, in the words of the page.
    fn answer(&self, number: usize) -> Option<String> {
        let bytes = fs::read(self.beside(&format!("said/{number}"))).ok()?;
        let mut text = String::from_utf8_lossy(&bytes).into_owned();
        for (name, here) in self.addresses() {
            text = text.replace(&here, name);
        }
        let home = self.beside("home").display().to_string();
        let root = self.world.root.display().to_string();
        let checkout = self.beside("checkout").display().to_string();
        let text = text.replace(&home, "~").replace(&checkout, ".");
        Some(text.replace(&format!(" --root {root}"), "").replace(&root, ""))
    }
}

/// What a page has started and not stopped is ended with it.
impl Drop for Stage {
    fn drop(&mut self) {
        drop(self.ctl.take());
        for line in self.world_processes() {
            let _ended = Command::new("kill").arg("-KILL").arg(line).status();
        }
    }
}

impl Stage {
    /// Numbers of the processes whose program lies in this world.
    fn world_processes(&self) -> Vec<String> {
        let place = self.beside("");
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc").unwrap() {
            let entry = entry.unwrap();
            let exe = fs::read_link(entry.path().join("exe")).unwrap_or_default();
            if exe.starts_with(&place) {
                found.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        found
    }
}
