//! A private `MariaDB` server for tests: one per process, made on first use, gone with the process.
//! It touches no server of the machine and leaves none behind, even when the test process is killed.

mod server;

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use server::{Server, server};

/// The password of every user of a test database: with characters that must be escaped in a file of options.
const PASSWORD: &str = "p@ss\"w\u{f6}rd&1\\#";

/// A fresh, empty database with a user of its own, who may do anything in it and nothing elsewhere.
#[derive(Clone, Debug)]
pub(crate) struct MariaDatabase {
    /// Its name, and its user's.
    pub(crate) name: String,
}

/// A fresh, empty database.
///
/// # Panics
/// When `MariaDB` is missing or does not start: tests that need it must not pass without it.
pub(crate) fn mariadb() -> MariaDatabase {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("mm_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let database = MariaDatabase { name };
    let MariaDatabase { name } = &database;
    let password = PASSWORD.replace('\\', "\\\\").replace('"', "\\\"");
    as_admin(&format!(
        "CREATE DATABASE {name} CHARACTER SET utf8mb4;
         CREATE USER {name}@'%' IDENTIFIED BY \"{password}\";
         GRANT ALL ON {name}.* TO {name}@'%';"
    ));
    database
}

impl MariaDatabase {
    /// The `SqlSettings.DataSource` of a server, which takes the password as it stands.
    pub(crate) fn source(&self) -> String {
        let (name, port) = (&self.name, server().port);
        format!("{name}:{PASSWORD}@tcp(127.0.0.1:{port})/{name}?charset=utf8mb4,utf8")
    }

    /// Lets its user make further databases.
    pub(crate) fn allow_databases(&self) {
        let name = &self.name;
        as_admin(&format!("GRANT ALL ON `mmembed\\_verify\\_%`.* TO {name}@'%';"));
    }

    /// What the statements answer, run in it as its own user.
    #[track_caller]
    pub(crate) fn ask(&self, sql: &str) -> String {
        let name = &self.name;
        let (user, password) = (format!("--user={name}"), format!("--password={PASSWORD}"));
        client(server(), &["--batch", "--skip-column-names", &user, &password, name], sql)
    }

    /// Runs statements in it as the superuser.
    #[track_caller]
    pub(crate) fn as_admin_within(&self, sql: &str) {
        client(server(), &[&self.name], sql);
    }

    /// All that is in it, as text without times.
    pub(crate) fn content(&self) -> String {
        let output = Command::new("mariadb-dump")
            .args(server().login())
            .args(["--routines", "--triggers", "--hex-blob", "--skip-comments", &self.name])
            .output()
            .expect("mariadb-dump can be started");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("a dump is text")
    }
}

#[track_caller]
fn as_admin(sql: &str) {
    client(server(), &[], sql);
}

#[track_caller]
fn client(server: &Server, more: &[&str], sql: &str) -> String {
    let mut child = Command::new("mariadb")
        .args(server.login())
        .arg("--default-character-set=utf8mb4")
        .args(more)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("mariadb can be started");
    let mut stdin = child.stdin.take().expect("it was asked for");
    stdin.write_all(sql.as_bytes()).expect("the client reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("an answer is text")
}
