//! Why a call of `psql` failed, and what an operator can do about it.
//! Every word of the database or the tool that is handed on is masked.

use std::fmt;

use crate::model::redact;

/// A failed look at a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What kind of failure it is.
    pub kind: FailureKind,
    /// What the tool said, masked: its last telling line.
    pub said: String,
}

/// The failures that call for different remedies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailureKind {
    /// Nobody answers at the address.
    Unreachable,
    /// The database's server is starting, stopping or recovering.
    NotAcceptingYet,
    /// The password is wrong, or missing.
    PasswordRefused,
    /// There is no such role.
    RoleMissing,
    /// The database's server does not let this role in from here, whatever its password.
    NotAdmitted,
    /// There is no such database.
    DatabaseMissing,
    /// The two do not agree on encryption.
    Encryption,
    /// All connections are taken.
    TooManyConnections,
    /// The role got in but may not do what was asked.
    NotPermitted,
    /// Something else.
    Other,
}

/// Texts of PostgreSQL 9.4 to 17, server and libpq, in lower case; the first that is found counts.
/// A server that speaks another language than English ends up in [`FailureKind::Other`].
const TEXTS: &[(&str, FailureKind)] = &[
    // MySQL and MariaDB, whose texts are those of their own tools.
    ("' to database '", FailureKind::NotPermitted),
    ("command denied to user", FailureKind::NotPermitted),
    ("access denied; you need", FailureKind::NotPermitted),
    ("access denied for user", FailureKind::PasswordRefused),
    ("unknown database '", FailureKind::DatabaseMissing),
    ("is not allowed to connect to this", FailureKind::NotAdmitted),
    ("can't connect to", FailureKind::Unreachable),
    ("too many connections", FailureKind::TooManyConnections),
    ("too many clients", FailureKind::TooManyConnections),
    ("remaining connection slots are reserved", FailureKind::TooManyConnections),
    ("too many connections for", FailureKind::TooManyConnections),
    ("the database system is", FailureKind::NotAcceptingYet),
    ("password authentication failed", FailureKind::PasswordRefused),
    ("no password supplied", FailureKind::PasswordRefused),
    ("no pg_hba.conf entry", FailureKind::NotAdmitted),
    ("pg_hba.conf rejects", FailureKind::NotAdmitted),
    ("authentication failed for user", FailureKind::NotAdmitted),
    ("is not permitted to log in", FailureKind::NotAdmitted),
    ("permission denied for database", FailureKind::NotAdmitted),
    ("ssl", FailureKind::Encryption),
    ("certificate", FailureKind::Encryption),
    ("connection refused", FailureKind::Unreachable),
    // Of the socket's directory: the file system says so, not the database.
    ("failed: permission denied", FailureKind::Unreachable),
    ("could not translate host name", FailureKind::Unreachable),
    ("timeout expired", FailureKind::Unreachable),
    ("could not connect to server", FailureKind::Unreachable),
    ("no route to host", FailureKind::Unreachable),
    ("network is unreachable", FailureKind::Unreachable),
    ("is the server running", FailureKind::Unreachable),
    ("server closed the connection unexpectedly", FailureKind::Unreachable),
    ("connection reset by peer", FailureKind::Unreachable),
    ("permission denied", FailureKind::NotPermitted),
    ("must be owner of", FailureKind::NotPermitted),
];

/// The longest text of the tool that is handed on, in characters.
const LONGEST: usize = 300;

impl Failure {
    /// Understands what `psql` wrote to its standard error. Its exit code adds nothing: 2 for every failed connection,
    /// 3 (or 1) for every failed statement.
    #[must_use]
    pub fn understand(stderr: &str) -> Self {
        let stderr = without_passed_over(stderr);
        let telling = telling_line(&stderr);
        let folded = stderr.to_lowercase();
        let kind = missing_object(&folded)
            .or_else(|| TEXTS.iter().find(|(text, _)| folded.contains(text)).map(|(_, kind)| *kind))
            .unwrap_or(FailureKind::Other);
        Self { kind, said: redact(&telling).chars().take(LONGEST).collect() }
    }

    /// What to do next, in one sentence.
    #[must_use]
    pub const fn advice(&self) -> &'static str {
        match self.kind {
            FailureKind::Unreachable => {
                "check that the database's server runs, and the host and port in SqlSettings.DataSource"
            }
            FailureKind::NotAcceptingYet => {
                "wait until the database's server has started, then try again"
            }
            FailureKind::PasswordRefused => {
                "check the password in SqlSettings.DataSource; in an URL, characters such as @ / : % # ? are percent-encoded"
            }
            FailureKind::RoleMissing => {
                "create the role, or correct the user name in SqlSettings.DataSource"
            }
            FailureKind::NotAdmitted => {
                "allow this role and address in the database server's pg_hba.conf, or correct SqlSettings.DataSource"
            }
            FailureKind::DatabaseMissing => {
                "create the database, or correct its name in SqlSettings.DataSource"
            }
            FailureKind::Encryption => {
                "make sslmode and the certificates in SqlSettings.DataSource agree with the database's server; without an sslmode, Mattermost requires encryption"
            }
            FailureKind::TooManyConnections => {
                "stop what holds the connections, or raise max_connections on the database's server"
            }
            FailureKind::NotPermitted => {
                "grant the role what is missing; it has to own the database or have USAGE and CREATE on its schema"
            }
            FailureKind::Other => "read what the database said, and the log of its server",
        }
    }
}

/// `role "x" does not exist` and `database "x" does not exist`, but not the relation or function of a statement.
fn missing_object(folded: &str) -> Option<FailureKind> {
    let line = folded.lines().find(|line| line.contains("does not exist"))?;
    if !line.contains("fatal:") {
        return None;
    }
    if line.contains("role \"") {
        Some(FailureKind::RoleMissing)
    } else if line.contains("database \"") {
        Some(FailureKind::DatabaseMissing)
    } else {
        None
    }
}

/// Without the warnings of MySQL's tools about options of ours that only the other one of them knows.
fn without_passed_over(stderr: &str) -> String {
    let lines = stderr.lines().filter(|line| !line.contains("loose-"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The last line that reports an error, else the last that is not blank.
fn telling_line(stderr: &str) -> String {
    let lines = || stderr.lines().map(str::trim).filter(|line| !line.is_empty());
    lines()
        .rfind(|line| {
            let marks = ["FATAL:", "ERROR:", "error:"];
            // MySQL gives the number first.
            line.starts_with("ERROR ") || marks.iter().any(|mark| line.contains(mark))
        })
        .or_else(|| lines().next_back())
        .unwrap_or("nothing")
        .to_owned()
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = match self.kind {
            FailureKind::Unreachable => "the database cannot be reached",
            FailureKind::NotAcceptingYet => "the database does not accept connections yet",
            FailureKind::PasswordRefused => "the database refuses the password",
            FailureKind::RoleMissing => "the database has no such role",
            FailureKind::NotAdmitted => "the database does not admit this role from here",
            FailureKind::DatabaseMissing => "the database does not exist",
            FailureKind::Encryption => "no encryption could be agreed on with the database",
            FailureKind::TooManyConnections => "the database has no connection left",
            FailureKind::NotPermitted => "the database does not permit this to the role",
            FailureKind::Other => "the database could not be asked",
        };
        write!(f, "{sentence} (it said: {})", self.said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REAL: &[(&str, FailureKind)] = &[
        (
            "WARNING: unknown variable 'loose-ssl-mode=DISABLED'\nERROR 1227 (42000) at line 101: Access denied; you need (at least one of) the SUPER, SET USER privilege(s) for this operation\n",
            FailureKind::NotPermitted,
        ),
        (
            "ERROR 1045 (28000): Access denied for user 'mm'@'localhost' (using password: YES)\n",
            FailureKind::PasswordRefused,
        ),
        (
            "ERROR 1044 (42000): Access denied for user 'mm'@'%' to database 'other'\n",
            FailureKind::NotPermitted,
        ),
        (
            "ERROR 2003 (HY000): Can't connect to MySQL server on '127.0.0.1:1' (111)\n",
            FailureKind::Unreachable,
        ),
        (
            "mariadb-dump: Got error: 1049: \"Unknown database 'nowhere'\" when selecting the database\n",
            FailureKind::DatabaseMissing,
        ),
        (
            "psql: error: connection to server at \"127.0.0.1\", port 55499 failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?\n",
            FailureKind::Unreachable,
        ),
        (
            "psql: could not connect to server: No such file or directory\n\tIs the server running locally and accepting\n\tconnections on Unix domain socket \"/tmp/.s.PGSQL.5432\"?\n",
            FailureKind::Unreachable,
        ),
        (
            "psql: error: connection to server on socket \"/run/pg/.s.PGSQL.5432\" failed: Permission denied\n\tIs the server running locally and accepting connections on that socket?\n",
            FailureKind::Unreachable,
        ),
        (
            "psql: error: could not translate host name \"db\" to address: Name or service not known\n",
            FailureKind::Unreachable,
        ),
        (
            "psql: error: connection to server at \"10.0.0.9\", port 5432 failed: timeout expired\n",
            FailureKind::Unreachable,
        ),
        (
            "psql: error: connection to server at \"db\" (10.0.0.2), port 5432 failed: FATAL:  password authentication failed for user \"mm\"\n",
            FailureKind::PasswordRefused,
        ),
        (
            "psql: error: connection to server at \"db\", port 5432 failed: fe_sendauth: no password supplied\n",
            FailureKind::PasswordRefused,
        ),
        (
            "psql: error: connection to server on socket \"/run/postgresql/.s.PGSQL.5432\" failed: FATAL:  role \"mm\" does not exist\n",
            FailureKind::RoleMissing,
        ),
        (
            "psql: error: connection to server on socket \"/run/postgresql/.s.PGSQL.5432\" failed: FATAL:  Peer authentication failed for user \"mm\"\n",
            FailureKind::NotAdmitted,
        ),
        (
            "psql: error: connection to server at \"db\", port 5432 failed: FATAL:  no pg_hba.conf entry for host \"10.0.0.3\", user \"mm\", database \"mm\", no encryption\n",
            FailureKind::NotAdmitted,
        ),
        (
            "psql: error: connection to server at \"db\", port 5432 failed: FATAL:  database \"mm\" does not exist\n",
            FailureKind::DatabaseMissing,
        ),
        (
            "psql: error: connection to server at \"db\", port 5432 failed: server does not support SSL, but SSL was required\n",
            FailureKind::Encryption,
        ),
        (
            "psql: error: connection to server at \"db\", port 5432 failed: SSL error: certificate verify failed\n",
            FailureKind::Encryption,
        ),
        (
            "psql: error: connection to server at \"db\", port 5432 failed: FATAL:  sorry, too many clients already\n",
            FailureKind::TooManyConnections,
        ),
        (
            "psql: error: connection to server at \"db\", port 5432 failed: FATAL:  the database system is starting up\n",
            FailureKind::NotAcceptingYet,
        ),
        ("ERROR:  permission denied for schema public\n", FailureKind::NotPermitted),
        ("ERROR:  relation \"x\" does not exist\nLINE 1: select\n", FailureKind::Other),
        ("", FailureKind::Other),
    ];

    #[test]
    fn what_psql_says_is_understood() {
        for (stderr, kind) in REAL {
            assert_eq!(Failure::understand(stderr).kind, *kind, "{stderr}");
        }
    }

    #[test]
    fn the_telling_line_is_handed_on_without_secrets() {
        let failure = Failure::understand(
            "WARNING: a\npsql: error: invalid dsn postgres://mm:canary@db/mm password=canary\n\tHint: none\n",
        );
        assert_eq!(
            failure.to_string(),
            "the database could not be asked (it said: psql: error: invalid dsn postgres://mm:***@db/mm password=***)"
        );
    }

    #[test]
    fn every_kind_comes_with_its_own_advice() {
        use std::collections::{BTreeMap, BTreeSet};
        let by_kind: BTreeMap<FailureKind, &str> = REAL
            .iter()
            .map(|(stderr, kind)| (*kind, Failure::understand(stderr).advice()))
            .collect();
        assert_eq!(by_kind.len(), 10);
        assert_eq!(by_kind.values().collect::<BTreeSet<_>>().len(), 10);
    }
}
