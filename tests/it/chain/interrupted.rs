//! Chains that are interrupted while their server is in the dark: nobody forgets it, and nothing that people did is lost.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStderr, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::way::{STOPS, Way};
use crate::fakes::release::FixtureRelease;
use crate::fakes::trailer::Fault;
use crate::support::said::Said;
use crate::support::world::{STATE, World, release};

/// Two hops, over the second of [`STOPS`] to the third.
const VIA: [&str; 2] = ["--via", STOPS[1]];

/// The way over [`STOPS`], the third hop of which has a server that does not start.
fn broken_at_the_third() -> Way {
    let mut releases: Vec<FixtureRelease> = STOPS.iter().map(|it| release(it)).collect();
    releases[3] = release(STOPS[3]).fault(Fault::DiesInMidMigration(3));
    Way::of(&releases)
}

/// Writes a program that runs in this phase, and gives the words that name it.
pub(super) fn hook(way: &Way, phase: &str, script: &str) -> [String; 2] {
    let directory = way.world.beside("hooks").join(phase);
    fs::create_dir_all(&directory).unwrap();
    let path = directory.join("10-test");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    for path in [directory.parent().unwrap(), &directory, &path] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    ["--hooks".to_owned(), way.world.beside("hooks").display().to_string()]
}

/// Walks over the second of [`STOPS`] to `to` and is killed once the first hop is committed, its server in the dark.
fn killed_after_the_first_hop(way: &Way, to: &str, more: &[&str]) {
    let mark = way.world.beside("mark");
    let script = format!("[ -e {0} ] || {{ touch {0}; kill -9 $PPID; sleep 1; }}", mark.display());
    let hooks = hook(way, "after-commit", &script);
    let hooks: Vec<&str> = hooks.iter().map(String::as_str).collect();
    let words = way.words(&["upgrade"], to, &[&VIA, more, &hooks].concat());
    let output = World::command(&words).output().unwrap();
    assert_eq!(output.status.signal(), Some(9), "{}", Said::of(output).all());
    assert_eq!(way.world.serving(), None);
}

/// Starts it with its events on standard error.
fn started(words: &[String]) -> Child {
    let mut command: Command = World::command(words);
    command.args(["--json", "--progress-fd", "2"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits until the second hop's server says something.
fn await_the_second_server(running: &mut Child) -> BufReader<ChildStderr> {
    let mut stderr = BufReader::new(running.stderr.take().unwrap());
    let (mut hop, mut speaks) = (0, false);
    while !(hop == 2 && speaks) {
        let mut line = String::new();
        assert_ne!(stderr.read_line(&mut line).unwrap(), 0, "it ended before");
        let event: Value = serde_json::from_str(&line).unwrap_or_default();
        hop = event["number"].as_u64().unwrap_or(hop);
        speaks = event["event"] == "server-log";
    }
    stderr
}

fn slow(version: &str) -> FixtureRelease {
    release(version).timings(|timings| timings.migration_step_ms = 700)
}

/// Where the second hop takes its time to migrate.
fn slow_at_the_second() -> Way {
    Way::of(&[release(STOPS[0]), release(STOPS[1]), slow(STOPS[2])])
}

#[test]
fn what_fails_after_a_commit_half_way_does_not_leave_the_server_in_the_dark() {
    let way = Way::over(&STOPS[..3]);
    let broken = way.world.beside("broken");
    fs::write(&broken, "").unwrap();
    let hooks = hook(&way, "after-commit", &format!("[ ! -e {} ]", broken.display()));
    let hooks: Vec<&str> = hooks.iter().map(String::as_str).collect();
    let said = way.upgrade(STOPS[2], &[&VIA[..], &hooks].concat()).expect(9);
    said.saying(&["10-test", "in the dark", "recover", "no server serves yet"]);
    way.world.ask(&["status"], &[]).expect(0).saying(&["a chain was interrupted", "in the dark"]);
    way.world.ask(&["recover"], &[]).expect(9);
    fs::remove_file(broken).unwrap();
    way.world.ask(&["recover"], &[]).expect(0).saying(&[STOPS[1], "is in force"]);
    way.assert_intact(STOPS[1]);
}

#[test]
fn asked_once_to_stop_in_mid_migration_one_backup_brings_everything_back() {
    let way = slow_at_the_second();
    let dump = way.world.dump();
    let more = [&VIA[..], &["--backup", "once"]].concat();
    let words = way.words(&["upgrade"], STOPS[2], &more);
    let mut running = started(&words);
    let stderr = await_the_second_server(&mut running);
    let pid = i32::try_from(running.id()).unwrap();
    kill_process(Pid::from_raw(pid).unwrap(), Signal::INT).unwrap();
    let rest: Vec<String> = stderr.lines().map(Result::unwrap).collect();
    let said = Said::of(running.wait_with_output().unwrap()).expect(4);
    eprintln!("{}\n{}", rest.join("\n"), said.all());
    let report = said.json();
    let now = report["failure"]["now"].as_str().unwrap();
    assert!(now.contains("went back") && now.contains(STOPS[0]), "{now}");
    way.assert_intact(STOPS[0]);
    assert_eq!(way.world.dump(), dump);
}

#[test]
fn killed_in_the_first_hop_one_backup_is_that_of_the_hop_that_was_made() {
    let way = broken_at_the_third();
    let dump = way.world.dump();
    let more = ["--via", STOPS[2], "--via", STOPS[3], "--backup", "once"];
    let words = way.words(&["upgrade"], "11.7.0", &more);
    let killed = World::command(&words).env("MMEMBED_TEST_KILL_AT", "150").output().unwrap();
    assert_eq!(killed.status.signal(), Some(9));
    way.world.run(&words).expect(4).saying(&["where the chain began"]);
    way.assert_intact(STOPS[0]);
    assert_eq!(way.world.dump(), dump);
}

#[test]
fn what_people_did_while_a_chain_was_interrupted_is_never_taken_back() {
    let way = broken_at_the_third();
    let more = ["--via", STOPS[2], "--via", STOPS[3], "--backup", "once"];
    let stops = way.world.beside("stops");
    let hooks = hook(&way, "before-stop", &format!("echo stop >> {}", stops.display()));
    killed_after_the_first_hop(&way, "11.7.0", &more);
    // A machine that is switched on again starts its services.
    way.ctl.start(&way.world);
    assert!(way.world.post("in between"));
    let hooks: Vec<&str> = hooks.iter().map(String::as_str).collect();
    let said = way.upgrade("11.7.0", &[&more[..], &hooks].concat()).expect(4);
    said.saying(&["where the chain was taken up"]);
    assert_eq!(fs::read_to_string(stops).unwrap(), "stop\nstop\n");
    assert_eq!(way.world.serving().as_deref(), Some(STOPS[1]));
    assert_eq!(way.world.messages(), ["first", "größte Übung", "in between"]);
    way.assert_closed();
}

#[test]
fn a_rollback_half_way_ends_the_chain_unless_it_is_refused() {
    let way = Way::over(&STOPS[..3]);
    killed_after_the_first_hop(&way, STOPS[2], &[]);
    way.ctl.start(&way.world);
    assert!(way.world.post("in between"));
    way.ctl.stop();
    way.world.ask(&["rollback"], &[]).expect(3).saying(&["--accept-data-loss"]);
    way.world.ask(&["status"], &[]).expect(0).saying(&["a chain was interrupted"]);
    way.world.ask(&["rollback", "--accept-data-loss"], &[]).expect(0);
    way.assert_intact(STOPS[0]);
}

#[test]
fn a_chain_that_has_stopped_a_server_is_not_gone_on_with_without_one() {
    let way = Way::over(&STOPS[..3]);
    killed_after_the_first_hop(&way, STOPS[2], &[]);
    way.world.run(&way.words(&["plan"], STOPS[2], &VIA)).expect(6).saying(&["interrupted"]);
    way.upgrade(STOPS[2], &["--no-start"]).expect(6).saying(&["half way", "recover"]);
    way.world.run(&way.words(&["plan"], STOPS[2], &[])).expect(10);
    way.world.ask(&["recover"], &[]).expect(0).saying(&[STOPS[1]]);
    way.assert_intact(STOPS[1]);
}

#[test]
fn what_people_did_in_mid_chain_goes_only_where_somebody_says_so() {
    let way = slow_at_the_second();
    let dump = way.world.dump();
    let more = [&VIA[..], &["--backup", "once"]].concat();
    let words = way.words(&["upgrade"], STOPS[2], &more);
    let mut running = started(&words);
    drop(await_the_second_server(&mut running));
    running.kill().unwrap();
    running.wait().unwrap();
    let now = "UPDATE posts SET updateat = (extract(epoch FROM now()) * 1000)::bigint + 1000";
    way.world.database.connect().batch_execute(now).unwrap();
    way.world.ask(&["recover"], &[]).expect(5).saying(&["--accept-data-loss", "in the dark"]);
    way.world.ask(&["status"], &[]).expect(0).saying(&["a chain was interrupted"]);
    let said = way.world.ask(&["recover", "--accept-data-loss"], &[]).expect(0);
    said.saying(&[STOPS[0], "is in force"]);
    way.assert_intact(STOPS[0]);
    assert_eq!(way.world.dump(), dump);
}

#[test]
fn how_long_it_was_dark_since_an_earlier_command_is_not_made_up() {
    let way = Way::over(&STOPS[..3]);
    killed_after_the_first_hop(&way, STOPS[2], &[]);
    let walk = way.upgrade(STOPS[2], &["--json"]).expect(0).json()["walk"].clone();
    assert_eq!((&walk["served"], &walk["dark_ms"]), (&Value::from("again"), &Value::Null));
    way.assert_intact(STOPS[2]);
}

#[test]
fn a_walk_says_each_thing_once_and_tells_the_time() {
    let way = Way::over(&STOPS[..3]);
    let said = way.upgrade(STOPS[2], &VIA).expect(0);
    let timed = |line: &str| line.get(2..3) == Some(":") && line.get(5..7) == Some("  ");
    let hops: Vec<&str> = said.stderr.lines().filter(|line| line.contains("hop ")).collect();
    assert!(hops.len() >= 2 && hops.iter().all(|line| timed(line)), "{hops:?}");
    let server = said.stderr.lines().filter(|line| line.contains("server: "));
    assert!(server.count() > 0, "{}", said.stderr);
    let said = way.world.ask(&["rollback"], &[]).expect(0);
    assert!(!said.stderr.lines().any(timed), "{}", said.stderr);
    let said = way.upgrade(STOPS[2], &["--json"]).expect(0).json();
    let findings = said["findings"].as_array().cloned().unwrap_or_default();
    for (at, finding) in findings.iter().enumerate() {
        let again = findings[at + 1..].iter().any(|it| it["text"] == finding["text"]);
        assert!(!again, "{finding}");
    }
}

/// Killed before each record at which one hop gives way to the next, and before each one of letting out: a fresh process
/// finds a release that is proven, lets it out, and leaves nothing behind.
#[test]
fn killed_in_the_gaps_recover_lets_out_what_was_reached() {
    let (first, second) = {
        let way = Way::over(&STOPS[..3]);
        way.upgrade(STOPS[2], &VIA).expect(0);
        let transactions = way.world.below(STATE).join("txn");
        let mut journals: Vec<_> =
            fs::read_dir(transactions).unwrap().map(|entry| entry.unwrap().path()).collect();
        journals.sort();
        let lines = |at: usize| {
            fs::read_to_string(journals[at].join("journal.jsonl")).unwrap().lines().count()
        };
        (lines(journals.len() - 2), lines(journals.len() - 1))
    };
    for (at, reached) in
        [(0, STOPS[0]), (first - 1, STOPS[1]), (first, STOPS[1]), (first + second - 1, STOPS[2])]
    {
        let way = Way::over(&STOPS[..3]);
        let words = way.words(&["upgrade"], STOPS[2], &VIA);
        killed_at_record(&words, at);
        // Letting out is killed too, at each of its records, and goes on.
        let recover = way.world.words(&["recover"]);
        if at == first {
            (0..6).for_each(|record| killed_at_record(&recover, record));
        }
        let said = way.world.run(&recover);
        eprintln!("at {at}: {}", said.all());
        assert_eq!(said.code, Some(0));
        way.assert_intact(reached);
        way.world.assert_nothing_runs_but_the_server();
    }
}

fn killed_at_record(words: &[String], at: usize) {
    let mut command: Command = World::command(words);
    command.env("MMEMBED_TEST_KILL_AT_RECORD", at.to_string()).output().unwrap();
}
