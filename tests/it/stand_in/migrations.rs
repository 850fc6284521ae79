//! The schema: fresh, chained, in jumps too wide, backwards, and killed half-way.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::{Value, json};

use super::{Installation, release};
use crate::fakes::postgres::{self, Database};
use crate::fakes::release::FixtureRelease;
use crate::fakes::trailer::Fault;

/// An installation on a real database.
fn on(release: &FixtureRelease, database: &Database) -> Installation {
    let installation = Installation::of(release);
    let url = database.url();
    installation.point(|config| {
        config["SqlSettings"]["DriverName"] = json!("postgres");
        config["SqlSettings"]["DataSource"] = json!(url);
    });
    installation
}

/// An installation on a database file that others use too.
fn at(release: &FixtureRelease, file: &Path) -> Installation {
    let installation = Installation::of(release);
    installation.point(|config| config["SqlSettings"]["DataSource"] = json!(file));
    installation
}

fn systems_version(database: &Database) -> Option<String> {
    database.value("SELECT value FROM systems WHERE name = 'Version'")
}

#[test]
fn a_fresh_database_gets_the_tables_of_its_version() {
    // version, tables, Systems.Version, max(db_migrations.version)
    let table = [
        ("3.10.3", 24, Some("3.10.0"), None),
        ("4.2.0", 27, Some("4.2.0"), None),
        ("4.10.0", 30, Some("4.10.0"), None),
        ("5.3.0", 31, Some("5.3.0"), None),
        ("5.9.0", 39, Some("5.9.0"), None),
        ("5.30.0", 46, Some("5.30.0"), None),
        ("5.37.0", 55, Some("5.37.0"), None),
        ("6.3.0", 55, Some("6.3.0"), None),
        ("6.7.0", 56, Some("6.7.0"), Some("80")),
        ("7.0.0", 56, Some("7.0.0"), Some("83")),
        ("7.8.0", 62, None, Some("100")),
    ];
    for (version, tables, systems, migrations) in table {
        let database = postgres::database();
        on(&release(version), &database).boot();
        assert_eq!(database.tables().len(), tables, "{version}");
        assert_eq!(systems_version(&database).as_deref(), systems, "{version}");
        let applied =
            migrations.and_then(|_| database.value("SELECT max(version) FROM db_migrations"));
        assert_eq!(applied.as_deref(), migrations, "{version}");
    }
}

#[test]
fn later_versions_have_more_of_everything() {
    let mut before = (62, 100);
    for version in ["9.11.0", "10.11.0", "11.7.0"] {
        let database = postgres::database();
        on(&release(version), &database).boot();
        let applied = database
            .value("SELECT max(version) FROM db_migrations")
            .unwrap()
            .parse::<i64>()
            .unwrap();
        let now = (database.tables().len(), applied);
        assert!(now.0 > before.0 && now.1 > before.1, "{version} {now:?}");
        assert!(applied > 121 && applied < 199, "{version} lies between 9.9 and 11.9");
        before = now;
    }
}

#[test]
fn a_database_goes_through_all_versions_and_keeps_its_rows() {
    let chain = [
        ("3.10.3", 24, "3.10.0"),
        ("4.2.0", 27, "4.2.0"),
        ("4.10.0", 30, "4.10.0"),
        ("5.3.0", 31, "5.3.0"),
        ("5.9.0", 39, "5.9.0"),
        ("5.30.0", 46, "5.30.0"),
        ("5.37.0", 55, "5.37.0"),
        ("6.3.0", 55, "6.3.0"),
        ("6.7.0", 57, "6.4.0"),
        ("7.0.0", 57, "6.4.0"),
        ("7.8.0", 63, "6.4.0"),
        ("9.11.0", 67, "6.4.0"),
        ("10.11.0", 73, "6.4.0"),
        ("11.7.0", 79, "6.4.0"),
    ];
    let database = postgres::database();
    for (hop, (version, tables, systems)) in chain.into_iter().enumerate() {
        let installation = on(&release(version), &database);
        let mut server = installation.start();
        server.wait_until_ready();
        let post = server
            .post("/api/v4/posts", &json!({ "message": format!("at {version} – ✓") }))
            .unwrap();
        assert_eq!(post.status, 201, "{version}");
        assert_eq!(
            server.get("/api/v4/posts/count").unwrap().json()["count"],
            hop + 1,
            "{version}"
        );
        assert_eq!(database.tables().len(), tables, "{version}");
        assert_eq!(systems_version(&database).as_deref(), Some(systems), "{version}");
    }
    assert_eq!(
        database.value("SELECT message FROM posts ORDER BY createat LIMIT 1").unwrap(),
        "at 3.10.3 – ✓"
    );
}

#[test]
fn a_skipped_version_leaves_systems_where_it_was() {
    let database = postgres::database();
    on(&release("5.37.0"), &database).boot();
    let copy = database.copy();
    on(&release("7.8.0"), &copy).boot();
    assert_eq!((copy.tables().len(), systems_version(&copy).as_deref()), (63, Some("5.37.0")));
    assert_eq!(
        (database.tables().len(), systems_version(&database).as_deref()),
        (55, Some("5.37.0"))
    );
}

/// How a jump ends: the exit code and what must be on the console; `None` when it works.
type Outcome = Option<(i32, &'static str)>;

const TOO_OLD: Outcome = Some((1, "column \\\"schemeid\\\" does not exist"));
const SUPPORTS: &str =
    "supports automatic upgrades from schema version 3.0.0 through schema version";

/// From, to, and what came of it. Where several versions stand before the jump, each was run on the database in turn.
const JUMPS: [(&str, &str, Outcome); 28] = [
    ("3.10.3", "5.9.0", None),
    ("3.10.3", "5.37.0", TOO_OLD),
    ("3.10.3", "6.3.0", TOO_OLD),
    ("3.10.3", "7.0.0", TOO_OLD),
    ("3.10.3", "7.8.0", TOO_OLD),
    ("4.10.0", "7.0.0", TOO_OLD),
    ("4.10.0", "11.7.0", TOO_OLD),
    ("5.3.0", "5.37.0", None),
    ("5.3.0", "7.0.0", Some((1, "invalid input syntax for type bigint"))),
    ("5.9.0", "7.0.0", None),
    ("5.30.0", "7.0.0", None),
    ("5.37.0", "7.0.0", None),
    ("6.3.0", "7.0.0", None),
    ("7.0.0", "7.8.0", None),
    ("7.0.0", "6.7.0", None),
    ("6.3.0 -> 7.0.0", "6.3.0", None),
    ("6.3.0 -> 6.7.0", "6.3.0", None),
    ("6.3.0 -> 6.7.0", "5.37.0", Some((1, "supports only >=5.37.0, <6.0.0."))),
    ("6.3.0", "5.37.0", Some((1, "Database schema version 6.3.0 is not supported."))),
    ("5.37.0", "5.30.0", None),
    ("6.3.0 -> 7.0.0", "5.9.0", Some((234, SUPPORTS))),
    ("5.30.0", "5.9.0", Some((234, SUPPORTS))),
    ("5.9.0", "5.3.0", Some((234, SUPPORTS))),
    ("6.3.0 -> 7.0.0", "4.10.0", Some((234, SUPPORTS))),
    ("4.10.0", "4.2.0", Some((234, "Downgrades are not supported."))),
    ("4.2.0", "3.10.3", Some((234, "You must not skip a version."))),
    ("11.7.0", "10.11.0", None),
    ("11.7.0", "7.8.0", None),
];

#[test]
fn direct_jumps_and_downgrades_end_as_they_did() {
    for (from, to, outcome) in JUMPS {
        let mut versions = from.split(" -> ");
        let first = Installation::of(&release(versions.next().unwrap()));
        first.boot();
        for version in versions {
            at(&release(version), &first.database_file()).boot();
        }
        let second = at(&release(to), &first.database_file());
        let mut server = second.start();
        let Some((code, said)) = outcome else {
            server.wait_until_ready();
            continue;
        };
        assert_eq!(server.wait().code(), Some(code), "{from} -> {to}: {}", server.console());
        assert!(server.console().contains(said), "{from} -> {to}: {}", server.console());
    }
}

#[test]
fn a_newer_schema_of_the_same_major_version_is_worth_a_warning() {
    let first = Installation::of(&release("5.37.0"));
    first.boot();
    let second = at(&release("5.30.0"), &first.database_file());
    let mut server = second.start();
    server.wait_until_ready();
    assert!(
        server.console().contains("The database schema version and model versions do not match")
    );
}

fn tables(database: &Value) -> usize {
    database.as_object().unwrap().len()
}

#[test]
fn failed_jumps_leave_what_they_left() {
    // 5.3 -> 7.0 stops in the middle.
    let first = Installation::of(&release("5.3.0"));
    first.boot();
    at(&release("7.0.0"), &first.database_file()).start().wait();
    let database = first.database();
    assert_eq!((tables(&database), database["db_migrations"].as_array().unwrap().len()), (38, 13));

    // 3.10 -> 7.0 leaves two empty tables, and is not poisoned.
    let first = Installation::of(&release("3.10.3"));
    first.boot();
    at(&release("7.0.0"), &first.database_file()).start().wait();
    let database = first.database();
    assert_eq!((tables(&database), database["db_migrations"].as_array().unwrap().len()), (26, 0));
    at(&release("5.9.0"), &first.database_file()).boot();
    at(&release("7.0.0"), &first.database_file()).boot();

    // 3.10 makes a table before it refuses.
    let first = Installation::of(&release("4.2.0"));
    first.boot();
    at(&release("3.10.3"), &first.database_file()).start().wait();
    assert_eq!(tables(&first.database()), 28);
}

#[test]
fn a_failed_jump_to_golang_migrate_poisons_the_database() {
    for version in ["5.37.0", "6.3.0"] {
        let first = Installation::of(&release("3.10.3"));
        first.boot();
        at(&release(version), &first.database_file()).start().wait();
        assert_eq!(tables(&first.database()), 25);
        assert_eq!(first.database()["schema_migrations"], json!([{ "version": 1, "dirty": true }]));
        at(&release("3.10.3"), &first.database_file()).boot();
        at(&release("5.9.0"), &first.database_file()).boot();
        let poisoned = at(&release(version), &first.database_file());
        let mut server = poisoned.start();
        assert_eq!(server.wait().code(), Some(1));
        assert!(
            server.console().contains("Dirty database version 1. Fix and force version."),
            "{}",
            server.console()
        );
    }
}

/// Starts a server that takes its time, kills it once `reached` says so.
fn kill_when(installation: &Installation, mut reached: impl FnMut() -> bool) {
    let mut server = installation.start();
    let begun = Instant::now();
    while !reached() {
        assert!(begun.elapsed() < Duration::from_secs(30), "{}", server.console());
        std::thread::sleep(Duration::from_millis(2));
    }
    server.signal(Signal::KILL);
    assert_eq!(server.wait().signal(), Some(9));
}

fn count_tables(watcher: &mut ::postgres::Client) -> i64 {
    let query = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'";
    watcher.query_one(query, &[]).unwrap().get(0)
}

fn slow(version: &str) -> FixtureRelease {
    release(version).timings(|timings| {
        timings.migration_step_ms = 20;
        timings.lock_wait_ms = 1500;
    })
}

#[test]
fn killed_in_the_middle_code_recovers() {
    let database = postgres::database();
    let installation = on(&slow("5.30.0"), &database);
    let mut watcher = database.connect();
    kill_when(&installation, || count_tables(&mut watcher) > 10);
    assert!(database.tables().len() < 46);
    on(&release("5.30.0"), &database).boot();
    assert_eq!(database.tables().len(), 46);
}

#[test]
fn killed_in_the_middle_golang_migrate_stays_dirty() {
    let database = postgres::database();
    let installation = on(&slow("6.3.0"), &database);
    let mut watcher = database.connect();
    kill_when(&installation, || count_tables(&mut watcher) > 10);
    let dirty = database.value("SELECT version FROM schema_migrations WHERE dirty").unwrap();
    let again = on(&release("6.3.0"), &database);
    let mut server = again.start();
    assert_eq!(server.wait().code(), Some(1));
    assert!(
        server.console().contains(&format!("Dirty database version {dirty}.")),
        "{}",
        server.console()
    );
}

#[test]
fn killed_in_the_middle_morph_recovers_after_its_lock_has_expired() {
    let database = postgres::database();
    let installation = on(&slow("10.11.0"), &database);
    let mut watcher = database.connect();
    kill_when(&installation, || count_tables(&mut watcher) > 20);
    assert!(database.value("SELECT id FROM db_lock").is_some());
    let begun = Instant::now();
    on(&release("10.11.0").timings(|timings| timings.lock_wait_ms = 1500), &database).boot();
    assert!(begun.elapsed() > Duration::from_secs(1), "it waits for the lock");
    assert_eq!(database.tables().len(), 72);
    assert_eq!(database.value("SELECT id FROM db_lock"), None);
}

#[test]
fn a_fault_dies_at_the_step_it_names() {
    for (version, step) in [("5.9.0", 5), ("6.3.0", 30), ("11.7.0", 100)] {
        let installation =
            Installation::of(&release(version).fault(Fault::DiesInMidMigration(step)));
        assert_eq!(installation.start().wait().code(), Some(2), "{version}");
        let tables = tables(&installation.database());
        assert!(tables > 0 && tables < 79, "{version}: {tables}");
    }
}

#[test]
fn without_a_database_the_server_tries_as_often_as_its_era_does() {
    for (version, attempts, code) in [
        ("3.10.3", 0, 102),
        ("4.2.0", 17, 102),
        ("5.37.0", 17, 102),
        ("6.3.0", 17, 1),
        ("10.11.0", 4, 1),
    ] {
        let database = postgres::database();
        let installation = on(&release(version), &database);
        installation.point(|config| {
            let url = database.url().replace(&format!("/{}?", database.name), "/nowhere?");
            config["SqlSettings"]["DataSource"] = json!(url);
        });
        let mut server = installation.start();
        assert_eq!(server.wait().code(), Some(code), "{version}");
        let console = server.console();
        let retries = console
            .lines()
            .filter(|line| line.contains("Failed to ping DB") && line.contains("retrying"))
            .count();
        assert_eq!(retries, attempts, "{version}: {console}");
        assert!(
            console.contains("database \\\"nowhere\\\" does not exist")
                || console.contains("database \"nowhere\" does not exist"),
            "{console}"
        );
    }
}
