//! Which database a Mattermost version needs at least, as rows.
//! No database is looked at here.

use std::fmt;

use crate::model::Version;

use super::endpoint::Engine;

/// What a database is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A first installation.
    NewInstallation,
    /// An upgrade of a server that has been running on it.
    Upgrade,
}

/// The requirement on a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Minimum {
    /// PostgreSQL of at least this number, counted as `server_version_num` is: 90400 is 9.4, 130000 is 13.
    Postgres(u32),
    /// MySQL of at least this version.
    MySql(u32, u32, u32),
    /// This system is not supported for this purpose.
    Unsupported(Engine),
}

/// From `major.minor` on, this holds.
struct Row {
    since: (u64, u64),
    purpose: Option<Purpose>,
    minimum: Minimum,
}

const fn row(major: u64, minor: u64, minimum: Minimum) -> Row {
    Row { since: (major, minor), purpose: None, minimum }
}

const fn new_row(major: u64, minor: u64, minimum: Minimum) -> Row {
    Row { since: (major, minor), purpose: Some(Purpose::NewInstallation), minimum }
}

/// Vendor documentation (requirements of 2016 and 2019; important upgrade notes, rows v5.26.0, v8.0, v10.6, v11.0).
/// Server source: 10, 11 and 14 are enforced at the start.
const POSTGRES: &[Row] = &[
    row(0, 0, Minimum::Postgres(90_400)),
    new_row(5, 26, Minimum::Postgres(100_000)),
    row(5, 30, Minimum::Postgres(100_000)),
    row(8, 0, Minimum::Postgres(110_000)),
    row(10, 6, Minimum::Postgres(130_000)),
    row(11, 0, Minimum::Postgres(140_000)),
];

/// Vendor documentation (requirements of 2016; deprecations of v6.0; important upgrade notes, rows v9.5, v10.0, v11.0).
const MYSQL: &[Row] = &[
    row(0, 0, Minimum::MySql(5, 6, 0)),
    row(6, 0, Minimum::MySql(5, 7, 12)),
    row(9, 5, Minimum::MySql(8, 0, 0)),
    new_row(10, 0, Minimum::Unsupported(Engine::MySql)),
    row(11, 0, Minimum::Unsupported(Engine::MySql)),
];

/// What `version` needs of a database of this system. Versions after the last row need what it says.
#[must_use]
pub fn minimum(engine: Engine, purpose: Purpose, version: &Version) -> Minimum {
    let rows = match engine {
        Engine::Postgres => POSTGRES,
        Engine::MySql => MYSQL,
    };
    rows.iter()
        .rev()
        .filter(|row| row.purpose.is_none_or(|only| only == purpose))
        .find(|row| version.is_at_least(row.since.0, row.since.1))
        .map_or(Minimum::Unsupported(engine), |row| row.minimum)
}

impl Minimum {
    /// Does a PostgreSQL server with this `server_version_num` do?
    #[must_use]
    pub const fn admits_postgres(self, server_version_num: u32) -> bool {
        match self {
            Self::Postgres(least) => server_version_num >= least,
            Self::MySql(..) | Self::Unsupported(_) => false,
        }
    }
}

impl fmt::Display for Minimum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postgres(number) if *number < 100_000 => {
                write!(f, "PostgreSQL {}.{}", number / 10_000, number / 100 % 100)
            }
            Self::Postgres(number) => write!(f, "PostgreSQL {}", number / 10_000),
            Self::MySql(major, minor, 0) => write!(f, "MySQL {major}.{minor}"),
            Self::MySql(major, minor, patch) => write!(f, "MySQL {major}.{minor}.{patch}"),
            Self::Unsupported(engine) => write!(f, "a database other than {engine}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(engine: Engine, purpose: Purpose, version: &str) -> String {
        minimum(engine, purpose, &version.parse().unwrap()).to_string()
    }

    #[test]
    fn needs_by_version() {
        use Engine::{MySql, Postgres};
        let cases = [
            (Postgres, "3.5.1", "PostgreSQL 9.4", "PostgreSQL 9.4"),
            (Postgres, "5.25.3", "PostgreSQL 9.4", "PostgreSQL 9.4"),
            (Postgres, "5.26.0", "PostgreSQL 9.4", "PostgreSQL 10"),
            (Postgres, "5.30.0", "PostgreSQL 10", "PostgreSQL 10"),
            (Postgres, "7.8.15", "PostgreSQL 10", "PostgreSQL 10"),
            (Postgres, "8.0.0", "PostgreSQL 11", "PostgreSQL 11"),
            (Postgres, "10.5.9", "PostgreSQL 11", "PostgreSQL 11"),
            (Postgres, "10.6.0", "PostgreSQL 13", "PostgreSQL 13"),
            (Postgres, "11.7.3", "PostgreSQL 14", "PostgreSQL 14"),
            (MySql, "5.39.0", "MySQL 5.6", "MySQL 5.6"),
            (MySql, "6.0.0", "MySQL 5.7.12", "MySQL 5.7.12"),
            (MySql, "9.5.0", "MySQL 8.0", "MySQL 8.0"),
            (MySql, "10.11.4", "MySQL 8.0", "a database other than MySQL"),
            (MySql, "11.0.0", "a database other than MySQL", "a database other than MySQL"),
        ];
        for (engine, version, upgrade, new) in cases {
            assert_eq!(needs(engine, Purpose::Upgrade, version), upgrade, "{version}");
            assert_eq!(needs(engine, Purpose::NewInstallation, version), new, "{version}");
        }
    }

    #[test]
    fn servers_are_admitted_from_their_minimum_on() {
        let least = minimum(Engine::Postgres, Purpose::Upgrade, &Version::new(10, 6, 0));
        assert!(!least.admits_postgres(120_017));
        assert!(least.admits_postgres(130_000));
        assert!(least.admits_postgres(150_004));
        assert!(!Minimum::Unsupported(Engine::MySql).admits_postgres(150_004));
    }
}
