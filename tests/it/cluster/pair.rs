//! Two nodes, and a way to keep one of them at work for as long as a test likes.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::fakes::postgres::{Database, database};
use crate::fakes::release::FixtureRelease;
use crate::support::said::Said;
use crate::support::service::Ctl;
use crate::support::site::Site;
use crate::support::world::{STATE, World, release};

/// How long anything may take before the test has failed.
const PATIENCE: Duration = Duration::from_secs(120);

/// What both nodes begin with, and where they go.
pub(super) const FROM: &str = "10.11.0";
pub(super) const TO: &str = "11.7.0";

/// Two hosts with one database. What the second one has to do with it comes by another way, as from another machine.
pub(super) struct Pair {
    pub(super) first: Site,
    pub(super) second: Site,
}

impl Pair {
    /// Both have the same release, and neither serves.
    pub(super) fn new() -> Self {
        Self::of(FROM)
    }

    /// The same with another release.
    pub(super) fn of(version: &str) -> Self {
        let database = database();
        let far = Database { port: detour(&database), ..database.clone() };
        let first = node(World::on(database), version, &[]);
        first.ctl.start(&first.world);
        for message in ["first", "second"] {
            assert!(first.world.post(message), "{message}");
        }
        first.ctl.stop();
        let second = node(World::on(far), version, &["--use-existing-database"]);
        Self { first, second }
    }

    /// The first one is upgraded, and serves.
    pub(super) fn migrated() -> Self {
        let pair = Self::new();
        upgrade(&pair.first, &[]).expect(0);
        pair.first.ctl.start(&pair.first.world);
        pair
    }

    /// What the last migration has left written.
    pub(super) fn mark(&self) -> Option<String> {
        self.first.world.database.value("SELECT value FROM systems WHERE name = 'MmembedRelease'")
    }
}

fn node(world: World, version: &str, more: &[&str]) -> Site {
    let mut overlay = world.overlay();
    overlay["ClusterSettings"] = json!({ "Enable": true, "ClusterName": "chat" });
    world.write_overlay("overlay.json", &overlay);
    let archive = world.archive(&release(version));
    world.install(&archive, more).expect(0);
    Site { ctl: Ctl::of(&world), world }
}

/// A port that leads to the same database system through its socket, so that PostgreSQL sees no network address.
fn detour(database: &Database) -> u16 {
    let mut admin = database.connect_as_admin();
    let home: String = admin.query_one("SHOW unix_socket_directories", &[]).unwrap().get(0);
    let socket = Path::new(&home).join(format!(".s.PGSQL.{}", database.port));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            if let Ok(server) = UnixStream::connect(&socket) {
                join(client, server);
            }
        }
    });
    port
}

/// Passes on what either side says, until one of them is silent for good.
fn join(client: TcpStream, server: UnixStream) {
    let (mut to_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    let (mut client, mut server) = (client, server);
    thread::spawn(move || {
        let _ended = io::copy(&mut client, &mut to_server);
        let _gone = to_server.shutdown(std::net::Shutdown::Both);
    });
    thread::spawn(move || {
        let _ended = io::copy(&mut server, &mut to_client);
        let _gone = to_client.shutdown(std::net::Shutdown::Both);
    });
}

/// The words of an upgrade to [`TO`].
pub(super) fn words(site: &Site, release: &FixtureRelease, more: &[&str]) -> Vec<String> {
    site.upgrade_words(&site.archive(release), more)
}

pub(super) fn upgrade(site: &Site, more: &[&str]) -> Said {
    site.world.run(&words(site, &release(TO), more))
}

/// The version that is installed.
pub(super) fn installed(site: &Site) -> String {
    site.world.receipt()["release"]["version"].as_str().unwrap().to_owned()
}

/// The manifests of a node's backups, the oldest first.
pub(super) fn backups(site: &Site) -> Vec<serde_json::Value> {
    let directory = site.world.below(STATE).join("backups");
    let mut found: Vec<PathBuf> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    let read = |path: &PathBuf| fs::read_to_string(path.join("manifest.json")).unwrap();
    found.iter().map(|path| serde_json::from_str(&read(path)).unwrap()).collect()
}

/// A run of the program that goes on while the test does something else.
pub(super) struct Run {
    /// `None` once it has ended.
    child: Option<Child>,
    lines: Receiver<String>,
    heard: Vec<String>,
}

impl Run {
    pub(super) fn start(words: &[String]) -> Self {
        let mut command = World::command(words);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stderr = child.stderr.take().unwrap();
        let (give, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if give.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child: Some(child), lines, heard: Vec::new() }
    }

    /// Waits until it says this on its standard error.
    #[track_caller]
    pub(super) fn wait_for(&mut self, words: &str) {
        let begun = Instant::now();
        loop {
            let left = PATIENCE.saturating_sub(begun.elapsed());
            let Ok(line) = self.lines.recv_timeout(left) else {
                panic!("{words:?} was not said: {:#?}", self.heard);
            };
            let is_it = line.contains(words);
            self.heard.push(line);
            if is_it {
                return;
            }
        }
    }

    pub(super) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.as_ref().unwrap().id()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
    }

    /// Waits for its end.
    pub(super) fn end(mut self) -> Said {
        let Output { status, stdout, .. } = self.child.take().unwrap().wait_with_output().unwrap();
        self.heard.extend(self.lines.iter());
        let (stdout, stderr) = (String::from_utf8(stdout).unwrap(), self.heard.join("\n"));
        Said { code: status.code(), stdout, stderr }
    }
}

/// An upgrade that has stopped its server, and waits for the test before it does anything else.
pub(super) struct Held {
    pub(super) run: Run,
    go: PathBuf,
}

impl Held {
    pub(super) fn start(site: &Site) -> Self {
        Self::of(site, |hooks| words(site, &release(TO), &["--hooks", hooks]))
    }

    /// The same of a run with these words, for a directory of hooks.
    pub(super) fn of(site: &Site, words: impl FnOnce(&str) -> Vec<String>) -> Self {
        let phase = site.world.beside("hooks/after-stop");
        fs::create_dir_all(&phase).unwrap();
        let (here, go) = (site.world.beside("here"), site.world.beside("go"));
        let script = format!(
            "#!/bin/sh\n: >'{}'\nwhile [ ! -e '{}' ]; do sleep 0.05; done\n",
            here.display(),
            go.display()
        );
        let hook = phase.join("10-hold");
        fs::write(&hook, script).unwrap();
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
        let hooks = site.world.beside("hooks").display().to_string();
        let run = Run::start(&words(&hooks));
        wait_until("the hook runs", || here.exists());
        Self { run, go }
    }

    /// Lets it go on.
    pub(super) fn release(self) -> Run {
        fs::write(&self.go, "").unwrap();
        self.run
    }

    /// Kills it as nothing can be caught.
    pub(super) fn kill(self) {
        self.run.signal(Signal::KILL);
        fs::write(&self.go, "").unwrap();
        assert_eq!(self.run.end().code, None);
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let _ended = self.child.as_mut().map(Child::kill);
    }
}

#[track_caller]
pub(super) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "it never comes to this: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}
