//! Scripts that start and stop a server: under a real runsv, and as init scripts, with and without start-stop-daemon.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};

use super::program;
use crate::fakes::install::{Wanted, found_or_installed};
use crate::fakes::running::heeding_signals;
use crate::support::world::{World, is_root, release};

/// An init script that was put in its place. What it started ends with it.
struct InitScript(PathBuf);

impl InitScript {
    fn say(&self, word: &str) -> Output {
        heeding_signals(&self.0)
            .arg(word)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .output()
            .unwrap()
    }

    #[track_caller]
    fn expect(&self, word: &str, code: i32, says: &str) {
        let output = self.say(word);
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert_eq!(output.status.code(), Some(code), "{word}: {said}");
        assert!(said.contains(says), "{word}: {said}");
    }
}

impl Drop for InitScript {
    fn drop(&mut self) {
        drop(self.say("stop"));
    }
}

fn with_init_script() -> (World, InitScript) {
    let world = World::new();
    world.install(&world.archive(&release("10.11.0")), &[]).expect(0);
    world.ask(&["service", "install"], &["--kind", "sysv"]).expect(0);
    let script = InitScript(world.below("etc/init.d/acme-mattermost"));
    (world, script)
}

#[track_caller]
fn starts_and_stops(world: &World, script: &InitScript) {
    script.expect("status", 3, "does not run");
    script.expect("start", 0, "started");
    assert_eq!(world.wait_until_serving(), "10.11.0");
    script.expect("start", 0, "runs already");
    script.expect("status", 0, "runs");
    script.expect("restart", 0, "started");
    assert_eq!(world.wait_until_serving(), "10.11.0");
    script.expect("stop", 0, "stopped");
    assert_eq!(world.serving(), None);
    world.assert_nothing_runs();
    script.expect("status", 3, "does not run");
    script.expect("stop", 0, "does not run");
    script.expect("try-restart", 0, "");
    world.assert_nothing_runs();
    script.expect("conquer", 2, "say start, stop");
}

#[test]
fn an_init_script_starts_and_stops_the_server_and_waits() {
    let (world, script) = with_init_script();
    starts_and_stops(&world, &script);
}

#[test]
fn an_init_script_does_without_start_stop_daemon() {
    let (world, script) = with_init_script();
    let programs = world.beside("programs");
    fs::create_dir(&programs).unwrap();
    for name in ["head", "id", "mkdir", "mv", "rm", "setpriv", "setsid", "sleep", "tr"] {
        symlink(program(name).unwrap(), programs.join(name)).unwrap();
    }
    let text = fs::read_to_string(&script.0).unwrap();
    let usual = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n";
    assert!(text.contains(usual));
    fs::write(&script.0, text.replace(usual, &format!("PATH={}\n", programs.display()))).unwrap();
    starts_and_stops(&world, &script);
}

#[test]
fn an_init_script_says_so_when_the_server_does_not_start_and_leaves_other_processes_alone() {
    let (world, script) = with_init_script();
    let pid_file = world.below("run/acme-mattermost.pid");
    fs::create_dir_all(pid_file.parent().unwrap()).unwrap();
    // A number that belongs to somebody else by now.
    let mut other = Command::new("sleep").arg("1000").spawn().unwrap();
    fs::write(&pid_file, format!("{}\n", other.id())).unwrap();
    script.expect("status", 1, "was not stopped");
    script.expect("stop", 0, "does not run");
    assert!(other.try_wait().unwrap().is_none());
    other.kill().unwrap();
    other.wait().unwrap();
    fs::write(world.below("opt/acme/embedded/mattermost/config/config.json"), "{").unwrap();
    script.expect("start", 1, "does not start");
    world.assert_nothing_runs();
    fs::remove_file(world.below("opt/acme/embedded/mattermost/bin/mattermost")).unwrap();
    script.expect("start", 5, "there is no");
}

/// A real supervisor of one service. What it looks after ends with it.
struct Supervisor {
    service: PathBuf,
    runsv: Child,
}

impl Supervisor {
    fn of(service: &Path) -> Self {
        let runsv = heeding_signals("runsv").arg(service).spawn().unwrap();
        Self { service: service.to_owned(), runsv }
    }

    fn say(&self, word: &str) -> bool {
        Command::new("sv").args(["-w", "60", word]).arg(&self.service).status().unwrap().success()
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        drop(Command::new("sv").args(["-w", "60", "force-shutdown"]).arg(&self.service).output());
        drop(self.runsv.kill());
        drop(self.runsv.wait());
    }
}

/// Installed, and looked after by runit from now on.
fn supervised(world: &World, words: &[&str]) -> Supervisor {
    world.install(&world.archive(&release("10.11.0")), &[]).expect(0);
    world.ask(&["service", "install"], words).expect(0).telling(&["noted for `upgrade`"]);
    let link = world.below("etc/service/acme-mattermost");
    assert_eq!(world.receipt()["service"]["by"], "runit");
    assert_eq!(world.receipt()["service"]["name"], link.to_str().unwrap());
    Supervisor::of(&link)
}

#[test]
fn runit_looks_after_the_server_and_upgrade_knows_whom_to_ask() {
    if !is_root() {
        println!("NOT CHECKED: only root can have a service of runit run as another user");
        return;
    }
    let runit = Wanted { name: "runit", packages: &["runit"] };
    found_or_installed(&runit, || program("runsv").and(program("chpst")).and(program("svlogd")));
    let world = World::new();
    let log = world.below("var/log/acme");
    let words = ["--kind", "runit", "--enable", "--log-dir", log.to_str().unwrap()];
    let supervisor = supervised(&world, &words);
    assert_eq!(world.wait_until_serving(), "10.11.0");
    assert!(supervisor.say("stop"));
    assert_eq!(world.serving(), None);
    assert!(supervisor.say("start"));
    assert_eq!(world.wait_until_serving(), "10.11.0");
    assert!(!fs::read_to_string(log.join("current")).unwrap().is_empty());
    // Nothing is said about a service: it is known.
    let archive = world.archive(&release("11.7.0"));
    world.ask(&["upgrade"], &["--release", archive.to_str().unwrap()]).expect(0);
    assert_eq!(world.wait_until_serving(), "11.7.0");
    let run = world.below("etc/service/acme-mattermost/run");
    let before = fs::read(&run).unwrap();
    world.ask(&["service", "install"], &words).expect(0).saying(&["nothing to do"]);
    assert_eq!(fs::read(run).unwrap(), before);
}
