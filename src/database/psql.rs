//! How `psql` is called so that it goes exactly where the server goes.
//! Nothing is called here; the password and everything else about the connection travel in the child's environment.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::{CommandSpec, Secret};

use super::endpoint::{Address, Endpoint, Engine};

/// Calls of `psql` on one database.
///
/// If the endpoint has no user or no password, `psql` takes them from the system user that runs it, as the server
/// does: such a call has to be run as the server's user.
#[derive(Clone, Debug)]
pub struct Psql<'e> {
    endpoint: &'e Endpoint,
}

/// The database is not one that `psql` can talk to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("psql cannot talk to a {engine} database")]
pub struct NotPostgres {
    engine: Engine,
}

/// Seconds. Long enough for a busy network, short enough to be asked while somebody waits.
const CONNECT_TIMEOUT: &str = "5";

/// What the driver does when nothing is said; `psql` alone would do with less.
const DRIVERS_SSL_MODE: &str = "require";

/// Settings of the driver that `libpq` takes from its environment (PostgreSQL documentation, Environment Variables).
const VARIABLES: &[(&str, &str)] = &[
    ("application_name", "PGAPPNAME"),
    ("krbsrvname", "PGKRBSRVNAME"),
    ("options", "PGOPTIONS"),
    ("passfile", "PGPASSFILE"),
    ("ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION"),
    ("ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION"),
    ("sslcert", "PGSSLCERT"),
    ("sslkey", "PGSSLKEY"),
    ("sslmode", "PGSSLMODE"),
    ("sslnegotiation", "PGSSLNEGOTIATION"),
    ("sslrootcert", "PGSSLROOTCERT"),
    ("sslsni", "PGSSLSNI"),
    ("target_session_attrs", "PGTARGETSESSIONATTRS"),
];

/// Settings of the driver that do not matter for looking at a database, or that are always set here.
const WITHOUT_EFFECT: &[&str] = &[
    "binary_parameters",
    "client_encoding",
    "connect_timeout",
    "datestyle",
    "disable_prepared_binary_result",
    "fallback_application_name",
    "krbspn",
    "load_balance_hosts",
    "max_protocol_version",
    "min_protocol_version",
];

impl<'e> Psql<'e> {
    /// Calls on the database of `endpoint`.
    pub fn on(endpoint: &'e Endpoint) -> Result<Self, NotPostgres> {
        match endpoint.engine {
            Engine::Postgres => Ok(Self { endpoint }),
            engine @ Engine::MySql => Err(NotPostgres { engine }),
        }
    }

    /// A call that runs `sql` and prints bare rows, one a line. It reads no start-up file and asks for no password.
    /// `sql` is visible to every user of the machine.
    #[must_use]
    pub fn query(&self, sql: &str) -> CommandSpec {
        self.conversation().arg("--command").arg(sql)
    }

    /// A call that runs what comes on its standard input, and prints bare rows, one a line.
    #[must_use]
    pub(super) fn conversation(&self) -> CommandSpec {
        let mut spec = CommandSpec::new("psql")
            .arg("--no-psqlrc")
            .arg("--no-password")
            .arg("--quiet")
            .arg("--no-align")
            .arg("--tuples-only")
            .arg("--set=ON_ERROR_STOP=1");
        spec.env = self.environment();
        spec
    }

    /// The same without any limit of time, neither here nor in the settings of the role or the driver.
    #[must_use]
    pub(super) fn unhurried(&self, sql: &str) -> CommandSpec {
        self.unhurried_alone(&format!("set statement_timeout = 0; {sql}"))
    }

    /// For a statement that takes no other one beside it.
    pub(super) fn unhurried_alone(&self, sql: &str) -> CommandSpec {
        let mut spec = self.query(sql);
        spec.timeout = CommandSpec::UNHURRIED;
        spec
    }

    /// The same in one transaction: all of `sql` happens, or nothing.
    #[must_use]
    pub fn transaction(&self, sql: &str, timeout: Duration) -> CommandSpec {
        let mut spec = self.query(sql);
        spec.args.insert(0, "--single-transaction".to_owned());
        spec.timeout = timeout;
        spec
    }

    /// What any program that uses `libpq` needs in its environment to reach this database, such as `pg_dump`.
    #[must_use]
    pub fn environment(&self) -> BTreeMap<String, Secret<String>> {
        let Endpoint { engine: _, address, database, user, password, parameters } = self.endpoint;
        let (host, port) = match address {
            Address::Tcp { host, port } => (host, *port),
            Address::SocketDirectory { directory, port } => (directory, *port),
            Address::SocketFile { path } => (path, 0),
        };
        let mut variables: BTreeMap<&str, String> = BTreeMap::from([
            ("PGAPPNAME", "mmembed".to_owned()),
            ("PGSSLMODE", self.default_ssl_mode().to_owned()),
        ]);
        for (name, variable) in VARIABLES {
            if let Some(value) = parameters.get(*name) {
                variables.insert(variable, value.clone());
            }
        }
        if let Some(options) = run_time_options(parameters) {
            variables.insert("PGOPTIONS", options);
        }
        variables.extend([
            ("PGCLIENTENCODING", "UTF8".to_owned()),
            ("PGCONNECT_TIMEOUT", CONNECT_TIMEOUT.to_owned()),
            // The driver never encrypts by GSSAPI.
            ("PGGSSENCMODE", "disable".to_owned()),
            ("PGHOST", host.clone()),
            ("PGPORT", port.to_string()),
        ]);
        variables.extend(user.clone().map(|user| ("PGUSER", user)));
        variables.extend(database.clone().map(|database| ("PGDATABASE", database)));
        variables.extend(password.as_ref().map(|it| ("PGPASSWORD", it.expose().clone())));
        variables.into_iter().map(|(name, value)| (name.to_owned(), Secret::new(value))).collect()
    }

    const fn default_ssl_mode(&self) -> &'static str {
        match self.endpoint.address {
            Address::Tcp { .. } => DRIVERS_SSL_MODE,
            Address::SocketDirectory { .. } | Address::SocketFile { .. } => "disable",
        }
    }
}

/// The driver sends what it does not know as run-time settings, which win over its `options`; `libpq` has only options,
/// of which the last wins.
fn run_time_options(parameters: &BTreeMap<String, String>) -> Option<String> {
    let known = |name: &str| {
        WITHOUT_EFFECT.contains(&name) || VARIABLES.iter().any(|(known, _)| *known == name)
    };
    let settings: Vec<String> = parameters
        .iter()
        .filter(|(name, _)| !known(&name.to_ascii_lowercase()))
        .map(|(name, value)| format!("-c {name}={}", escaped(value)))
        .collect();
    if settings.is_empty() {
        return None;
    }
    let own = parameters.get("options").into_iter().cloned();
    Some(own.chain(settings).collect::<Vec<_>>().join(" "))
}

/// PostgreSQL documentation (Parameter Key Words, options): blanks divide options unless escaped by a backslash.
fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for c in value.chars() {
        if c.is_ascii_whitespace() || c == '\\' {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::database::{DataSource, read_data_source};

    pub(crate) fn endpoint(text: &str) -> Endpoint {
        match read_data_source("postgres", text).unwrap() {
            DataSource::Known(endpoint) => endpoint,
            DataSource::Unknown { driver } => panic!("{driver} is not known"),
        }
    }

    fn environment(text: &str) -> String {
        let endpoint = endpoint(text);
        let variables = Psql::on(&endpoint).unwrap().environment();
        let lines: Vec<String> =
            variables.iter().map(|(name, value)| format!("{name}={}", value.expose())).collect();
        lines.join("\n")
    }

    #[test]
    fn a_call_over_the_network() {
        let endpoint = endpoint("postgres://mm:p%40ss@db:6432/chat?connect_timeout=10");
        let spec = Psql::on(&endpoint).unwrap().query("select 1");
        insta::assert_snapshot!(format!("{}\n{}", spec.program.display(), spec.args.join("\n")), @r"
        psql
        --no-psqlrc
        --no-password
        --quiet
        --no-align
        --tuples-only
        --set=ON_ERROR_STOP=1
        --command
        select 1
        ");
        insta::assert_snapshot!(environment("postgres://mm:p%40ss@db:6432/chat?connect_timeout=10"), @r"
        PGAPPNAME=mmembed
        PGCLIENTENCODING=UTF8
        PGCONNECT_TIMEOUT=5
        PGDATABASE=chat
        PGGSSENCMODE=disable
        PGHOST=db
        PGPASSWORD=p@ss
        PGPORT=6432
        PGSSLMODE=require
        PGUSER=mm
        ");
        assert!(!format!("{spec:?}").contains("p@ss"));
    }

    #[test]
    fn a_call_by_a_socket_without_a_login() {
        insta::assert_snapshot!(environment("host=/run/postgresql"), @r"
        PGAPPNAME=mmembed
        PGCLIENTENCODING=UTF8
        PGCONNECT_TIMEOUT=5
        PGGSSENCMODE=disable
        PGHOST=/run/postgresql
        PGPORT=5432
        PGSSLMODE=disable
        ");
    }

    #[test]
    fn settings_become_variables_or_options() {
        let text = r"host=db sslmode=verify-full sslrootcert=/ca.pem binary_parameters=yes application_name=chat
            options='-c a=b' search_path='chat room,pub\\lic' statement_timeout=5";
        insta::assert_snapshot!(environment(text), @r"
        PGAPPNAME=chat
        PGCLIENTENCODING=UTF8
        PGCONNECT_TIMEOUT=5
        PGGSSENCMODE=disable
        PGHOST=db
        PGOPTIONS=-c a=b -c search_path=chat\ room,pub\\lic -c statement_timeout=5
        PGPORT=5432
        PGSSLMODE=verify-full
        PGSSLROOTCERT=/ca.pem
        ");
    }

    #[test]
    fn options_alone_are_passed_on_as_they_stand() {
        assert!(environment("options='-c a=b'").contains("PGOPTIONS=-c a=b\n"));
    }

    #[test]
    fn a_transaction_is_one_and_has_its_own_time() {
        let endpoint = endpoint("host=db");
        let spec =
            Psql::on(&endpoint).unwrap().transaction("drop table a", Duration::from_secs(300));
        assert_eq!(spec.args.first().unwrap(), "--single-transaction");
        assert_eq!(spec.args.last().unwrap(), "drop table a");
        assert_eq!(spec.timeout, Duration::from_secs(300));
    }

    #[test]
    fn a_mysql_database_is_not_for_psql() {
        let Ok(DataSource::Known(endpoint)) = read_data_source("mysql", "mm@tcp(db)/mm") else {
            panic!("this is a MySQL data source");
        };
        assert_eq!(
            Psql::on(&endpoint).unwrap_err().to_string(),
            "psql cannot talk to a MySQL database"
        );
    }
}
