#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "real files and real time"
)]

use std::fs::{self, File};
use std::time::Instant;

use super::*;
use crate::host::OpenProcess;

const SOON: Duration = Duration::from_secs(20);

fn sh(script: &str) -> CommandSpec {
    CommandSpec::new("sh").arg("-c").arg(script)
}

fn start(script: &str) -> ServerProcess {
    ServerProcess::start(&Exec::default(), &sh(script), io::sink()).unwrap()
}

/// Waits until so many lines came.
fn await_lines(server: &ServerProcess, count: usize) -> Vec<String> {
    let begin = Instant::now();
    let mut all = Vec::new();
    while all.len() < count && begin.elapsed() < SOON {
        all.extend(server.lines().lines);
        thread::sleep(Duration::from_millis(5));
    }
    all
}

fn is_gone(pid: &str) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < SOON {
        if identify(pid.parse().unwrap()).unwrap().is_none() {
            return true;
        }
        thread::sleep(Duration::from_millis(10));
    }
    false
}

#[test]
fn a_server_is_watched_and_stopped() {
    let mut server =
        start("trap 'echo bye; exit 7' TERM; echo up >&2; while :; do sleep 0.05; done");
    assert_eq!(await_lines(&server, 1), ["up"]);
    assert!(server.is_alive().unwrap());
    let stopped = server.stop(SOON).unwrap();
    assert_eq!(stopped, Stopped { exit: Exit::Code(7), killed: false });
    assert!(server.log_failure().is_none());
    assert_eq!(server.lines().lines, ["bye"]);
    assert_eq!(server.stop(SOON).unwrap(), stopped, "twice is once");
    server.kill().unwrap();
}

#[test]
fn one_that_ignores_sigterm_is_killed_with_its_plugins() {
    let mut server = start("trap '' TERM; sleep 1000 & echo $!; while :; do sleep 0.05; done");
    let plugin = await_lines(&server, 1).remove(0);
    let stopped = server.stop(Duration::from_millis(100)).unwrap();
    assert_eq!(stopped, Stopped { exit: Exit::Signal(9), killed: true });
    assert!(is_gone(&plugin));
}

#[test]
fn what_a_server_leaves_behind_dies_with_it() {
    let mut server = start("sleep 1000 & echo $!; exit 0");
    assert_eq!(server.wait(SOON).unwrap(), Some(Exit::Code(0)));
    let plugin = await_lines(&server, 1).remove(0);
    assert!(is_gone(&plugin));
}

#[test]
fn dropping_kills_and_leaving_does_not() {
    let server = start("exec sleep 1000");
    let identity = server.identity().clone();
    drop(server);
    assert!(OpenProcess::open(&identity).unwrap().is_none());

    let identity = start("exec sleep 1000").leave();
    let found = OpenProcess::open(&identity).unwrap().unwrap();
    found.kill().unwrap();
    assert!(found.wait_gone(SOON).unwrap());
}

#[test]
fn everything_said_is_in_the_log_and_the_lines_are_safe() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("server.log");
    let spec = sh(r"printf 'a\033[2Jb\n\377\n'; echo err >&2; printf unfinished");
    let log = File::create(&path).unwrap();
    let mut server = ServerProcess::start(&Exec::default(), &spec, log).unwrap();
    assert_eq!(server.wait(SOON).unwrap(), Some(Exit::Code(0)));
    assert!(server.log_failure().is_none());
    assert_eq!(server.lines().lines, ["a\\u{1b}[2Jb", "\u{fffd}", "err", "unfinished"]);
    assert_eq!(fs::read(&path).unwrap(), b"a\x1b[2Jb\n\xff\nerr\nunfinished");
}

#[test]
fn a_flood_neither_fills_the_log_nor_stops_the_server() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("server.log");
    let spec = sh("head -c 80000000 /dev/zero; echo; echo end");
    let log = File::create(&path).unwrap();
    let mut server = ServerProcess::start(&Exec::default(), &spec, log).unwrap();
    assert_eq!(server.wait(SOON * 3).unwrap(), Some(Exit::Code(0)));
    assert!(server.log_failure().is_none());
    let size = fs::metadata(&path).unwrap().len();
    assert!((LOG_CAP..LOG_CAP + 200).contains(&size), "{size}");
    let lines = server.lines().lines;
    assert_eq!(lines.len(), 2);
    assert!(lines[0].ends_with("more bytes]"));
    assert_eq!(lines[1], "end");
}

#[test]
fn a_log_that_cannot_be_written_does_not_stop_the_server() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut server =
        ServerProcess::start(&Exec::default(), &sh("echo one; echo two"), full).unwrap();
    assert_eq!(server.wait(SOON).unwrap(), Some(Exit::Code(0)));
    assert!(server.log_failure().is_some());
    assert_eq!(server.lines().lines, ["one", "two"]);
}

#[test]
fn a_server_that_cannot_start_is_an_error() {
    let spec = CommandSpec::new("/no/such/server");
    let error = ServerProcess::start(&Exec::default(), &spec, io::sink()).unwrap_err();
    assert!(error.to_string().contains("/no/such/server"), "{error}");
}
