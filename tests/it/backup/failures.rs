//! What goes wrong while a backup is made leaves none that counts, and says what it was.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use mmembed::engine::{BackupError, DumpError};
use mmembed::host::{Cancel, Fault, Meter, is_root};

use super::site::{Site, WISH, assert_no_secret};

const ROWS: &str = "CREATE TABLE posts (id int PRIMARY KEY, message text);
    INSERT INTO posts SELECT n, md5(n::text) || repeat('x', 200) FROM generate_series(1, 20000) n;";

/// A site with some rows, and a directory of programs in front of the system's.
fn site_with_programs() -> (Site, PathBuf) {
    let site = Site::new();
    site.database.connect().batch_execute(ROWS).unwrap();
    let programs = site.root().join("programs");
    fs::create_dir(&programs).unwrap();
    fs::set_permissions(&programs, fs::Permissions::from_mode(0o755)).unwrap();
    (site, programs)
}

fn program(place: &Path, name: &str, script: &str) {
    let path = place.join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Fails as expected, and leaves nothing behind: no backup, no scratch database, no program.
#[track_caller]
fn fails(site: &Site, programs: &Path, said: &[&str]) {
    let error = site.create_on(&site.host_finding(programs), WISH).unwrap_err();
    let words = words(&error);
    for said in said {
        assert!(words.contains(said), "{said:?} is missing in {words}");
    }
    assert_no_secret("the error", words.as_bytes());
    assert_eq!(site.backups(), [""; 0]);
}

fn words(error: &dyn std::error::Error) -> String {
    let mut words = vec![error.to_string()];
    let mut source = error.source();
    while let Some(cause) = source {
        words.push(cause.to_string());
        source = cause.source();
    }
    words.join(": ")
}

#[test]
fn a_dump_tool_that_is_killed_half_way() {
    let (site, programs) = site_with_programs();
    program(
        &programs,
        "pg_dump",
        "case $1 in --version) exec /usr/bin/pg_dump --version;; esac
        /usr/bin/pg_dump \"$@\" | head -c 100000; kill -9 $$",
    );
    fails(&site, &programs, &["pg_dump failed (signal 9 (SIGKILL))"]);
}

#[test]
fn a_dump_tool_that_says_all_is_well_with_half_a_dump() {
    let (site, programs) = site_with_programs();
    let half = |bytes: &str| {
        format!(
            "case $1 in --version) exec /usr/bin/pg_dump --version;; esac
            /usr/bin/pg_dump \"$@\" | head -c {bytes}; exit 0"
        )
    };
    program(&programs, "pg_dump", &half("0"));
    fails(&site, &programs, &["pg_restore failed"]);
    program(&programs, "pg_dump", &half("700"));
    fails(&site, &programs, &["pg_restore failed"]);
}

#[test]
fn a_dump_tool_that_is_older_than_the_server() {
    let (site, programs) = site_with_programs();
    program(&programs, "pg_dump", "echo 'pg_dump (PostgreSQL) 9.6.24'");
    fails(&site, &programs, &["the dump tool is too old: pg_dump 9 refuses"]);
    program(&programs, "pg_dump", "echo 'who knows'");
    fails(&site, &programs, &["pg_dump does not tell its version"]);
}

#[test]
fn a_dump_tool_that_is_not_there() {
    let site = Site::new();
    let mut host = site.host();
    host.exec = mmembed::host::Exec::with_path(vec![site.root().to_owned()]);
    let error = site.create_on(&host, WISH).unwrap_err();
    assert!(matches!(error, BackupError::Dump(DumpError::ToolMissing { .. })), "{error:?}");
    assert_eq!(site.backups(), [""; 0]);
}

#[test]
fn a_database_that_does_not_let_the_role_in() {
    let site = Site::new();
    let nothing = site.root().join("nothing");
    site.write_config("postgres", &site.database.url_for("mmuser", "w%C3%B6rd%261wrong"));
    fails(&site, &nothing, &["the database refuses the password"]);
    let gone = site.database.url().replace(&site.database.name, "no_such_database");
    site.write_config("postgres", &gone);
    fails(&site, &nothing, &["the database does not exist"]);
    site.write_config("oracle", "x");
    fails(&site, &nothing, &["its driver \"oracle\" is not one that mmembed knows"]);
}

#[test]
fn a_disk_that_is_full() {
    let (site, programs) = site_with_programs();
    let place = site.at(&site.prefix.backups());
    fs::create_dir(&place).unwrap();
    let mounted =
        Command::new("mount").args(["-t", "tmpfs", "-o", "size=256k", "none"]).arg(&place).status();
    if !is_root() || !mounted.is_ok_and(|status| status.success()) {
        eprintln!("skipped: only root may mount a small file system");
        return;
    }
    fails(&site, &programs, &["cannot write", "No space left on device"]);
    assert!(Command::new("umount").arg(&place).status().unwrap().success());
}

#[test]
fn an_operator_who_wants_it_to_stop() {
    let (site, programs) = site_with_programs();
    program(
        &programs,
        "pg_dump",
        "case $1 in --version) exec /usr/bin/pg_dump --version;; esac
        echo begun; exec sleep 600",
    );
    let cancel = Cancel::never();
    let mut host = site.host_with(Meter::default(), cancel.clone());
    host.exec = site.host_finding(&programs).exec;
    let asker = thread::spawn(move || {
        thread::sleep(Duration::from_millis(1500));
        cancel.request();
    });
    let error = site.create_on(&host, WISH).unwrap_err();
    asker.join().unwrap();
    assert!(matches!(error, BackupError::Dump(DumpError::Cancelled)), "{error:?}");
    assert_eq!(site.backups(), [""; 0]);
}

#[test]
fn what_others_have_built_on_the_server_s_tables_is_found_before() {
    let site = Site::new();
    site.database.connect().batch_execute("CREATE TABLE posts (id int PRIMARY KEY)").unwrap();
    let mut admin = site.database.connect_as_admin();
    admin
        .batch_execute(
            "CREATE SCHEMA reports; CREATE VIEW reports.numbers AS SELECT count(*) FROM public.posts;
             CREATE TABLE reports.copies (post public.posts)",
        )
        .unwrap();
    let nothing = site.root().join("nothing");
    fails(
        &site,
        &nothing,
        &["what is built on the server's own tables", "reports.copies, reports.numbers"],
    );
    // The same found only when it is to be brought back: nothing is taken away then.
    admin.batch_execute("DROP VIEW reports.numbers; DROP TABLE reports.copies").unwrap();
    let made = site.create(WISH);
    admin.batch_execute("CREATE TABLE reports.t (post int REFERENCES public.posts)").unwrap();
    let before = site.database.tables();
    let error = site.restore_on(&site.host(), &made.id).unwrap_err();
    assert!(words(&error).contains("reports.t"), "{error}");
    assert_eq!(site.database.tables(), before);
}

#[test]
fn what_cannot_be_taken_away_is_found_before() {
    let site = Site::new();
    let nothing = site.root().join("nothing");
    for (made, unmade, name) in [
        (
            "CREATE SCHEMA tools; CREATE FUNCTION tools.first(public.posts) RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "DROP SCHEMA tools CASCADE",
            "tools.first()",
        ),
        (
            "SET ROLE mmuser; CREATE FUNCTION public.less(int, text) RETURNS bool LANGUAGE sql AS 'SELECT true';
             CREATE OPERATOR public.<<< (FUNCTION = public.less, LEFTARG = int, RIGHTARG = text)",
            "DROP OPERATOR public.<<< (int, text); DROP FUNCTION public.less",
            "public.operator <<<",
        ),
    ] {
        site.database.connect().batch_execute("CREATE TABLE IF NOT EXISTS posts (id int)").unwrap();
        site.database.connect_as_admin().batch_execute(made).unwrap();
        fails(&site, &nothing, &[name]);
        site.database.connect_as_admin().batch_execute(unmade).unwrap();
        site.create(WISH);
        fs::remove_dir_all(site.at(&site.prefix.backups())).unwrap();
    }
}

#[test]
fn what_others_own_in_the_same_schema_stays_as_it_is() {
    let site = Site::new();
    site.database.connect().batch_execute("CREATE TABLE posts (id int PRIMARY KEY)").unwrap();
    let mut admin = site.database.connect_as_admin();
    admin
        .batch_execute(
            "CREATE TABLE public.secret (n int); INSERT INTO public.secret VALUES (7);
             CREATE FUNCTION public.theirs() RETURNS int LANGUAGE sql AS 'SELECT 1';
             CREATE SEQUENCE public.their_numbers; COMMENT ON SCHEMA public IS 'theirs'",
        )
        .unwrap();
    let made = site.create(WISH);
    site.database.connect().batch_execute("DROP TABLE posts; CREATE TABLE other (n int)").unwrap();
    site.restore(&made.id);
    assert_eq!(site.database.tables(), ["posts"], "of those that it may see");
    let rows = admin.query_one("SELECT n + theirs() FROM public.secret", &[]).unwrap();
    assert_eq!(rows.get::<_, i32>(0), 8);
}

#[test]
fn after_a_crash_at_any_moment_no_half_a_backup_counts_and_another_can_be_made() {
    let site = Site::new();
    site.database.connect().batch_execute("CREATE TABLE posts (id int PRIMARY KEY)").unwrap();
    let mut stopped_at = 0;
    loop {
        let host = site.host_with(Meter::with_fault(stopped_at, Fault::Crash), Cancel::never());
        let Some(lock) = site.lock(&host) else {
            stopped_at += 1;
            continue;
        };
        let made = mmembed::engine::create_backup(
            &host,
            &site.prefix,
            &lock,
            WISH,
            None,
            &mut mmembed::engine::Silent,
        );
        drop(lock);
        for seen in mmembed::engine::list_backups(&site.host(), &site.prefix).unwrap() {
            match seen.manifest {
                Ok(_) => drop(
                    mmembed::engine::verify_backup(&site.host(), &site.prefix, &seen.id).unwrap(),
                ),
                Err(error) => assert!(matches!(error, BackupError::Unfinished { .. }), "{error}"),
            }
        }
        let lock = site.lock(&site.host()).unwrap();
        mmembed::engine::prune_backups(&site.host(), &site.prefix, &lock, 0).unwrap();
        assert_eq!(site.backups(), [""; 0]);
        match made {
            Ok(_) => break,
            Err(error) => assert!(error.is_crash(), "{error}"),
        }
        stopped_at += 1;
    }
    assert!(stopped_at > 20, "{stopped_at}");
}

#[test]
fn after_a_crash_at_any_moment_a_database_can_be_brought_back_again() {
    let site = Site::new();
    site.database.connect().batch_execute(ROWS).unwrap();
    let before = site.content();
    let made = site.create(WISH);
    let mut stopped_at = 0;
    loop {
        site.database.connect().batch_execute("CREATE TABLE IF NOT EXISTS more (n int)").unwrap();
        let host = site.host_with(Meter::with_fault(stopped_at, Fault::Crash), Cancel::never());
        let restored = site.restore_on(&host, &made.id);
        if restored.is_ok() {
            break;
        }
        site.restore(&made.id);
        assert!(site.content() == before, "after a crash at {stopped_at}");
        stopped_at += 1;
    }
    assert!(site.content() == before);
    assert!(stopped_at > 3, "{stopped_at}");
}
