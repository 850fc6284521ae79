//! What a server can do wrong at its first start: each time the host and its database are as before.

use super::world::{World, release};
use crate::fakes::trailer::Fault;

/// Fault, version, and words of the message.
fn cases() -> Vec<(&'static str, &'static str, Fault, &'static [&'static str])> {
    vec![
        (
            "never ready",
            "10.11.0",
            Fault::NeverReady,
            &["not ready within 2 s", "--start-timeout"],
        ),
        (
            "never answers",
            "10.11.0",
            Fault::NeverAnswers,
            &["not ready within 2 s"],
        ),
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
        (
            "falls back to defaults",
            "7.8.0",
            Fault::FallsBackToDefaultConfig,
            &["default"],
        ),
        (
            "finds its port taken",
            "10.11.0",
            Fault::FindsPortTaken,
            &["address already in use"],
        ),
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
        let said = world
            .install(&archive, &["--start-timeout", "2s"])
            .expect(4)
            .saying(words);
        assert_eq!(world.host(), host, "{name}");
        assert_eq!(world.database_content(), content, "{name}");
        world.assert_nothing_runs();
        assert_log_is_named(&said.stderr);
        assert_eq!(
            world.leftovers(),
            Vec::<std::path::PathBuf>::new(),
            "{name}"
        );
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
