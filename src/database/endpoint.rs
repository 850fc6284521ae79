//! Where a server's database is and how the server gets in.
//! The password is in here, and in no text that this file makes.

use std::collections::BTreeMap;
use std::fmt;

use crate::model::Secret;

use super::dsn_error::DsnError;
use super::{mysql_dsn, postgres_dsn};

/// A database system that Mattermost can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Engine {
    /// PostgreSQL.
    Postgres,
    /// MySQL, and what calls itself so.
    MySql,
}

impl Engine {
    /// The system behind `SqlSettings.DriverName`; `None` for one that is not known.
    #[must_use]
    pub fn of_driver(driver: &str) -> Option<Self> {
        match driver {
            "postgres" => Some(Self::Postgres),
            "mysql" => Some(Self::MySql),
            _ => None,
        }
    }
}

/// How the database's server is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// Over the network. An IPv6 address stands without brackets.
    Tcp {
        /// Name or address.
        host: String,
        /// From 1 on.
        port: u16,
    },
    /// By a PostgreSQL socket: `directory/.s.PGSQL.port`.
    SocketDirectory {
        /// An absolute path.
        directory: String,
        /// It is part of the socket's name.
        port: u16,
    },
    /// By a MySQL socket.
    SocketFile {
        /// Its path.
        path: String,
    },
}

/// What `SqlSettings.DataSource` says, read as the server's own driver reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Which system.
    pub engine: Engine,
    /// Where.
    pub address: Address,
    /// The database's name. `None`: the driver asks for the one that is called like the user.
    pub database: Option<String>,
    /// The role. `None`: the driver takes the name of the system user that the server runs as.
    pub user: Option<String>,
    /// The password. `None`: none is needed, or (PostgreSQL) it is in the password file of that system user.
    pub password: Option<Secret<String>>,
    /// Everything else, by name. No secret among it.
    pub parameters: BTreeMap<String, String>,
}

/// A data source with its driver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataSource {
    /// Of a driver that is known.
    Known(Endpoint),
    /// Of another; nothing can be told about the text.
    Unknown {
        /// `SqlSettings.DriverName`.
        driver: String,
    },
}

/// Reads `SqlSettings.DriverName` and `SqlSettings.DataSource`, or refuses what cannot be followed faithfully.
///
/// ```
/// use mmembed::database::{DataSource, read_data_source};
/// let source = "postgres://mm:s%40fe@db.example/chat?sslmode=disable";
/// let DataSource::Known(endpoint) = read_data_source("postgres", source)? else { unreachable!() };
/// assert_eq!(endpoint.to_string(), r#"PostgreSQL database "chat" on db.example:5432 as "mm""#);
/// # Ok::<(), mmembed::database::DsnError>(())
/// ```
pub fn read_data_source(driver: &str, data_source: &str) -> Result<DataSource, DsnError> {
    match Engine::of_driver(driver) {
        Some(Engine::Postgres) => postgres_dsn::parse(data_source).map(DataSource::Known),
        Some(Engine::MySql) => mysql_dsn::parse(data_source).map(DataSource::Known),
        None => Ok(DataSource::Unknown { driver: driver.to_owned() }),
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgres => "PostgreSQL",
            Self::MySql => "MySQL",
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::SocketDirectory { directory, port } => {
                write!(f, "{}/.s.PGSQL.{port}", directory.trim_end_matches('/'))
            }
            Self::SocketFile { path } => f.write_str(path),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} database", self.engine)?;
        if let Some(database) = &self.database {
            write!(f, " {database:?}")?;
        }
        write!(f, " on {}", self.address)?;
        if let Some(user) = &self.user {
            write!(f, " as {user:?}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(driver: &str, text: &str) -> Endpoint {
        match read_data_source(driver, text).unwrap() {
            DataSource::Known(endpoint) => endpoint,
            DataSource::Unknown { driver } => panic!("{driver} is not known"),
        }
    }

    #[test]
    fn neither_form_of_printing_shows_the_password() {
        let cases = [
            ("postgres", "postgres://mm:canary@db/mm?sslmode=disable"),
            ("postgres", "postgres://mm@db/mm?password=canary"),
            ("postgres", "host=db user=mm password='canary'"),
            ("mysql", "mm:canary@tcp(db:3306)/mm?charset=utf8mb4"),
        ];
        for (driver, text) in cases {
            let endpoint = endpoint(driver, text);
            assert_eq!(
                endpoint.password.as_ref().map(|it| it.expose().as_str()),
                Some("canary"),
                "{text}"
            );
            let printed = format!("{endpoint} {endpoint:?} {endpoint:#?}");
            assert!(!printed.contains("canary"), "{printed}");
        }
    }

    #[test]
    fn addresses_are_printed_as_one_would_type_them() {
        let cases = [
            ("postgres", "host=::1 port=6432", "[::1]:6432"),
            ("postgres", "host=/run/postgresql/", "/run/postgresql/.s.PGSQL.5432"),
            ("mysql", "mm@unix(/run/mysqld.sock)/mm", "/run/mysqld.sock"),
        ];
        for (driver, text, address) in cases {
            assert_eq!(endpoint(driver, text).address.to_string(), address);
        }
    }

    #[test]
    fn a_driver_nobody_knows_is_named_and_its_text_is_not_read() {
        assert_eq!(
            read_data_source("sqlite3", "canary"),
            Ok(DataSource::Unknown { driver: "sqlite3".to_owned() })
        );
    }
}
