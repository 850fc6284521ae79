//! A machine on which packages of the Omnibus project are installed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use super::super::machine::{Machine, project, quick, ran};
use crate::fakes::mirror::Mirror;
use crate::fakes::mirror::authority::Authority;
use crate::fakes::release::{FixtureCatalog, FixtureRelease};
use crate::support::said::Said;

pub(super) const INSTALLED: &str = "install ok installed";

/// What an administrator says.
pub(super) const SETTINGS: &str = "etc/acme/mattermost.json";
/// Where runit finds how the service is started.
pub(super) const DEFINITION: &str = "opt/acme/sv/mattermost";

/// How long anything may take before the test has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// A machine on which packages of the project are installed, and where the project fetches releases.
pub(super) struct Acme {
    pub(super) machine: Machine,
    mirror: Mirror,
}

impl Acme {
    /// With nothing installed; `None`, and a word about it, where packages cannot be built or installed.
    pub(super) fn or_say_so(test: &str) -> Option<Self> {
        let needed = ["/usr/bin/ruby", "/usr/bin/runsvdir", "/usr/bin/chpst"];
        if let Some(program) = needed.iter().find(|it| !Path::new(it).is_file()) {
            super::super::not_checked(test, &format!("there is no {program}"));
            return None;
        }
        Some(Self { machine: Machine::or_say_so(test)?, mirror: Mirror::start() })
    }

    /// Publishes a release. What is known of releases grows by it.
    fn publish(&self, release: &FixtureRelease) {
        let world = &self.machine.world;
        let archives = world.beside("archives");
        let archive = release.build(&archives);
        let name = archive.file_name().unwrap().to_str().unwrap();
        let path = format!("/{}/{name}", release.version());
        self.mirror.serve(&path, fs::read(&archive).unwrap());
        let all = fs::read_dir(archives).unwrap().map(|it| it.unwrap().path());
        let all: Vec<PathBuf> =
            all.filter(|it| it.extension().is_some_and(|it| it == "gz")).collect();
        FixtureCatalog::of(&all).write(&world.root);
    }

    /// Builds version `version` of the package, with this release of Mattermost.
    pub(super) fn package(&self, version: &str, release: &FixtureRelease) -> PathBuf {
        self.publish(release);
        let world = &self.machine.world;
        let copy = world.beside(&format!("project-{version}"));
        ran(Command::new("cp").arg("-r").arg(project("examples/omnibus")).arg(&copy));
        fs::copy(world.beside("mmembed"), copy.join("files/mattermost/mmembed")).unwrap();
        say(&copy.join("config/projects/acme.rb"), "build_version \"1.0.0\"", version);
        let software = copy.join("config/software/mattermost.rb");
        say(&software, "default_version \"10.11.0\"", release.version());
        let stage = world.beside(&format!("stage-{version}"));
        let said = ran(Command::new("ruby")
            .arg("--disable-gems")
            .arg(project("tests/it/packages/omnibus/play.rb"))
            .args([&copy, Path::new("acme"), &stage, &world.beside("")])
            .env("MMEMBED_CATALOG", world.below("catalog.txt"))
            .env("MMEMBED_MIRROR", self.mirror.url(""))
            .env("MMEMBED_CA_FILE", Authority::of_tests().file_in(&world.beside("")))
            .env("XDG_CACHE_HOME", world.beside(&format!("cache-{version}"))));
        let package = PathBuf::from(said.lines().last().unwrap());
        // Where it was built is nothing that a customer should find in it.
        let directory = world.beside("").display().to_string();
        let found = Command::new("grep").args(["-rlF", &directory]).arg(stage.join("opt")).output();
        assert_eq!(String::from_utf8(found.unwrap().stdout).unwrap(), "");
        package
    }

    /// Installed as version 1.0 with 10.11.0, serving, with a message.
    pub(super) fn in_use(test: &str) -> Option<Self> {
        let acme = Self::or_say_so(test)?;
        acme.configure();
        acme.machine.install(&acme.package("1.0", &quick("10.11.0"))).expect(0);
        acme.machine.assert_serving(INSTALLED, "10.11.0");
        assert!(acme.machine.world.post("first"));
        Some(acme)
    }

    /// Names the database, as an administrator does.
    pub(super) fn configure(&self) {
        let path = self.machine.world.below(SETTINGS);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut overlay = self.machine.world.overlay();
        overlay.as_object_mut().unwrap().remove("TeamSettings");
        fs::write(&path, overlay.to_string()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// Types this on the machine.
    pub(super) fn typed(&self, words: &[&str]) -> Said {
        self.typed_with(words, &[])
    }

    /// The same, with mmembed killed before it changes the host for the `number`-th time.
    pub(super) fn typed_and_killed_at(&self, number: usize, words: &[&str]) -> Said {
        self.typed_with(words, &[("MMEMBED_TEST_KILL_AT", number.to_string().as_str())])
    }

    fn typed_with(&self, words: &[&str], variables: &[(&str, &str)]) -> Said {
        Said::of(self.machine.inside(true, words, variables).output().unwrap())
    }

    /// Ends all that looks after services, and what they serve, and has it looked after again, as at boot.
    pub(super) fn reboot(&self) {
        self.shut_down();
        self.typed(&["systemctl", "start", "acme-runsvdir"]).expect(0);
        let begun = Instant::now();
        while self.typed(&["acme-ctl", "status"]).code != Some(0) {
            assert!(begun.elapsed() < PATIENCE);
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn shut_down(&self) {
        drop(self.machine.inside(true, &["systemctl", "stop", "acme-runsvdir"], &[]).output());
        let service = self.machine.world.below(DEFINITION);
        drop(Command::new("sv").args(["-w", "60", "force-shutdown"]).arg(service).output());
    }

    /// Which process serves, as runit has it.
    pub(super) fn server(&self) -> String {
        let path = self.machine.world.below(DEFINITION).join("supervise/pid");
        fs::read_to_string(path).unwrap().trim().to_owned()
    }

    /// All of what is installed and set, and of mmembed's own: when it was written, by whom, how large it is.
    pub(super) fn stamps(&self) -> Vec<(String, String)> {
        let mut stamps = self.machine.world.stamps();
        // Looking takes the lock; what a server logs is its own affair.
        let own = ["mmembed/lock", "mattermost/logs"];
        let places = ["opt/acme/embedded", "etc/acme", "var/opt/acme"];
        stamps.retain(|path, _| places.iter().any(|it| path.contains(it)));
        stamps.retain(|path, _| !own.iter().any(|it| path.contains(it)));
        stamps.into_iter().collect()
    }

    /// All that runs with the machine as its root.
    pub(super) fn running(&self) -> Vec<String> {
        let root = &self.machine.world.root;
        let processes = fs::read_dir("/proc").unwrap().map(|it| it.unwrap().path());
        let inside =
            processes.filter(|it| fs::read_link(it.join("root")).is_ok_and(|at| &at == root));
        let name = |it: PathBuf| fs::read_to_string(it.join("comm")).unwrap_or_default();
        inside.map(name).map(|it| it.trim().to_owned()).collect()
    }
}

/// Nothing is left running.
impl Drop for Acme {
    fn drop(&mut self) {
        self.shut_down();
    }
}

/// Has a definition say this instead of what it says.
#[track_caller]
fn say(definition: &Path, line: &str, value: &str) {
    let text = fs::read_to_string(definition).unwrap();
    let word = line.split(' ').next().unwrap();
    assert!(text.contains(line), "{line}");
    fs::write(definition, text.replace(line, &format!("{word} \"{value}\""))).unwrap();
}
