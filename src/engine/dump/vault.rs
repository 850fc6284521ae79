//! A server's database as something that can be saved and brought back, whatever kind it is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::DumpError;
use super::mysql::{self, MysqlVault};
use super::postgres::{self, PostgresVault};
use super::tool::Watch;
use crate::database::{DataSource, Engine, OtherSession, Privileges, read_data_source};
use crate::engine::database::DatabaseError;
use crate::host::{Host, Written};
use crate::model::{BackupId, DatabaseDescription, Owner, Prefix, RelPath, Secret};

/// A database and the tools for it.
pub(crate) enum Vault<'a> {
    /// PostgreSQL.
    Postgres(PostgresVault<'a>),
    /// MySQL or MariaDB.
    Mysql(MysqlVault<'a>),
}

/// What was found out about a database before it is saved.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Bearing {
    /// What it is.
    pub(crate) description: DatabaseDescription,
    /// What is left out of the dump: it belongs to others.
    pub(super) without: Vec<String>,
    /// The table in which a server without a file keeps its configuration; `None` without.
    pub(super) configurations: Option<String>,
}

/// A dump that was made and lists its content.
#[derive(Clone, Debug)]
pub(crate) struct Dumped {
    /// How long it is, and its digest.
    pub(crate) written: Written,
    /// The tables in it.
    pub(crate) tables: Vec<String>,
}

/// What came of bringing a dump back on trial.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TrialReport {
    /// The rows of each table in the dump.
    pub(crate) rows: BTreeMap<String, u64>,
    /// Tables that somebody wrote to while the dump was made, so that nothing could be compared.
    pub(crate) changed: Vec<String>,
}

impl<'a> Vault<'a> {
    /// The database that a configuration names.
    ///
    /// # Errors
    /// When it is none that can be saved, or a tool for it is missing. Nothing is connected to.
    pub(crate) fn open(
        host: &'a Host,
        prefix: &'a Prefix,
        driver: &str,
        source: &Secret<String>,
        run_as: Option<Owner>,
    ) -> Result<Self, DumpError> {
        let endpoint =
            match read_data_source(driver, source.expose()).map_err(DatabaseError::from)? {
                DataSource::Known(endpoint) => endpoint,
                DataSource::Unknown { driver } => {
                    let why = format!(
                        "its driver {driver:?} is not one that mmembed knows (postgres, mysql)"
                    );
                    return Err(DumpError::Closed { why });
                }
            };
        match endpoint.engine {
            Engine::Postgres => {
                PostgresVault::open(host, prefix, endpoint, run_as).map(Self::Postgres)
            }
            Engine::MySql => MysqlVault::open(host, prefix, endpoint, run_as).map(Self::Mysql),
        }
    }

    /// What it is. Everything that would be in the way of saving it, or of bringing it back, is found here: a tool that is
    /// too old, a role without a schema, objects of others that need the server's.
    pub(crate) fn bear(&self) -> Result<Bearing, DumpError> {
        match self {
            Self::Postgres(vault) => vault.bear(),
            Self::Mysql(vault) => vault.bear(),
        }
    }

    /// Saves it to a new file with mode 0600, as it is at one moment, and has the dump list its content. On any failure
    /// there is no file.
    pub(crate) fn dump(
        &self,
        bearing: &Bearing,
        to: &RelPath,
        watch: &mut Watch<'_>,
    ) -> Result<Dumped, DumpError> {
        match self {
            Self::Postgres(vault) => vault.dump(bearing, to, watch),
            Self::Mysql(vault) => vault.dump(bearing, to, watch),
        }
    }

    /// Makes the database hold what the dump holds: takes away all that the server's role owns there, and brings the dump
    /// back, all of it or nothing. May be run again after an interruption at any moment, and has to be until it succeeds:
    /// between the two the database is empty. Nobody but this may be connected to it.
    ///
    /// Whether the dump is whole has to be known before; its list is read first, but not its rows.
    pub(crate) fn restore(
        &self,
        description: &DatabaseDescription,
        dump: &RelPath,
        privileges: Privileges,
        watch: &mut Watch<'_>,
    ) -> Result<(), DumpError> {
        if description.driver != self.driver() {
            let dumped = description.driver.clone();
            return Err(DumpError::OtherDriver { dumped, here: self.driver() });
        }
        match self {
            Self::Postgres(vault) => vault.restore(description, dump, privileges, watch),
            Self::Mysql(vault) => vault.restore(dump, watch),
        }
    }

    /// How many rows each table has, exactly. Reads them all.
    pub(crate) fn row_counts(
        &self,
        watch: &mut Watch<'_>,
    ) -> Result<BTreeMap<String, u64>, DumpError> {
        match self {
            Self::Postgres(vault) => vault.row_counts(watch),
            Self::Mysql(vault) => vault.row_counts(watch),
        }
    }

    /// Who else is connected to it as the server's role: a server that was stopped is not.
    pub(crate) fn other_sessions(&self) -> Result<Vec<OtherSession>, DumpError> {
        match self {
            Self::Postgres(vault) => vault.other_sessions(),
            Self::Mysql(vault) => vault.other_sessions(),
        }
    }

    /// Writes the configuration that a server keeps in the database to a new file; `None`, and no file, where it keeps
    /// none there.
    pub(crate) fn export_configuration(
        &self,
        bearing: &Bearing,
        host: &Host,
        to: &RelPath,
        watch: &mut Watch<'_>,
    ) -> Result<Option<Written>, DumpError> {
        let Some(table) = &bearing.configurations else {
            return Ok(None);
        };
        let written = match self {
            Self::Postgres(vault) => vault.export_configuration(to, watch)?,
            Self::Mysql(vault) => vault.export_configuration(table, to, watch)?,
        };
        // An empty row is a line break.
        if written.bytes > 1 {
            return Ok(Some(written));
        }
        host.tree.remove_file(to)?;
        Ok(None)
    }

    /// Brings the dump back into a scratch database of its own, which is removed whatever happens, and compares the
    /// numbers of rows with those before and after the dump was made.
    pub(crate) fn rehearse(
        &self,
        id: &BackupId,
        bearing: &Bearing,
        dump: &RelPath,
        counts: [&BTreeMap<String, u64>; 2],
        watch: &mut Watch<'_>,
    ) -> Result<TrialReport, DumpError> {
        match self {
            Self::Postgres(vault) => vault.rehearse(id, bearing, dump, counts, watch),
            Self::Mysql(vault) => vault.rehearse(id, dump, counts, watch),
        }
    }

    /// Removes the scratch database that an interrupted trial may have left.
    pub(crate) fn drop_scratch(&self, id: &BackupId) -> Result<(), DumpError> {
        match self {
            Self::Postgres(vault) => vault.drop_scratch(id),
            Self::Mysql(vault) => vault.drop_scratch(id),
        }
    }

    /// How its dump is called.
    pub(crate) const fn file_name(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "database.dump",
            Self::Mysql(_) => "database.sql",
        }
    }

    /// How `SqlSettings.DriverName` calls it.
    const fn driver(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "postgres",
            Self::Mysql(_) => "mysql",
        }
    }
}

/// Is the dump complete, as far as it tells itself? No database is asked.
pub(crate) fn check_dump(
    host: &Host,
    driver: &str,
    dump: &RelPath,
    watch: &mut Watch<'_>,
) -> Result<(), DumpError> {
    match driver {
        "postgres" => postgres::list(host, dump, watch).map(drop),
        "mysql" => mysql::check(host, dump),
        _ => Err(DumpError::Closed { why: format!("it is one of the driver {driver:?}") }),
    }
}

/// No other tool calls a database so, and it tells whose it was.
pub(super) fn scratch_name(id: &BackupId) -> String {
    format!("mmembed_verify_{}", id.as_str().to_lowercase().replace('-', "_"))
}
