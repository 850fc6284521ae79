//! A small Debian below a directory, with a real dpkg, a systemd of one script, and packages of the example.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::fakes::postgres::programs;
use crate::fakes::release::{FixtureCatalog, FixtureRelease};
use crate::fakes::running::heeding_signals;
use crate::support::said::Said;
use crate::support::world::{MMEMBED, World, is_root, release};

/// What has to be there, and where it is on every Debian.
const NEEDED: [&str; 6] = [
    "/usr/bin/dpkg",
    "/usr/bin/dpkg-deb",
    "/usr/bin/deb-systemd-helper",
    "/usr/bin/nsenter",
    "/usr/bin/unshare",
    "/usr/sbin/useradd",
];

/// Where an administrator writes what the server's database is.
const DATABASE: &str = "etc/opt/acme/mattermost/database.json";

/// How long anything may take before the test has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// A file of this project.
pub(super) fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

pub(super) struct Machine {
    pub(super) world: World,
    /// Does the machine that the tests run on know the package before?
    known: bool,
    /// Keeps the mounts of the machine, until its standard input is closed.
    mounts: Child,
}

impl Machine {
    /// With nothing installed; `None`, and a word about it, where no such machine can be made.
    pub(super) fn or_say_so(test: &str) -> Option<Self> {
        if let Some(lack) = lack() {
            super::not_checked(test, &lack);
            return None;
        }
        let world = World::new();
        let mmembed = world.beside("mmembed");
        ran(Command::new("strip").arg("-o").arg(&mmembed).arg(MMEMBED));
        fs::create_dir(world.beside("archives")).unwrap();
        ran(Command::new("sh")
            .arg(project("tests/it/packages/root.sh"))
            .arg(&world.root)
            .arg(programs())
            .arg(&mmembed)
            .arg(env!("CARGO_BIN_EXE_stand-in")));
        fs::copy(project("tests/it/packages/systemctl.sh"), world.below("usr/bin/systemctl"))
            .unwrap();
        let mounts = mounts_of(&world);
        Some(Self { world, known: known_here(), mounts })
    }

    /// Makes a bundle of this release for version `version`. What is known of releases grows by it.
    pub(super) fn bundle(&self, version: &str, release: &FixtureRelease) -> PathBuf {
        let world = &self.world;
        let archives = world.beside("archives").join(version);
        fs::create_dir(&archives).unwrap();
        release.build(&archives);
        let all = fs::read_dir(world.beside("archives")).unwrap();
        let all = all.flat_map(|it| fs::read_dir(it.unwrap().path()).unwrap());
        let all: Vec<PathBuf> = all.map(|it| it.unwrap().path()).collect();
        let catalog = FixtureCatalog::of(&all).write(&world.root);
        let bundle = world.beside(&format!("{version}.bundle"));
        ran(Command::new(MMEMBED)
            .args(["bundle", "create", "--platform", "linux-amd64", "--release", release.version()])
            .arg("--catalog")
            .arg(catalog)
            .arg("--releases-dir")
            .arg(archives)
            .arg("--store")
            .arg(world.beside("store"))
            .arg("--output")
            .arg(&bundle));
        bundle
    }

    /// Builds version `version` of the package, with this release.
    pub(super) fn package(&self, version: &str, release: &FixtureRelease) -> PathBuf {
        let (world, bundle) = (&self.world, self.bundle(version, release));
        ran(Command::new(project("examples/debian/build.sh"))
            .arg(world.beside("mmembed"))
            .arg(bundle)
            .arg(version)
            .arg(world.beside(""))
            .env("MMEMBED_CATALOG", world.below("catalog.txt")));
        let built = fs::read_dir(world.beside("")).unwrap().map(|it| it.unwrap().path());
        let start = format!("acme_{version}_");
        let is_it =
            |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with(&start);
        built.into_iter().find(is_it).unwrap()
    }

    /// Names the database, as an administrator does.
    pub(super) fn name_database(&self) {
        let path = self.world.below(DATABASE);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut overlay = self.world.overlay();
        overlay.as_object_mut().unwrap().remove("TeamSettings");
        fs::write(&path, overlay.to_string()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// A program with the machine as its root, which sees its own processes.
    pub(super) fn inside(&self, root: bool, words: &[&str], variables: &[(&str, &str)]) -> Command {
        let mut command = heeding_signals("nsenter");
        command.arg(format!("--mount=/proc/{}/ns/mnt", self.mounts.id())).arg("--");
        if root {
            command.arg("chroot").arg(&self.world.root);
        }
        command
            .args(words)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("LC_ALL", "C")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .env("MMEMBED_CATALOG", "/catalog.txt")
            .envs(variables.iter().copied())
            .stdin(Stdio::null());
        command
    }

    /// dpkg, on the machine's own database and nobody else's.
    pub(super) fn dpkg_command(&self, words: &[&str], variables: &[(&str, &str)]) -> Command {
        let root = format!("--root={}", self.world.root.display());
        self.inside(false, &[&["dpkg", &root][..], words].concat(), variables)
    }

    pub(super) fn dpkg(&self, words: &[&str]) -> Said {
        Said::of(self.dpkg_command(words, &[]).output().unwrap())
    }

    /// The same, killed before mmembed changes the host for the `number`-th time.
    pub(super) fn dpkg_killed_at(&self, number: usize, words: &[&str]) -> Said {
        let number = number.to_string();
        let variables = [("MMEMBED_TEST_KILL_AT", number.as_str())];
        Said::of(self.dpkg_command(words, &variables).output().unwrap())
    }

    pub(super) fn install(&self, package: &Path) -> Said {
        self.dpkg(&["--install", package.to_str().unwrap()])
    }

    /// A maintainer script of what is installed, called as dpkg calls it.
    pub(super) fn script(&self, words: &[&str]) -> Said {
        let path = format!("/var/lib/dpkg/info/acme.{}", words[0]);
        let words = [&[path.as_str()], &words[1..]].concat();
        let variables = [("DPKG_MAINTSCRIPT_PACKAGE", "acme")];
        Said::of(self.inside(true, &words, &variables).output().unwrap())
    }

    /// What dpkg says of the package, such as `install ok installed`.
    pub(super) fn state(&self) -> String {
        let root = format!("--root={}", self.world.root.display());
        let words = [root.as_str(), "--showformat=${Status}", "--show", "acme"];
        let output = Command::new("dpkg-query").args(words).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// Takes away what an image holds, and leaves this directory, which is a volume.
    pub(super) fn forget_all_but(&self, volume: &str) {
        let (volume, aside) = (self.world.below(volume), self.world.beside("volume"));
        fs::rename(&volume, &aside).unwrap();
        fs::remove_dir_all(self.world.below("opt/acme")).unwrap();
        fs::remove_dir_all(volume.parent().unwrap()).unwrap();
        for name in ["etc/passwd", "etc/group"] {
            let path = self.world.below(name);
            let text = fs::read_to_string(&path).unwrap();
            let lines = text.split_inclusive('\n');
            let others = lines.filter(|line| !line.starts_with("acme-chat:"));
            fs::write(&path, others.collect::<String>()).unwrap();
        }
        fs::create_dir_all(volume.parent().unwrap()).unwrap();
        fs::rename(aside, volume).unwrap();
    }

    pub(super) fn config(&self) -> Value {
        self.world.json_at("etc/opt/acme/mattermost/config.json")
    }

    /// dpkg says this of the package, and the server that serves is of this version.
    #[track_caller]
    pub(super) fn assert_serving(&self, state: &str, version: &str) {
        let serving = self.world.wait_until_serving();
        assert_eq!((self.state().as_str(), serving.as_str()), (state, version));
    }

    /// Which process serves.
    pub(super) fn server(&self) -> String {
        fs::read_to_string(self.world.below("run/acme-mattermost.service.pid")).unwrap()
    }

    /// Starts and stops that systemd was told since this was asked last.
    pub(super) fn told(&self) -> Vec<String> {
        let path = self.world.below("run/told");
        let text = fs::read_to_string(&path).unwrap_or_default();
        fs::write(&path, "").unwrap();
        let verbs = ["start", "stop"];
        let verb =
            |line: &str| line.split(' ').find(|word| verbs.contains(word)).map(str::to_owned);
        text.lines().filter_map(verb).collect()
    }

    /// Everything that is there of the application, by its path.
    pub(super) fn left(&self) -> Vec<String> {
        let mut left = Vec::new();
        for top in [
            "opt/acme",
            "etc/acme",
            "etc/opt",
            "var/opt",
            "var/cache",
            "lib/systemd",
            "etc/systemd",
            "run",
        ] {
            collect(&self.world.root, &self.world.below(top), &mut left);
        }
        left.retain(|path| !["run/told", "run/console"].contains(&path.as_str()));
        left.sort();
        left
    }

    /// Starts dpkg as the leader of a group of processes.
    pub(super) fn spawn_dpkg(&self, words: &[&str]) -> Child {
        let mut command = self.dpkg_command(words, &[]);
        command.process_group(0).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let stop = self.inside(true, &["systemctl", "stop", "acme-mattermost"], &[]).output();
        drop(self.mounts.stdin.take());
        let _ended = self.mounts.wait();
        // What the tests do to a machine never reaches the one that they run on.
        if !thread::panicking() {
            assert_eq!(known_here(), self.known, "{stop:?}");
        }
    }
}

/// Processes are seen from inside as they are called there only if all have the same mounts.
fn mounts_of(world: &World) -> Child {
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", "mount -t proc proc \"$0/proc\" && echo && exec cat"]);
    command.arg(&world.root).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut ready = [0; 1];
    child.stdout.as_mut().unwrap().read_exact(&mut ready).unwrap();
    child
}

/// Files and links below a directory, and directories in which there is nothing.
fn collect(root: &Path, directory: &Path, left: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    let paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    for path in &paths {
        let is_directory = path.is_dir() && !path.is_symlink();
        if is_directory {
            collect(root, path, left);
        }
        if !is_directory || fs::read_dir(path).unwrap().next().is_none() {
            left.push(path.strip_prefix(root).unwrap().display().to_string());
        }
    }
}

/// Does this machine's own database of packages know the package?
fn known_here() -> bool {
    let text = fs::read_to_string("/var/lib/dpkg/status").unwrap_or_default();
    text.lines().any(|line| line == "Package: acme")
}

/// Why no machine can be made here.
fn lack() -> Option<String> {
    if !is_root() {
        return Some("only root can install packages".to_owned());
    }
    if let Some(program) = NEEDED.iter().find(|it| !Path::new(it).is_file()) {
        return Some(format!("there is no {program}"));
    }
    let directory = tempfile::tempdir().unwrap();
    let mut mount = Command::new("unshare");
    mount.args(["--mount", "mount", "-t", "proc", "proc"]).arg(directory.path());
    let may_mount = mount.stderr(Stdio::null()).status().unwrap().success();
    (!may_mount).then(|| "nothing can be mounted here".to_owned())
}

/// Waits until this is true of a program that runs.
#[track_caller]
pub(super) fn wait_for(program: &mut Child, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(program.try_wait().unwrap().is_none(), "it ended too early");
        assert!(begun.elapsed() < PATIENCE);
        thread::sleep(Duration::from_millis(1));
    }
}

/// Runs a command that has to succeed.
#[track_caller]
pub(super) fn ran(command: &mut Command) -> String {
    let output = command.env_remove("MMEMBED_STORE").env_remove("MMEMBED_ROOT").output().unwrap();
    let said = Said::of(output);
    assert_eq!(said.code, Some(0), "{command:?}: {}", said.all());
    said.stdout
}

/// A release whose server takes no time.
pub(super) fn quick(version: &str) -> FixtureRelease {
    release(version).small_files(5)
}
