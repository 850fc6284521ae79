//! Hops that fail: each time host and database are as before, and the old server serves.

use super::site::Site;
use crate::fakes::trailer::Fault;
use crate::support::world::release;

/// Fault, from, to, and words of the message.
fn cases() -> Vec<(&'static str, &'static str, &'static str, Fault, &'static [&'static str])> {
    vec![
        ("never ready", "10.11.0", "11.7.0", Fault::NeverReady, &["not ready within 3 s"]),
        ("never answers", "7.8.0", "9.11.0", Fault::NeverAnswers, &["not ready within 3 s"]),
        (
            "dies in morph's migration",
            "10.11.0",
            "11.7.0",
            Fault::DiesInMidMigration(3),
            &["ended before it was ready"],
        ),
        (
            "leaves a dirty migration",
            "5.9.0",
            "6.3.0",
            Fault::DiesInMidMigration(2),
            &["ended before it was ready"],
        ),
        (
            "falls back to defaults",
            "7.8.0",
            "9.11.0",
            Fault::FallsBackToDefaultConfig,
            &["default"],
        ),
        (
            "lies in its header",
            "10.11.0",
            "11.7.0",
            Fault::LiesAboutVersion {
                header: Some("10.11.0.10.11.0.abc.false".to_owned()),
                command: None,
            },
            &["10.11.0", "11.7.0"],
        ),
        (
            "finds its port taken",
            "10.11.0",
            "11.7.0",
            Fault::FindsPortTaken,
            &["address already in use"],
        ),
        (
            "ignores SIGTERM",
            "10.11.0",
            "11.7.0",
            Fault::IgnoresSigterm,
            &["does not end when it is asked to"],
        ),
        (
            "ends at once with 0",
            "10.11.0",
            "11.7.0",
            Fault::ExitsEarlyWithZero,
            &["ended before it was ready"],
        ),
    ]
}

#[test]
fn a_server_that_fails_leaves_the_old_one_serving_on_the_database_as_it_was() {
    for (name, from, to, fault, words) in cases() {
        eprintln!("{name}");
        let site = Site::of(from);
        let archive = site.archive(&release(to).fault(fault));
        let (host, dump) = (site.host(), site.world.dump());
        site.upgrade(&archive, &["--start-timeout", "3s"]).expect(4).saying(words);
        assert_eq!(site.world.dump(), dump, "{name}");
        assert_eq!(site.world.serving().as_deref(), Some(from), "{name}");
        assert_eq!(site.host(), host, "{name}");
        assert_eq!(site.world.messages(), ["first", "größte Übung"], "{name}");
        site.assert_own_files_are_there();
        assert_eq!(site.world.leftovers(), Vec::<std::path::PathBuf>::new(), "{name}");
    }
}

#[test]
fn an_old_server_that_ends_late_is_waited_for() {
    let slow = release("10.11.0").timings(|timings| timings.stop_ms = 1500);
    let site = Site::with(&slow, &[]);
    let archive = site.archive(&release("11.7.0"));
    site.upgrade(&archive, &[]).expect(0);
    assert_eq!(site.world.serving().as_deref(), Some("11.7.0"));
}
