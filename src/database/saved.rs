//! What has to be known of a PostgreSQL database to save it and to bring it back somewhere: asked before a dump.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::CommandSpec;

use super::created::FOUND;
use super::postgres::{AnswerError, read};
use super::psql::Psql;

/// A database as it matters for a dump.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct DatabaseFacts {
    /// The server's version as a number: 150018 is 15.18.
    pub server_version_num: u32,
    /// The same as text.
    pub server_version: String,
    /// Its name.
    pub database: String,
    /// The role that is connected, which owns what is saved.
    pub role: String,
    /// The schema in which the server makes things; `None`: nowhere.
    pub schema: Option<String>,
    /// Is there a table `configurations`, in which servers keep their configuration that have no file?
    pub configurations: bool,
    /// The statement that makes an empty database of that name with the same encoding and order of letters.
    pub create_scratch: String,
    /// The statements that prepare an empty database for the dump: the schema, and extensions that others have installed.
    pub prepare_scratch: Vec<String>,
}

/// Another connection to the same database.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct OtherSession {
    /// Its number on the database's server.
    pub number: u64,
    /// What the program calls itself; empty when it does not.
    pub program: String,
    /// From where it is connected; `None` for a socket.
    pub from: Option<String>,
}

impl std::fmt::Display for OtherSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let program =
            if self.program.is_empty() { "a program without a name" } else { &self.program };
        let from = self.from.as_deref().unwrap_or("the database's own machine");
        write!(f, "{program:?} from {from} (session {})", self.number)
    }
}

/// `SCRATCH` is a literal. `datlocprovider` and its like are left out: letters are ordered as they are by default.
const FACTS: &str = "\
select pg_catalog.json_build_object(
  'server_version_num', pg_catalog.current_setting('server_version_num')::int,
  'server_version', pg_catalog.current_setting('server_version'),
  'database', d.datname,
  'role', current_user,
  'schema', pg_catalog.current_schema(),
  'configurations', (
    select count(*) = 3 from pg_catalog.pg_attribute a
    where a.attrelid = pg_catalog.to_regclass('configurations') and a.attname in ('id', 'value', 'active')
      and not a.attisdropped),
  'create_scratch', pg_catalog.format('create database %I template template0 encoding %L lc_collate %L lc_ctype %L',
    SCRATCH, pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate, d.datctype),
  'prepare_scratch', (
    select coalesce(pg_catalog.json_agg(statement order by place), '[]') from (
      select 1 as place, pg_catalog.format('create schema if not exists %I', n.nspname) as statement
      from pg_catalog.pg_namespace n
      where n.nspname = pg_catalog.current_schema()
        or n.oid in (select e.extnamespace from pg_catalog.pg_extension e) and n.nspname <> 'pg_catalog'
      union all
      select 2, pg_catalog.format('create extension if not exists %I with schema %I', e.extname, n.nspname)
      from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
      where e.extname <> 'plpgsql') as prepared)
)
from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()";

/// Counts exactly, in one statement and so in one moment. Partitions count with their table.
const COUNTS: &str = "\
select pg_catalog.json_object_agg(own.name, (pg_catalog.xpath('/row/c/text()', pg_catalog.query_to_xml(
  pg_catalog.format('select count(*) as c from %I.%I', own.nspname, own.name), false, true, '')))[1]::text::bigint)
from own join pg_catalog.pg_class c on c.oid = own.oid
where own.kind = 'table' and pg_catalog.to_json(c) ->> 'relispartition' is distinct from 'true'";

/// Only those of the same role: others, such as one that watches the database, do not write what the server writes.
const SESSIONS: &str = "\
select pg_catalog.json_build_object('number', pid, 'program', application_name, 'from', pg_catalog.host(client_addr))
from pg_catalog.pg_stat_activity
where datname = pg_catalog.current_database() and usename = current_user and pid <> pg_catalog.pg_backend_pid()
order by pid";

/// The configuration of a server that keeps it here.
const ACTIVE_CONFIGURATION: &str = "select value from configurations where active";

/// What is it, and how is one made like it that is called `scratch`? See [`parse_saved`].
#[must_use]
pub fn ask_saved(psql: &Psql<'_>, scratch: &str) -> CommandSpec {
    let literal = format!("'{}'", scratch.replace('\'', "''"));
    psql.query(&FACTS.replace("SCRATCH", &literal))
}

/// Reads the answer to [`ask_saved`].
pub fn parse_saved(output: &str) -> Result<DatabaseFacts, AnswerError> {
    read("what is to be saved", output)
}

/// How many rows has each table of the server's? Reads them all, and takes its time. See [`parse_row_counts`].
#[must_use]
pub fn count_rows(psql: &Psql<'_>) -> CommandSpec {
    psql.unhurried(&format!("{FOUND}{COUNTS}"))
}

/// Reads the answer to [`count_rows`]: rows by table.
pub fn parse_row_counts(output: &str) -> Result<BTreeMap<String, u64>, AnswerError> {
    let counts: Option<BTreeMap<String, u64>> = match output.trim() {
        // Without a table, the aggregate is null, which psql prints as nothing.
        "" => None,
        text => read("the numbers of rows", text)?,
    };
    Ok(counts.unwrap_or_default())
}

/// Who else is connected to this database as the server's role? See [`parse_other_sessions`].
#[must_use]
pub fn list_other_sessions(psql: &Psql<'_>) -> CommandSpec {
    psql.query(SESSIONS)
}

/// Reads the answer to [`list_other_sessions`].
pub fn parse_other_sessions(output: &str) -> Result<Vec<OtherSession>, AnswerError> {
    let lines = output.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| read("other sessions", line)).collect()
}

/// The configuration that a server keeps in this database, as it is; nothing if none is active.
#[must_use]
pub fn read_active_configuration(psql: &Psql<'_>) -> CommandSpec {
    psql.unhurried(ACTIVE_CONFIGURATION)
}

/// Removes the scratch database, if it is there.
#[must_use]
pub fn drop_scratch(psql: &Psql<'_>, scratch: &str) -> CommandSpec {
    psql.unhurried_alone(&format!("drop database if exists \"{}\"", scratch.replace('"', "\"\"")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::psql::tests::endpoint;

    #[test]
    fn a_database_is_described() {
        let saved = parse_saved(
            r#"{"server_version_num" : 150018, "server_version" : "15.18", "database" : "mm", "role" : "mmuser", "schema" : "public", "configurations" : false, "create_scratch" : "create database x", "prepare_scratch" : ["create schema if not exists public"]}"#,
        )
        .unwrap();
        assert_eq!((saved.server_version_num, saved.schema.as_deref()), (150_018, Some("public")));
        assert!(parse_saved("1").is_err());
    }

    #[test]
    fn numbers_of_rows_are_read_and_no_table_is_none() {
        let counts = parse_row_counts("{ \"posts\" : 12345678901, \"users\" : 0 }\n").unwrap();
        assert_eq!(counts["posts"], 12_345_678_901);
        assert!(parse_row_counts("\n").unwrap().is_empty());
        assert!(parse_row_counts("{\"a\" : -1}").is_err());
    }

    #[test]
    fn other_sessions_are_named() {
        let sessions = parse_other_sessions(
            "{\"number\" : 7, \"program\" : \"\", \"from\" : \"10.0.0.1\"}\n{\"number\" : 8, \"program\" : \"psql\", \"from\" : null}\n",
        )
        .unwrap();
        let names: Vec<String> = sessions.iter().map(ToString::to_string).collect();
        assert_eq!(
            names,
            [
                "\"a program without a name\" from 10.0.0.1 (session 7)",
                "\"psql\" from the database's own machine (session 8)"
            ]
        );
    }

    #[test]
    fn names_stay_names() {
        let endpoint = endpoint("host=db");
        let psql = Psql::on(&endpoint).unwrap();
        let sql = drop_scratch(&psql, "a\"b").args.pop().unwrap();
        assert_eq!(sql, "drop database if exists \"a\"\"b\"");
        assert!(ask_saved(&psql, "a'b").args.pop().unwrap().contains("'a''b'"));
    }
}
