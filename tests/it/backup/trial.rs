//! A dump that is brought back on trial before it counts; and what is in the database besides tables of the server.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use mmembed::engine::{BackupError, BackupWish, DumpError};

use super::site::{Site, WISH};

const TRIAL: BackupWish = BackupWish { verify_restore: true, ..WISH };

/// Databases of that name that somebody left behind.
fn scratch_databases(site: &Site, id: &str) -> Option<String> {
    let name = format!("mmembed_verify_{}", id.to_lowercase().replace('-', "_"));
    site.database.value(&format!(
        "SELECT string_agg(datname, ',') FROM pg_database WHERE datname LIKE '{name}%'"
    ))
}

#[test]
fn its_rows_are_those_of_the_database_and_nothing_is_left_of_the_trial() {
    let site = Site::new();
    site.database
        .connect()
        .batch_execute(
            "CREATE TABLE posts (id int PRIMARY KEY); INSERT INTO posts SELECT generate_series(1, 77);
             CREATE TABLE nothing (id int); CREATE VIEW v AS SELECT * FROM posts;",
        )
        .unwrap();
    site.database
        .connect_as_admin()
        .batch_execute("CREATE EXTENSION IF NOT EXISTS plpgsql")
        .unwrap();
    let made = site.create(TRIAL);
    let database = made.database.unwrap();
    assert!(database.restore_verified);
    let rows: Vec<_> =
        database.tables.iter().map(|table| (table.name.as_str(), table.rows)).collect();
    assert_eq!(rows, [("nothing", Some(0)), ("posts", Some(77))]);
    assert_eq!(scratch_databases(&site, made.id.as_str()), None);
}

#[test]
fn a_role_that_may_not_make_databases_is_told_so() {
    let site = Site::new();
    let name = &site.database.name;
    site.database
        .connect_as_admin()
        .batch_execute(&format!(
            "CREATE ROLE poor_{name} LOGIN PASSWORD 'w\u{f6}rd&1'; GRANT ALL ON DATABASE {name} TO poor_{name};
             GRANT ALL ON SCHEMA public TO poor_{name}"
        ))
        .unwrap();
    site.write_config("postgres", &site.database.url_for(&format!("poor_{name}"), "w%C3%B6rd%261"));
    let error = site.create_on(&site.host(), TRIAL).unwrap_err();
    assert!(matches!(error, BackupError::Dump(DumpError::NoScratch(_))), "{error:?}");
    assert!(error.to_string().contains("permission denied to create database"), "{error}");
    assert_eq!(site.backups(), [""; 0]);
    // Without the trial it is made.
    site.create(WISH);
}

#[test]
fn a_trial_that_fails_leaves_no_database() {
    let site = Site::new();
    site.database.connect().batch_execute("CREATE TABLE posts (id int)").unwrap();
    let programs = site.root().join("programs");
    fs::create_dir(&programs).unwrap();
    let script = "#!/bin/sh\ncase \"$*\" in *--list*) exec /usr/bin/pg_restore \"$@\";; esac\necho 'pg_restore: error: no' >&2; exit 1\n";
    let tool = programs.join("pg_restore");
    fs::write(&tool, script).unwrap();
    for path in [&programs, &tool] {
        fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    let error = site.create_on(&site.host_finding(&programs), TRIAL).unwrap_err();
    assert!(matches!(error, BackupError::Dump(DumpError::Failed { .. })), "{error:?}");
    assert_eq!(site.backups(), [""; 0]);
    // Other tests try their dumps at the same time, but none of theirs stays.
    let begun = Instant::now();
    let listed =
        "SELECT string_agg(datname, ' ') FROM pg_database WHERE datname LIKE 'mmembed_verify%'";
    while let Some(left) = site.database.value(listed) {
        assert!(begun.elapsed() < Duration::from_secs(20), "{left}");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_configuration_in_the_database_is_saved_beside_it() {
    let site = Site::new();
    site.database
        .connect()
        .batch_execute(
            "CREATE TABLE configurations (id varchar(26) PRIMARY KEY, value text NOT NULL, createat bigint NOT NULL, active boolean NULL UNIQUE);
             INSERT INTO configurations VALUES ('old', '{\"a\": 0}', 1, NULL), ('new', E'{\\n  \"a\": \"\u{e9}\"\\n}', 2, true)",
        )
        .unwrap();
    let made = site.create(WISH);
    let part = made.database.unwrap().config.unwrap();
    let text = fs::read_to_string(site.place(&made.id).join(part.as_path())).unwrap();
    assert_eq!(text.trim_end(), "{\n  \"a\": \"\u{e9}\"\n}");
    site.database.connect().batch_execute("DELETE FROM configurations WHERE active").unwrap();
    let made = site.create(WISH);
    assert_eq!(made.database.unwrap().config, None);
    assert!(!site.place(&made.id).join("config-database.json").exists());
}

#[test]
fn other_sessions_of_the_same_role_are_seen() {
    let site = Site::new();
    let config = Site::config();
    let others = || {
        mmembed::engine::other_sessions(&site.host(), &site.prefix, &config, site.other_user())
            .unwrap()
    };
    assert_eq!(others(), []);
    let session = site.database.connect();
    assert_eq!(others().len(), 1);
    drop(session);
    let _admin = site.database.connect_as_admin();
    let begun = Instant::now();
    while !others().is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", others());
    }
}
