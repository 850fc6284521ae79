//! A private `PostgreSQL` cluster for tests: one per process, made on first use, gone with the process.
//! It touches no cluster of the machine and leaves none behind, even when the test process is killed.

mod cluster;

use std::sync::atomic::{AtomicU32, Ordering};

use postgres::{Client, NoTls, SimpleQueryMessage};

use cluster::cluster;
pub(crate) use cluster::programs;

/// The role that owns every test database.
const ROLE: &str = "mmuser";

/// Its password: with characters that must be escaped in an URL.
const PASSWORD: &str = "p@ss/wörd&1";
const PASSWORD_IN_URL: &str = "p%40ss%2Fw%C3%B6rd%261";

/// A fresh, empty database in the cluster of this process.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    /// Its name.
    pub(crate) name: String,
    /// The port of the cluster on 127.0.0.1.
    pub(crate) port: u16,
}

/// A fresh, empty database, whose role may do anything in it but is no superuser.
///
/// # Panics
///
/// When `PostgreSQL` is missing or does not start: tests that need it must not pass without it.
pub(crate) fn database() -> Database {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let port = cluster().port;
    let name = format!("mm_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let database = Database { name: name.clone(), port };
    let mut admin = connect(port, "postgres");
    admin
        .batch_execute(&format!("CREATE DATABASE {name} OWNER {ROLE}"))
        .expect("the role may create databases");
    database
}

impl Database {
    /// The `SqlSettings.DataSource` of a server: a URL with its password percent-encoded.
    pub(crate) fn url(&self) -> String {
        let Self { name, port } = self;
        format!(
            "postgres://{ROLE}:{PASSWORD_IN_URL}@127.0.0.1:{port}/{name}?sslmode=disable&connect_timeout=10"
        )
    }

    /// The role that owns it, and its password.
    pub(crate) const fn login() -> (&'static str, &'static str) {
        (ROLE, PASSWORD)
    }

    /// A connection to it.
    pub(crate) fn connect(&self) -> Client {
        connect(self.port, &self.name)
    }

    /// A connection to it as a superuser, who is not the role that owns it.
    pub(crate) fn connect_as_admin(&self) -> Client {
        connect_as(&format!("{ROLE}_admin"), self.port, &self.name)
    }

    /// The same URL for another role and password, both as they stand in an URL.
    pub(crate) fn url_for(&self, role: &str, password: &str) -> String {
        let Self { name, port } = self;
        format!("postgres://{role}:{password}@127.0.0.1:{port}/{name}?sslmode=disable")
    }

    /// The first column of the first row that `query` gives, as text; `None` when there is no row.
    pub(crate) fn value(&self, query: &str) -> Option<String> {
        let rows =
            self.connect().simple_query(query).unwrap_or_else(|error| panic!("{query}: {error}"));
        rows.iter().find_map(|message| {
            let SimpleQueryMessage::Row(row) = message else {
                return None;
            };
            row.get(0).map(str::to_owned)
        })
    }

    /// The names of its tables, sorted.
    pub(crate) fn tables(&self) -> Vec<String> {
        let query = "SELECT table_name::text FROM information_schema.tables \
                     WHERE table_schema = 'public' ORDER BY 1";
        let rows = self.connect().query(query, &[]).expect("the catalogue can be read");
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// A new database with the same content. Nobody may be connected to this one.
    pub(crate) fn copy(&self) -> Self {
        let copy = database();
        let mut admin = connect(self.port, "postgres");
        let (from, to) = (&self.name, &copy.name);
        admin.batch_execute(&format!("DROP DATABASE {to}")).expect("nobody uses it yet");
        admin
            .batch_execute(&format!("CREATE DATABASE {to} TEMPLATE {from} OWNER {ROLE}"))
            .expect("nobody uses the database to be copied");
        copy
    }
}

impl Database {
    /// Keeps what this database holds now under a name of its own; `None` while somebody is connected to it.
    pub(crate) fn keep(&self) -> Option<Kept> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("kept_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let mut admin = connect(self.port, "postgres");
        let from = &self.name;
        let made = admin.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {from}"));
        match made {
            Ok(()) => Some(Kept { name, port: self.port }),
            Err(error) if error.code() == Some(&postgres::error::SqlState::OBJECT_IN_USE) => None,
            Err(error) => panic!("{from} cannot be kept: {error}"),
        }
    }

    /// Makes this database hold what was kept, whoever is connected to it.
    pub(crate) fn put_back(&self, kept: &Kept) {
        // Only a superuser may end whatever the database system itself does there.
        let mut admin = connect_as(&format!("{ROLE}_admin"), self.port, "postgres");
        let (name, from) = (&self.name, &kept.name);
        let drop = format!("DROP DATABASE {name} WITH (FORCE)");
        admin.batch_execute(&drop).expect("a superuser may drop it");
        let make = format!("CREATE DATABASE {name} TEMPLATE {from} OWNER {ROLE}");
        admin.batch_execute(&make).expect("nobody uses what was kept");
    }

    /// The names of all databases of the cluster that begin so.
    pub(crate) fn beginning_with(&self, start: &str) -> Vec<String> {
        let query = "SELECT datname::text FROM pg_database WHERE starts_with(datname, $1)";
        let rows = connect(self.port, "postgres").query(query, &[&start]).expect("it can be asked");
        rows.iter().map(|row| row.get(0)).collect()
    }
}

/// What a database held at some moment. Gone when it is dropped.
#[derive(Debug)]
pub(crate) struct Kept {
    name: String,
    port: u16,
}

impl Drop for Kept {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE IF EXISTS {}", self.name);
        // It goes with the cluster, if not now.
        let _dropped = connect(self.port, "postgres").batch_execute(&drop);
    }
}

fn connect(port: u16, database: &str) -> Client {
    connect_as(ROLE, port, database)
}

fn connect_as(role: &str, port: u16, database: &str) -> Client {
    let mut config = Client::configure();
    config.host("127.0.0.1").port(port).user(role).password(PASSWORD).dbname(database);
    config.connect(NoTls).unwrap_or_else(|error| panic!("cannot connect to {database}: {error}"))
}
