//! Faults on demand.

use std::io::{Read as _, Write as _};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::json;

use super::{Installation, release};
use crate::fakes::running::{output, program, read_config};
use crate::fakes::trailer::Fault;

const VERSION: &str = "10.11.0";

fn faulty(fault: Fault) -> Installation {
    Installation::of(&release(VERSION).fault(fault))
}

#[test]
fn never_ready_lives_without_a_port() {
    let installation = faulty(Fault::NeverReady);
    let mut server = installation.start();
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(server.ended(), None);
    assert!(server.get("/api/v4/system/ping").is_err());
}

#[test]
fn never_answers_accepts_and_is_silent() {
    let installation = faulty(Fault::NeverAnswers);
    let server = installation.start();
    let begun = Instant::now();
    let stream = loop {
        match std::net::TcpStream::connect(("127.0.0.1", installation.port)) {
            Ok(stream) => break stream,
            Err(error) => assert!(begun.elapsed().as_secs() < 20, "{error} {}", server.console()),
        }
    };
    (&stream).write_all(b"GET /api/v4/system/ping HTTP/1.1\r\n\r\n").unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    assert!((&stream).read(&mut [0; 1]).is_err());
}

#[test]
fn falls_back_to_default_config_and_writes_it() {
    let installation = faulty(Fault::FallsBackToDefaultConfig);
    installation.point(|config| config["TeamSettings"]["SiteName"] = json!("Ours"));
    installation.boot();
    assert_eq!(read_config(&installation.root)["TeamSettings"]["SiteName"], "Mattermost");
}

#[test]
fn drops_a_user_key_only() {
    let installation = faulty(Fault::DropsAUserKey("TeamSettings.SiteName".to_owned()));
    installation.point(|config| {
        config["TeamSettings"]["SiteName"] = json!("Ours");
        config["TeamSettings"]["MaxUsersPerTeam"] = json!(7);
    });
    installation.boot();
    let config = read_config(&installation.root);
    assert_eq!(config["TeamSettings"]["SiteName"], "Mattermost");
    assert_eq!(config["TeamSettings"]["MaxUsersPerTeam"], 7);
}

#[test]
fn finds_port_taken_though_it_is_free() {
    let installation = faulty(Fault::FindsPortTaken);
    let mut server = installation.start();
    assert_eq!(server.wait().code(), Some(1));
    assert!(server.console().contains("bind: address already in use"));
}

#[test]
fn lies_about_its_version_where_it_is_told_to() {
    let lie = Fault::LiesAboutVersion {
        header: Some("9.9.9.9.9.9.x.false".to_owned()),
        command: Some("8.8.8".to_owned()),
    };
    let installation = faulty(lie);
    let mut server = installation.start();
    assert_eq!(server.wait_until_ready().header("X-Version-Id"), Some("9.9.9.9.9.9.x.false"));
    let output = output(Command::new(program(&installation.root)).arg("version"));
    assert!(output.stdout.starts_with(b"Version: 8.8.8\nBuild Number: 8.8.8\n"));
}

#[test]
fn ignores_sigterm_until_it_is_killed() {
    let installation = faulty(Fault::IgnoresSigterm);
    let mut server = installation.start();
    server.wait_until_ready();
    server.signal(Signal::TERM);
    std::thread::sleep(Duration::from_millis(700));
    assert_eq!(server.ended(), None);
    server.signal(Signal::KILL);
    assert!(!server.wait().success());
}

#[test]
fn prints_ten_mebibytes_and_serves() {
    let installation = faulty(Fault::PrintsTenMebibytesOfLog);
    let mut server = installation.start();
    server.wait_until_ready();
    assert!(server.console().len() > 10 << 20);
}

#[test]
fn exits_early_with_zero() {
    assert_eq!(faulty(Fault::ExitsEarlyWithZero).start().wait().code(), Some(0));
}

#[test]
fn slow_start_takes_its_time() {
    let begun = Instant::now();
    let installation = faulty(Fault::SlowStart(1000));
    installation.start().wait_until_ready();
    assert!(begun.elapsed() > Duration::from_secs(1));
}

#[test]
fn an_unhealthy_file_store_is_seen_in_the_server_status_only() {
    let installation = faulty(Fault::FilestoreUnhealthy);
    let mut server = installation.start();
    assert_eq!(server.wait_until_ready().status, 200);
    let reply = server.get("/api/v4/system/ping?get_server_status=true").unwrap();
    assert_eq!((reply.status, reply.header("Filestore_status")), (500, Some("UNHEALTHY")));
    assert_eq!(reply.json()["database_status"], "OK");
}
