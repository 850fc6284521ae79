//! The same with a real `MariaDB`.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use mmembed::engine::{BackupError, BackupWish, DumpError, verify_backup};
use mmembed::host::{Cancel, Fault, Meter};
use serde_json::Value;

use super::site::{Site, WISH, assert_no_secret};
use crate::fakes::mariadb::{MariaDatabase, mariadb};
use crate::fakes::postgres::database;

/// What a server of the 5.x and 6.x releases makes, and what else a site may have.
const EVERYTHING: &str = "
CREATE TABLE Users (Id varchar(26) PRIMARY KEY, Email varchar(128) UNIQUE, Props json, UpdateAt bigint) CHARSET utf8mb4;
CREATE TABLE Posts (Id bigint AUTO_INCREMENT PRIMARY KEY, UserId varchar(26), Message text, Raw blob,
  Kind enum('O','P') DEFAULT 'O', FULLTEXT KEY idx_message (Message),
  CONSTRAINT fk_user FOREIGN KEY (UserId) REFERENCES Users (Id)) CHARSET utf8mb4;
CREATE TABLE `we``ird name; --` (`col umn` int);
INSERT INTO Users VALUES ('u1', 'a@x', '{\"a\": 1}', 1), ('u2', NULL, NULL, 2);
INSERT INTO Posts (UserId, Message, Raw) VALUES ('u1', 'a\\tb\\nc\\\\ \u{1F600}', x'00ff0a1a5c27'), ('u2', '''', NULL);
ALTER TABLE Posts AUTO_INCREMENT = 1000;
CREATE VIEW Recent AS SELECT Posts.Id, Email FROM Posts JOIN Users ON Users.Id = UserId;
CREATE TRIGGER touched BEFORE INSERT ON Users FOR EACH ROW SET NEW.UpdateAt = 7;
";

const CHANGED: &str = "
ALTER TABLE Posts DROP FOREIGN KEY fk_user;
ALTER TABLE Posts DROP COLUMN Raw;
UPDATE Posts SET Message = 'gone';
DROP TABLE `we``ird name; --`;
CREATE TABLE NewTable (Id int PRIMARY KEY, Parent bigint, FOREIGN KEY (Parent) REFERENCES Posts (Id));
CREATE VIEW OnNew AS SELECT * FROM NewTable;
CREATE SEQUENCE Numbers;
CREATE PROCEDURE nothing() SELECT 1;
CREATE FUNCTION one() RETURNS int DETERMINISTIC RETURN 1;
DROP VIEW Recent;
";

fn site() -> (Site, MariaDatabase) {
    let maria = mariadb();
    // The other database is not looked at.
    let site = Site::on(database(), "mysql", &maria.source());
    (site, maria)
}

#[test]
fn everything_a_database_may_hold_is_brought_back_as_it_was() {
    let (site, maria) = site();
    maria.ask(EVERYTHING);
    let before = maria.content();
    assert!(before.contains("Recent") && before.contains("touched"), "{before}");
    let made = site.create(WISH);
    assert_eq!(maria.content(), before, "saving changes nothing");
    let database = made.database.as_ref().unwrap();
    assert_eq!(database.description.driver, "mysql");
    assert_eq!(
        database.tables.iter().map(|table| table.name.as_str()).collect::<Vec<_>>(),
        ["Posts", "Users", "we`ird name; --"]
    );
    maria.ask(CHANGED);
    assert_ne!(maria.content(), before);
    site.restore(&made.id);
    assert!(maria.content() == before, "{}\n{}", before, maria.content());
    site.restore(&made.id);
    assert!(maria.content() == before);
}

#[test]
fn after_a_crash_at_any_moment_a_database_can_be_brought_back_again() {
    let (site, maria) = site();
    maria.ask(EVERYTHING);
    let before = maria.content();
    let made = site.create(WISH);
    let mut stopped_at = 0;
    loop {
        let host = site.host_with(Meter::with_fault(stopped_at, Fault::Crash), Cancel::never());
        if site.restore_on(&host, &made.id).is_ok() {
            break;
        }
        site.restore(&made.id);
        assert!(maria.content() == before, "after a crash at {stopped_at}");
        stopped_at += 1;
    }
    assert!(maria.content() == before);
    assert!(stopped_at > 8, "{stopped_at}");
}

#[test]
fn a_trial_counts_the_rows_and_leaves_no_database() {
    let (site, maria) = site();
    maria.ask(EVERYTHING);
    let trial = BackupWish { verify_restore: true, ..WISH };
    let error = site.create_on(&site.host(), trial).unwrap_err();
    assert!(matches!(error, BackupError::Dump(DumpError::NoScratch(_))), "{error:?}");
    assert_eq!(site.backups(), [""; 0]);
    maria.allow_databases();
    let made = site.create(trial);
    let rows: Vec<_> = made.database.unwrap().tables.iter().map(|table| table.rows).collect();
    assert_eq!(rows, [Some(2), Some(2), Some(0)]);
    assert_eq!(maria.ask("SHOW DATABASES LIKE 'mmembed%'"), "");
}

#[test]
fn what_others_made_and_the_user_could_not_make_again_is_found_before() {
    let (site, maria) = site();
    maria.ask(EVERYTHING);
    maria.as_admin_within("CREATE VIEW Theirs AS SELECT 1; CREATE PROCEDURE also() SELECT 1;");
    let error = site.create_on(&site.host(), WISH).unwrap_err();
    assert!(matches!(error, BackupError::Dump(DumpError::NotOurs { .. })), "{error:?}");
    assert!(
        error.to_string().contains("procedure also of root@localhost, view Theirs of"),
        "{error}"
    );
    assert_eq!(site.backups(), [""; 0]);
}

#[test]
fn half_a_dump_is_none() {
    let (site, maria) = site();
    maria.ask(EVERYTHING);
    let programs = site.root().join("programs");
    fs::create_dir(&programs).unwrap();
    let tool = programs.join("mariadb-dump");
    for path in [&programs, &tool] {
        if path == &tool {
            fs::write(path, "#!/bin/sh\n/usr/bin/mariadb-dump \"$@\" | head -c 3000\n").unwrap();
        }
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let error = site.create_on(&site.host_finding(&programs), WISH).unwrap_err();
    assert!(matches!(error, BackupError::Dump(DumpError::NoTrailer)), "{error:?}");
    assert_eq!(site.backups(), [""; 0]);
}

#[test]
fn what_the_database_refuses_is_told_without_the_password() {
    let (site, maria) = site();
    let source = maria.source();
    let (before, after) = source.split_once("127.0.0.1:").unwrap();
    let nobody_there = format!("{before}127.0.0.1:1{}", &after[after.find(')').unwrap()..]);
    for (source, said) in [
        (maria.source().replace("p@ss", "wrong"), "the database refuses the password"),
        (
            maria.source().replace(&format!("/{}?", maria.name), "/nowhere?"),
            "does not permit this to the role",
        ),
        (nobody_there, "the database cannot be reached"),
    ] {
        site.write_config("mysql", &source);
        let error = site.create_on(&site.host(), WISH).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
        assert_no_secret("the error", error.as_bytes());
    }
}

#[test]
fn a_configuration_in_the_database_is_saved_beside_it() {
    let (site, maria) = site();
    maria.ask(
        "CREATE TABLE Configurations (Id varchar(26) PRIMARY KEY, Value text NOT NULL, CreateAt bigint NOT NULL, Active bool NULL UNIQUE);
         INSERT INTO Configurations VALUES ('old', '{}', 1, NULL), ('new', '{\\n \"a\": \"\u{e9}\\\\\\\\\"}', 2, true);",
    );
    let made = site.create(WISH);
    let part = made.database.unwrap().config.unwrap();
    let text = fs::read_to_string(site.place(&made.id).join(part.as_path())).unwrap();
    assert_eq!(text.trim_end(), "{\n \"a\": \"\u{e9}\\\\\"}");
}

#[test]
fn the_program_saves_it_and_no_password_stays_anywhere() {
    let (site, maria) = site();
    maria.ask(EVERYTHING);
    let output = site.run(&["backup", "create", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        report["backups"][0]["content"]["database"]["name"],
        Value::from(maria.name.as_str())
    );
    let id = report["backups"][0]["id"].as_str().unwrap().parse().unwrap();
    verify_backup(&site.host(), &site.prefix, &id).unwrap();
    for entry in fs::read_dir(site.at(&site.prefix.state())).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(!name.starts_with('.'), "{name} is left");
    }
    let manifest = fs::read(site.place(&id).join("manifest.json")).unwrap();
    assert_no_secret("the manifest", &manifest);
}
