//! Killed while somebody else works for it: a server that migrates, a tool that saves, a tool that brings back. What it
//! leaves running is ended or waited for, and the next call ends well.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::fakes::trailer::Fault;
use crate::support::world::{World, release};
use crate::upgrade::site::Site;

/// How long anything may take before the test has failed.
const PATIENCE: Duration = Duration::from_secs(60);

#[track_caller]
pub(super) fn await_that(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what} did not come about");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Starts the program and lets it run.
pub(super) fn start(words: &[String]) -> Child {
    World::command(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

pub(super) fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// How many sessions on the site's database answer to this condition.
pub(super) fn sessions(site: &Site, condition: &str) -> i64 {
    let query = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND {condition}"
    );
    let rows = site.world.database.connect_as_admin().query(&query, &[]).unwrap();
    rows.first().unwrap().get(0)
}

/// Hooks of one phase that say that they were reached, and wait until they may go on.
pub(super) struct Gate {
    reached: std::path::PathBuf,
    open: std::path::PathBuf,
    hooks: std::path::PathBuf,
}

impl Gate {
    pub(super) fn at(site: &Site, phase: &str) -> Self {
        let (reached, open) = (site.world.beside("reached"), site.world.beside("open"));
        for left in [&reached, &open] {
            let _left = fs::remove_file(left);
        }
        let hooks = site.world.beside(&format!("hooks-{phase}"));
        let hook = hooks.join(phase).join("10-wait");
        fs::create_dir_all(hook.parent().unwrap()).unwrap();
        let script = format!(
            "#!/bin/sh\n: >{}\nuntil [ -e {} ]; do sleep 0.02; done\n",
            reached.display(),
            open.display()
        );
        write_hook(&hook, &script);
        Self { reached, open, hooks }
    }

    pub(super) fn words(&self) -> [&str; 2] {
        ["--hooks", self.hooks.to_str().unwrap()]
    }

    pub(super) fn await_reached(&self) {
        await_that("the hook", || self.reached.exists());
    }

    pub(super) fn open(&self) {
        fs::write(&self.open, "").unwrap();
    }
}

pub(super) fn write_hook(path: &Path, script: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, script).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// The old server serves, with its database as it was.
#[track_caller]
fn assert_back(site: &Site, dump: &str) {
    assert_eq!(site.world.serving().as_deref(), Some("10.11.0"));
    assert_eq!(site.world.dump(), dump);
    assert_eq!(site.world.leftovers(), Vec::<std::path::PathBuf>::new());
    assert_eq!(site.world.running_servers(), Vec::<String>::new());
    site.assert_own_files_are_there();
}

#[test]
fn a_server_that_goes_on_migrating_after_a_kill_is_stopped_and_its_migration_taken_back() {
    let site = Site::of("10.11.0");
    let dump = site.world.dump();
    let slow = release("11.7.0").timings(|timings| timings.migration_step_ms = 400);
    let archive = site.archive(&slow);
    let mut upgrade = start(&site.upgrade_words(&archive, &[]));
    let tables = site.world.database.tables();
    await_that("the migration", || {
        let applied = site.world.database.value("SELECT max(version) FROM db_migrations");
        !site.world.running_servers().is_empty()
            && (site.world.database.tables() != tables || applied.is_some())
    });
    thread::sleep(Duration::from_millis(500));
    signal(&upgrade, Signal::KILL);
    upgrade.wait().unwrap();
    assert!(!site.world.running_servers().is_empty(), "it goes on");
    site.world.ask(&["recover"], &[]).expect(0).saying(&["rolled back"]);
    assert_back(&site, &dump);
}

#[test]
fn a_kill_while_the_database_is_saved_leaves_nothing_behind() {
    let site = Site::of("10.11.0");
    let dump = site.world.dump();
    let archive = site.archive(&release("11.7.0"));
    let gate = Gate::at(&site, "after-stop");
    let mut upgrade = start(&site.upgrade_words(&archive, &gate.words()));
    gate.await_reached();
    let mut holder = site.world.database.connect_as_admin();
    holder.batch_execute("BEGIN; LOCK TABLE posts IN ACCESS EXCLUSIVE MODE").unwrap();
    gate.open();
    await_that("the dump", || sessions(&site, "wait_event_type = 'Lock'") > 0);
    signal(&upgrade, Signal::KILL);
    upgrade.wait().unwrap();
    holder.batch_execute("ROLLBACK").unwrap();
    site.world.ask(&["recover"], &[]).expect(0).saying(&["rolled back"]);
    assert_back(&site, &dump);
    assert!(!site.world.below("var/opt/acme/mmembed/backups").exists());
}

/// Whoever restores waits for the holder of this lock before the first table is made.
const HOLD_RESTORES: &str = "CREATE SCHEMA hold; \
     CREATE FUNCTION hold.wait() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN \
     IF current_setting('application_name') LIKE 'mmembed%' THEN PERFORM pg_advisory_xact_lock(4711); END IF; END $$; \
     CREATE EVENT TRIGGER hold ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION hold.wait()";

#[test]
fn a_kill_while_the_database_is_brought_back_is_followed_by_another_restore() {
    let site = Site::of("10.11.0");
    let dump = site.world.dump();
    let archive = site.archive(&release("11.7.0").fault(Fault::NeverReady));
    let mut holder = site.world.database.connect_as_admin();
    holder.batch_execute(HOLD_RESTORES).unwrap();
    holder.batch_execute("SELECT pg_advisory_lock(4711)").unwrap();
    let mut upgrade = start(&site.upgrade_words(&archive, &["--start-timeout", "2s"]));
    let waiting = "wait_event = 'advisory'";
    await_that("the restore", || sessions(&site, waiting) > 0);
    let tool: i32 = pid_of(&site, waiting);
    signal(&upgrade, Signal::KILL);
    upgrade.wait().unwrap();
    thread::sleep(Duration::from_millis(200));
    assert_eq!(pid_of(&site, waiting), tool, "the tool goes on");
    let recover = start(&site.world.words(&["recover"]));
    await_that("another restore", || {
        sessions(&site, waiting) > 0 && pid_of(&site, waiting) != tool
    });
    holder.batch_execute("SELECT pg_advisory_unlock(4711)").unwrap();
    let output = recover.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    holder.batch_execute("DROP EVENT TRIGGER hold; DROP SCHEMA hold CASCADE").unwrap();
    assert_back(&site, &dump);
}

fn pid_of(site: &Site, condition: &str) -> i32 {
    let query = format!(
        "SELECT min(pid) FROM pg_stat_activity WHERE datname = current_database() AND {condition}"
    );
    let rows = site.world.database.connect_as_admin().query(&query, &[]).unwrap();
    rows.first().unwrap().get::<_, Option<i32>>(0).unwrap_or_default()
}
