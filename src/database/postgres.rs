//! What to ask a PostgreSQL database before it is trusted with a server, and how to read its answers.
//! Nothing is asked here, and none of these questions changes anything.

use serde::Deserialize;

use crate::model::CommandSpec;

use super::psql::Psql;

/// Is there a database that lets one in? Prints `1`.
#[must_use]
pub fn ping(psql: &Psql<'_>) -> CommandSpec {
    psql.query("select 1")
}

/// What a database is and what it holds, as told by the call of [`inspect`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question that the database answers with yes or no"
)]
pub struct Inspection {
    /// The server's version as PostgreSQL numbers it: 90624 is 9.6.24, 150004 is 15.4.
    pub server_version_num: u32,
    /// The schema in which new tables are made. `None`: the search path leads to no schema that exists.
    pub schema: Option<String>,
    /// Whether the role may make tables there. PostgreSQL 15 and later do not allow it in `public` by themselves.
    pub can_create: bool,
    /// Tables and views in the schemas of the search path, without those of extensions.
    pub tables: u64,
    /// The size of the whole database.
    pub bytes: u64,
    /// Is there a table `systems`? It has the schema version up to 6.3.
    pub systems: bool,
    /// Is there a table `db_migrations`? It has the schema version from 6.4 on.
    pub db_migrations: bool,
    /// Is there a table `schema_migrations` that can tell whether a migration broke? It served 5.36 to 6.3.
    pub schema_migrations: bool,
}

impl Inspection {
    /// The numbers of the server's version: 9.6.24, or 15.4.0.
    #[must_use]
    pub const fn version(&self) -> [u32; 3] {
        let number = self.server_version_num;
        if number < 100_000 {
            [number / 10_000, number / 100 % 100, number % 100]
        } else {
            [number / 10_000, number % 10_000, 0]
        }
    }
}

/// The version of the schema, as told by the call of [`schema_state`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct SchemaState {
    /// The value of the row `Version` in `systems`; `None` without table or row.
    pub systems: Option<String>,
    /// The highest number in `db_migrations`, zero if it is empty; `None` without table.
    pub migration: Option<u64>,
    /// Does `schema_migrations` say that a migration broke half-way?
    pub dirty: bool,
}

/// The database's answer is not the one that was asked for.
#[derive(Debug, thiserror::Error)]
#[error("the database's answer to the question for {question} cannot be read")]
pub struct AnswerError {
    question: &'static str,
    #[source]
    source: serde_json::Error,
}

/// Works from PostgreSQL 9.4 on. Names are looked up as the server's own queries do, by the search path.
const INSPECT: &str = "\
select pg_catalog.json_build_object(
  'server_version_num', pg_catalog.current_setting('server_version_num')::int,
  'schema', pg_catalog.current_schema(),
  'can_create', coalesce(pg_catalog.has_schema_privilege(pg_catalog.current_schema(), 'CREATE'), false),
  'tables', (
    select count(*) from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any (pg_catalog.current_schemas(false))
      and c.relkind in ('r', 'p', 'f', 'v', 'm')
      and not exists (
        select 1 from pg_catalog.pg_depend d
        where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype = 'e')),
  'bytes', pg_catalog.pg_database_size(pg_catalog.current_database()),
  'systems', pg_catalog.to_regclass('systems') is not null,
  'db_migrations', pg_catalog.to_regclass('db_migrations') is not null,
  'schema_migrations', exists (
    select 1 from pg_catalog.pg_attribute a
    where a.attrelid = pg_catalog.to_regclass('schema_migrations') and a.attname = 'dirty' and not a.attisdropped)
)";

/// What is there? One question, one line in answer; see [`parse_inspection`].
#[must_use]
pub fn inspect(psql: &Psql<'_>) -> CommandSpec {
    psql.query(INSPECT)
}

/// Reads the answer to [`inspect`].
pub fn parse_inspection(output: &str) -> Result<Inspection, AnswerError> {
    read("what the database holds", output)
}

/// Works whether there is such a table or not: a query of a missing table would not even be understood.
const SESSIONS: &str = "\
select case when pg_catalog.to_regclass('sessions') is null then 0 else
  (pg_catalog.xpath('/row/c/text()', pg_catalog.query_to_xml(
    'select count(*) as c from sessions', false, true, '')))[1]::text::bigint end";

/// How many people are logged in? A number; see [`parse_sessions`].
#[must_use]
pub fn count_sessions(psql: &Psql<'_>) -> CommandSpec {
    psql.query(SESSIONS)
}

/// Reads the answer to [`count_sessions`].
pub fn parse_sessions(output: &str) -> Result<u64, AnswerError> {
    read("the sessions", output)
}

/// Which schema version? Asks only the tables that an inspection found; `None` if it found none of them.
#[must_use]
pub fn schema_state(psql: &Psql<'_>, seen: &Inspection) -> Option<CommandSpec> {
    let questions = [
        (seen.systems, "'systems', (select value from systems where name = 'Version')"),
        (seen.db_migrations, "'migration', (select coalesce(max(version), 0) from db_migrations)"),
        (
            seen.schema_migrations,
            "'dirty', (select coalesce(bool_or(dirty), false) from schema_migrations)",
        ),
    ];
    let asked: Vec<&str> =
        questions.into_iter().filter_map(|(there, question)| there.then_some(question)).collect();
    if asked.is_empty() {
        return None;
    }
    let sql = format!("select pg_catalog.json_build_object({})", asked.join(", "));
    Some(psql.query(&sql))
}

/// Reads the answer to [`schema_state`].
pub fn parse_schema_state(output: &str) -> Result<SchemaState, AnswerError> {
    read("the schema version", output)
}

pub(super) fn read<'o, T: Deserialize<'o>>(
    question: &'static str,
    output: &'o str,
) -> Result<T, AnswerError> {
    serde_json::from_str(output.trim()).map_err(|source| AnswerError { question, source })
}

impl Inspection {
    /// Is nothing there that a first installation could harm?
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.tables == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::psql::tests::endpoint;

    /// As printed by a real PostgreSQL 15.
    const FRESH: &str = "{\"server_version_num\" : 150018, \"schema\" : \"public\", \"can_create\" : true, \"tables\" : 0, \"bytes\" : 7447011, \"systems\" : false, \"db_migrations\" : false, \"schema_migrations\" : false}\n";

    fn inspection(text: &str) -> Inspection {
        parse_inspection(text).unwrap()
    }

    #[test]
    fn a_fresh_database_is_empty_and_has_no_version_to_ask_for() {
        let seen = inspection(FRESH);
        assert!(seen.is_empty());
        assert_eq!(seen.server_version_num, 150_018);
        assert_eq!(seen.schema.as_deref(), Some("public"));
        let endpoint = endpoint("host=db");
        assert!(schema_state(&Psql::on(&endpoint).unwrap(), &seen).is_none());
    }

    #[test]
    fn a_search_path_to_nowhere_is_seen() {
        let seen = inspection(&FRESH.replace("\"public\"", "null").replace("true", "false"));
        assert_eq!(seen.schema, None);
        assert!(!seen.can_create);
    }

    #[test]
    fn only_tables_that_exist_are_asked_for_the_version() {
        let endpoint = endpoint("host=db");
        let psql = Psql::on(&endpoint).unwrap();
        let question = |systems, db_migrations, schema_migrations| {
            let seen =
                Inspection { systems, db_migrations, schema_migrations, ..inspection(FRESH) };
            schema_state(&psql, &seen).unwrap().args.pop().unwrap()
        };
        insta::assert_snapshot!(question(true, false, false), @"select pg_catalog.json_build_object('systems', (select value from systems where name = 'Version'))");
        insta::assert_snapshot!(question(true, true, true), @"select pg_catalog.json_build_object('systems', (select value from systems where name = 'Version'), 'migration', (select coalesce(max(version), 0) from db_migrations), 'dirty', (select coalesce(bool_or(dirty), false) from schema_migrations))");
        assert!(!question(false, true, false).contains("systems"));
    }

    #[test]
    fn schema_states_are_read_with_what_was_not_asked_left_out() {
        let cases = [
            ("{\"systems\" : \"5.9.0\"}\n", Some("5.9.0"), None, false),
            ("{\"systems\" : null, \"migration\" : 100}\n", None, Some(100), false),
            ("{\"systems\" : \"6.3.0\", \"dirty\" : true}", Some("6.3.0"), None, true),
        ];
        for (output, systems, migration, dirty) in cases {
            let expected = SchemaState { systems: systems.map(str::to_owned), migration, dirty };
            assert_eq!(parse_schema_state(output).unwrap(), expected, "{output}");
        }
    }

    #[test]
    fn other_answers_are_refused() {
        for output in ["", "1\n", "{}", "NOTICE", "{\"tables\" : 0}"] {
            assert!(parse_inspection(output).is_err(), "{output}");
        }
        assert_eq!(
            parse_schema_state("").unwrap_err().to_string(),
            "the database's answer to the question for the schema version cannot be read"
        );
    }
}
