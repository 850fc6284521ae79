//! A node behind a pooler that lends sessions out statement by statement: a real `PgBouncer`, where there is one.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use super::pair::{FROM, Pair, installed, upgrade, wait_until};
use crate::fakes::port::free_port;
use crate::fakes::postgres::Database;
use crate::support::world::{is_root, server_uid};

/// One `PgBouncer`. It ends with the test.
struct Pooler {
    child: Child,
    port: u16,
    _home: tempfile::TempDir,
}

impl Pooler {
    /// Before this database; `None` where there is no such program.
    fn before(database: &Database, mode: &str) -> Option<Self> {
        Command::new("pgbouncer").arg("--version").output().ok()?;
        let home = tempfile::tempdir().unwrap();
        let (port, at) = (free_port(), home.path());
        let users = at.join("users.txt");
        let (role, password) = Database::login();
        fs::write(&users, format!("\"{role}\" \"{password}\"\n")).unwrap();
        let settings = format!(
            "[databases]\n* = host=127.0.0.1 port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = plain\nauth_file = {}\npool_mode = {mode}\n\
             ignore_startup_parameters = extra_float_digits, options\n",
            database.port,
            users.display()
        );
        let config = at.join("pgbouncer.ini");
        fs::write(&config, settings).unwrap();
        let mut command = Command::new("pgbouncer");
        command.arg(&config).stdout(Stdio::null()).stderr(Stdio::null());
        if is_root() {
            // It does not run as root.
            for path in [at, &users, &config] {
                chown(path, Some(server_uid()), Some(server_uid())).unwrap();
            }
            fs::set_permissions(at, fs::Permissions::from_mode(0o755)).unwrap();
            command.uid(server_uid()).gid(server_uid());
        }
        let child = command.spawn().unwrap();
        wait_until("the pooler listens", || {
            std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        Some(Self { child, port, _home: home })
    }

    /// From now on the first node reaches its database through it.
    fn comes_before(&self, pair: &Pair) {
        let behind = Database { port: self.port, ..pair.first.world.database.clone() };
        let source = format!("SqlSettings.DataSource={}", serde_json::Value::from(behind.url()));
        pair.first.world.ask(&["config", "set"], &[&source]).expect(0);
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn not_checked() {
    writeln!(std::io::stderr().lock(), "cluster::pooled: NOT CHECKED, there is no pgbouncer here")
        .unwrap();
}

#[test]
fn a_node_takes_no_turn_through_a_pool_of_transactions() {
    let pair = Pair::new();
    let database = &pair.first.world.database;
    let Some(pooler) = Pooler::before(database, "transaction") else {
        return not_checked();
    };
    pooler.comes_before(&pair);
    let (host, dump) = (pair.first.host(), pair.first.world.dump());
    let said = upgrade(&pair.first, &[]).expect(3);
    said.saying(&["cluster-pooled", "PostgreSQL itself", "nothing was changed"]);
    assert_eq!(pair.first.host(), host);
    assert_eq!(pair.first.world.dump(), dump);
    assert_eq!(installed(&pair.first), FROM);
}

#[test]
fn a_pool_of_sessions_is_none() {
    let pair = Pair::new();
    let database = &pair.first.world.database;
    let Some(pooler) = Pooler::before(database, "session") else {
        return not_checked();
    };
    pooler.comes_before(&pair);
    let said = upgrade(&pair.first, &["--dry-run"]).expect(10);
    assert!(!said.all().contains("cluster-pooled"), "{}", said.all());
}
