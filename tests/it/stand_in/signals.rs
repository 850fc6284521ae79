//! Stopping, starting in the wrong place, ports that are taken, and the word to the service manager.

use std::os::unix::net::UnixDatagram;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::{Installation, release};
use crate::fakes::running::{Running, program};
use crate::fakes::trailer::Fault;

#[test]
fn a_running_server_ends_with_zero_at_term_and_int_and_dies_of_hup() {
    for version in ["3.10.3", "4.10.0", "5.9.0", "7.8.0", "11.7.0"] {
        for (signal, code, number) in [
            (Signal::TERM, Some(0), None),
            (Signal::INT, Some(0), None),
            (Signal::HUP, None, Some(1)),
        ] {
            let installation = Installation::of(&release(version));
            let mut server = installation.start();
            server.wait_until_ready();
            installation.let_settle();
            server.signal(signal);
            let status = server.wait();
            assert_eq!((status.code(), status.signal()), (code, number), "{version} {signal:?}");
        }
    }
}

#[test]
fn a_starting_server_dies_of_the_signal() {
    for version in ["4.10.0", "5.30.0", "7.8.0"] {
        let slow = release(version).fault(Fault::SlowStart(20_000));
        let installation = Installation::of(&slow);
        let mut server = installation.start();
        std::thread::sleep(Duration::from_millis(100));
        server.signal(Signal::TERM);
        assert_eq!(server.wait().signal(), Some(15), "{version}");
    }
}

#[test]
fn a_stop_takes_as_long_as_it_is_told_to() {
    let installation = Installation::of(&release("7.8.0").timings(|timings| timings.stop_ms = 700));
    let mut server = installation.start();
    server.wait_until_ready();
    let begun = Instant::now();
    server.signal(Signal::TERM);
    assert!(server.wait().success());
    assert!(begun.elapsed() >= Duration::from_millis(700));
}

#[test]
fn an_idle_connection_does_not_hold_the_stop_up() {
    let installation = Installation::of(&release("7.8.0"));
    let mut server = installation.start();
    server.wait_until_ready();
    let _idle = std::net::TcpStream::connect(("127.0.0.1", installation.port)).unwrap();
    let begun = Instant::now();
    assert!(server.stop().success());
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_server_started_elsewhere_ends_with_zero_panics_or_runs_by_era() {
    for (version, code) in [
        ("3.10.3", Some(0)),
        ("4.2.0", Some(0)),
        ("4.10.0", Some(2)),
        ("5.3.0", None),
        ("7.8.0", None),
    ] {
        let installation = Installation::of(&release(version));
        let mut command = Command::new(program(&installation.root));
        let elsewhere = tempfile::tempdir().unwrap();
        command.current_dir(elsewhere.path());
        let mut server = Running::spawn(command, &installation.root, installation.port);
        if let Some(code) = code {
            assert_eq!(server.wait().code(), Some(code), "{version}");
            assert!(server.console().contains("Unable to find i18n directory"), "{version}");
        } else {
            server.wait_until_ready();
            assert!(elsewhere.path().join("data").is_dir(), "{version}");
            assert!(server.console().contains("mkdir ./client/plugins: no such file"), "{version}");
        }
    }
}

#[test]
fn a_taken_port_is_noticed_after_the_migration() {
    for (version, code) in [
        ("3.10.3", None),
        ("4.2.0", None),
        ("4.10.0", Some(1)),
        ("5.37.0", Some(1)),
        ("7.8.0", Some(1)),
    ] {
        let installation = Installation::of(&release(version));
        let _taken = std::net::TcpListener::bind(("127.0.0.1", installation.port)).unwrap();
        let mut server = installation.start();
        let begun = Instant::now();
        while !server.console().contains("bind: address already in use") {
            assert!(begun.elapsed() < Duration::from_secs(20), "{version}");
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(installation.database()["users"].is_array(), "{version}");
        if let Some(code) = code {
            assert_eq!(server.wait().code(), Some(code), "{version}");
        } else {
            std::thread::sleep(Duration::from_millis(300));
            assert_eq!(server.ended(), None, "{version}");
            assert_eq!(server.stop().code(), Some(0), "{version}");
        }
    }
}

#[test]
fn ready_goes_to_the_service_manager_from_4_8_on() {
    for (version, told) in [("4.2.0", false), ("4.10.0", true), ("5.30.0", true), ("7.8.0", true)] {
        let installation = Installation::of(&release(version));
        let path = installation.directory.path().join("notify");
        let manager = UnixDatagram::bind(&path).unwrap();
        manager.set_read_timeout(Some(Duration::from_secs(if told { 20 } else { 1 }))).unwrap();
        let mut command = Command::new(program(&installation.root));
        command.current_dir(&installation.root).env("NOTIFY_SOCKET", &path);
        let mut server = Running::spawn(command, &installation.root, installation.port);
        let mut word = [0; 64];
        let received = manager.recv(&mut word).ok().map(|length| word[..length].to_vec());
        assert_eq!(received, told.then(|| b"READY=1".to_vec()), "{version}");
        server.wait_until_ready();
    }
}
