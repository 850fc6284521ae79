//! What a server can do wrong at its first start: each time the host and its database are as before.

use crate::fakes::trailer::Fault;
use crate::support::world::{World, release};

/// Fault, version, and words of the message.
fn cases() -> Vec<(&'static str, &'static str, Fault, &'static [&'static str])> {
    vec![
        ("never ready", "10.11.0", Fault::NeverReady, &["not ready within 2 s", "--start-timeout"]),
        ("never answers", "10.11.0", Fault::NeverAnswers, &["not ready within 2 s"]),
        (
            "dies in the code's migration",
            "5.37.0",
            Fault::DiesInMidMigration(3),
            &["ended before it was ready"],
        ),
        (
            "dies in morph's migration",
            "10.11.0",
            Fault::DiesInMidMigration(40),
            &["ended before it was ready"],
        ),
        ("falls back to defaults", "7.8.0", Fault::FallsBackToDefaultConfig, &["default"]),
        ("finds its port taken", "10.11.0", Fault::FindsPortTaken, &["address already in use"]),
        (
            "finds its port taken and stays",
            "4.2.0",
            Fault::FindsPortTaken,
            &["address already in use"],
        ),
        (
            "lies in its header",
            "10.11.0",
            Fault::LiesAboutVersion {
                header: Some("9.5.0.9.5.0.abc.false".to_owned()),
                command: None,
            },
            &["9.5.0", "10.11.0"],
        ),
        (
            "ends at once with 0",
            "10.11.0",
            Fault::ExitsEarlyWithZero,
            &["ended before it was ready"],
        ),
    ]
}

#[test]
fn a_server_that_fails_leaves_host_and_database_as_they_were() {
    for (name, version, fault, words) in cases() {
        eprintln!("{name}");
        let world = World::new();
        let archive = world.archive(&release(version).fault(fault));
        let (host, content) = (world.host(), world.database_content());
        let said = world.install(&archive, &["--start-timeout", "2s"]).expect(4).saying(words);
        assert_eq!(world.host(), host, "{name}");
        assert_eq!(world.database_content(), content, "{name}");
        world.assert_nothing_runs();
        assert_log_is_named(&said.stderr);
        assert_eq!(world.leftovers(), Vec::<std::path::PathBuf>::new(), "{name}");
    }
}

/// The message says what happened, how the host is now, what to do next, and where the log is.
fn assert_log_is_named(stderr: &str) {
    for word in ["error:", "now:", "next:", "rolled back"] {
        assert!(stderr.contains(word), "{word} is missing in {stderr}");
    }
    let (_, directory) = stderr.rsplit_once("the log is in ").unwrap();
    let log = std::path::Path::new(directory.lines().next().unwrap()).join("server.log");
    assert!(log.is_file(), "{}", log.display());
}

#[test]
fn a_release_that_is_another_one_than_its_name_says_is_refused() {
    let world = World::new();
    let lie = Fault::LiesAboutVersion { header: None, command: Some("9.5.0".to_owned()) };
    let archive = world.archive(&release("10.11.0").fault(lie));
    let (host, content) = (world.host(), world.database_content());
    world.install(&archive, &[]).expect(7).saying(&["9.5.0, not 10.11.0", "now:", "next:"]);
    assert_eq!(world.host(), host);
    assert_eq!(world.database_content(), content);
}

#[test]
fn a_file_store_that_does_not_work_is_waited_for_and_then_refused() {
    let world = World::new();
    let archive = world.archive(&release("7.8.0").fault(Fault::FilestoreUnhealthy));
    let (host, content) = (world.host(), world.database_content());
    world.install(&archive, &["--start-timeout", "3s"]).expect(4).saying(&["file store"]);
    assert_eq!(world.host(), host);
    assert_eq!(world.database_content(), content);
    world.assert_nothing_runs();
}

#[test]
fn a_server_that_is_deaf_to_sigterm_is_killed_once_it_is_proven() {
    let world = World::new();
    let archive = world.archive(&release("10.11.0").fault(Fault::IgnoresSigterm));
    world.install(&archive, &[]).expect(0).saying(&["proved"]);
    world.assert_nothing_runs();
    assert_eq!(world.config()["TeamSettings"]["SiteName"], "Acme Chat");
}

#[test]
fn what_the_server_drops_is_told_and_can_be_looked_up() {
    let world = World::new();
    let fault = Fault::DropsAUserKey("TeamSettings.SiteName".to_owned());
    let archive = world.archive(&release("10.11.0").fault(fault));
    let said = world.install(&archive, &[]).expect(0);
    said.saying(&["the server changed TeamSettings.SiteName from \"Acme Chat\" to \"Mattermost\""]);
    assert_eq!(world.config()["TeamSettings"]["SiteName"], "Mattermost");
    let said = world.ask(&["config", "explain"], &["TeamSettings.SiteName"]).expect(0);
    said.saying(&["Mattermost", "Acme Chat", "server"]);
}

#[test]
fn ten_mebibytes_of_log_and_a_slow_start_are_no_failure() {
    let world = World::new();
    let release =
        release("10.11.0").fault(Fault::PrintsTenMebibytesOfLog).fault(Fault::SlowStart(1500));
    let archive = world.archive(&release);
    let said = world.install(&archive, &[]).expect(0);
    assert!(said.stderr.len() < 100_000, "{} bytes", said.stderr.len());
    assert!(world.receipt()["proof"]["ready_after_ms"].as_u64().unwrap() >= 1500);
}

#[test]
fn on_a_database_that_was_not_empty_nothing_is_taken_back() {
    let world = World::new();
    let mut client = world.database.connect();
    client.batch_execute("CREATE TABLE own (number integer); INSERT INTO own VALUES (7)").unwrap();
    drop(client);
    let archive = world.archive(&release("10.11.0").fault(Fault::NeverReady));
    let host = world.host();
    let more = ["--start-timeout", "2s", "--use-existing-database"];
    world.install(&archive, &more).expect(4).saying(&["still there"]);
    assert_eq!(world.host(), host);
    assert_eq!(world.database.value("SELECT number FROM own").as_deref(), Some("7"));
}
