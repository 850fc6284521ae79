//! What a server made in a database that was empty before, and the statement that takes exactly that away again.
//! Nothing is taken away here, and never anything that was there before, belongs to another role, or that another
//! object needs which is not taken away with it.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::CommandSpec;

use super::psql::Psql;

/// A kind of object that Mattermost's migrations or plugins may make.
/// In the order in which they are taken away: what uses others first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectKind {
    /// A materialized view.
    MaterializedView,
    /// A view.
    View,
    /// A foreign table.
    ForeignTable,
    /// A table, partitioned or not.
    Table,
    /// A sequence that belongs to no column.
    Sequence,
    /// An aggregate function.
    Aggregate,
    /// A function.
    Function,
    /// A procedure.
    Procedure,
    /// A domain.
    Domain,
    /// An enumeration, a range or a composite type of its own.
    Type,
    /// A configuration of the text search.
    TextSearchConfiguration,
    /// A dictionary of the text search.
    TextSearchDictionary,
    /// A collation.
    Collation,
}

/// An object in a database.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CreatedObject {
    /// What it is.
    pub kind: ObjectKind,
    /// The schema it is in.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// For functions: the argument types, as SQL that the database itself wrote. Empty otherwise.
    #[serde(default)]
    pub arguments: String,
}

/// What the connected role owns in the schema in which it makes things, without what belongs to an extension or to a
/// column: as `own`, with everything else that a query may want to know. Works from PostgreSQL 9.4 on; `prokind` came
/// with PostgreSQL 11, hence the detour.
pub(super) const FOUND: &str = "\
with mine as (select oid from pg_catalog.pg_roles where rolname = current_user),
here as (select oid, nspname from pg_catalog.pg_namespace where nspname = pg_catalog.current_schema()),
found as (
  select c.oid, 'pg_catalog.pg_class'::pg_catalog.regclass as class, here.nspname, c.relname as name, '' as arguments,
    case c.relkind when 'm' then 'materialized-view' when 'v' then 'view' when 'f' then 'foreign-table'
      when 'S' then 'sequence' else 'table' end as kind
  from pg_catalog.pg_class c, here, mine
  where c.relnamespace = here.oid and c.relowner = mine.oid and c.relkind in ('r', 'p', 'f', 'v', 'm', 'S')
  union all
  select p.oid, 'pg_catalog.pg_proc'::pg_catalog.regclass, here.nspname, p.proname,
    pg_catalog.pg_get_function_identity_arguments(p.oid),
    case pg_catalog.to_json(p) ->> 'prokind' when 'a' then 'aggregate' when 'p' then 'procedure' else 'function' end
  from pg_catalog.pg_proc p, here, mine
  where p.pronamespace = here.oid and p.proowner = mine.oid
  union all
  select t.oid, 'pg_catalog.pg_type'::pg_catalog.regclass, here.nspname, t.typname, '',
    case t.typtype when 'd' then 'domain' else 'type' end
  from pg_catalog.pg_type t, here, mine
  where t.typnamespace = here.oid and t.typowner = mine.oid
    and (t.typtype in ('d', 'e', 'r')
      or t.typtype = 'c' and exists (
        select 1 from pg_catalog.pg_class c where c.oid = t.typrelid and c.relkind = 'c'))
  union all
  select o.oid, 'pg_catalog.pg_ts_config'::pg_catalog.regclass, here.nspname, o.cfgname, '', 'text-search-configuration'
  from pg_catalog.pg_ts_config o, here, mine
  where o.cfgnamespace = here.oid and o.cfgowner = mine.oid
  union all
  select o.oid, 'pg_catalog.pg_ts_dict'::pg_catalog.regclass, here.nspname, o.dictname, '', 'text-search-dictionary'
  from pg_catalog.pg_ts_dict o, here, mine
  where o.dictnamespace = here.oid and o.dictowner = mine.oid
  union all
  select o.oid, 'pg_catalog.pg_collation'::pg_catalog.regclass, here.nspname, o.collname, '', 'collation'
  from pg_catalog.pg_collation o, here, mine
  where o.collnamespace = here.oid and o.collowner = mine.oid
),
own as (
  select found.* from found
  where not exists (
    select 1 from pg_catalog.pg_depend d
    where d.classid = found.class and d.objid = found.oid and d.deptype in ('a', 'e', 'i') and d.objsubid = 0
      and (found.kind = 'sequence' or d.deptype = 'e'))
)
";

const LIST: &str = "\
select pg_catalog.json_build_object('kind', kind, 'schema', nspname, 'name', name, 'arguments', arguments) from own";

/// Taking tables away waits for whoever still reads them.
const DROP_TIMEOUT: Duration = Duration::from_secs(300);

/// Which objects are there? One line each; see [`parse_created`].
#[must_use]
pub fn list_created(psql: &Psql<'_>) -> CommandSpec {
    psql.query(&format!("{FOUND}{LIST}"))
}

/// Reads the answer to [`list_created`].
pub fn parse_created(output: &str) -> Result<BTreeSet<CreatedObject>, serde_json::Error> {
    output.lines().filter(|line| !line.trim().is_empty()).map(serde_json::from_str).collect()
}

/// Takes away what is there `now` and was not there `before`, all of it or, if another object needs some of it, nothing.
/// `None` if there is nothing to take away.
#[must_use]
pub fn drop_created(
    psql: &Psql<'_>,
    before: &BTreeSet<CreatedObject>,
    now: &BTreeSet<CreatedObject>,
) -> Option<CommandSpec> {
    let created: Vec<&CreatedObject> = now.difference(before).collect();
    if created.is_empty() {
        return None;
    }
    let sql = statements(&created).join(";\n");
    Some(psql.transaction(&sql, DROP_TIMEOUT))
}

/// One statement per kind, so that objects of one kind may need each other; functions one by one, for servers before
/// PostgreSQL 10. `created` is in order, kinds first.
fn statements(created: &[&CreatedObject]) -> Vec<String> {
    created
        .chunk_by(|a, b| a.kind == b.kind && !a.kind.is_routine())
        .filter_map(|group| {
            let kind = group.first()?.kind;
            let names: Vec<String> = group.iter().map(|object| object.sql_name()).collect();
            let keyword = kind.keyword();
            Some(format!("drop {keyword} if exists {}", names.join(", ")))
        })
        .collect()
}

impl ObjectKind {
    const fn is_routine(self) -> bool {
        matches!(self, Self::Aggregate | Self::Function | Self::Procedure)
    }

    const fn keyword(self) -> &'static str {
        match self {
            Self::MaterializedView => "materialized view",
            Self::View => "view",
            Self::ForeignTable => "foreign table",
            Self::Table => "table",
            Self::Sequence => "sequence",
            Self::Aggregate => "aggregate",
            Self::Function => "function",
            Self::Procedure => "procedure",
            Self::Domain => "domain",
            Self::Type => "type",
            Self::TextSearchConfiguration => "text search configuration",
            Self::TextSearchDictionary => "text search dictionary",
            Self::Collation => "collation",
        }
    }
}

impl CreatedObject {
    fn sql_name(&self) -> String {
        let name = format!("{}.{}", quoted(&self.schema), quoted(&self.name));
        match (self.kind, self.arguments.as_str()) {
            (ObjectKind::Aggregate, "") => format!("{name}(*)"),
            (kind, arguments) if kind.is_routine() => format!("{name}({arguments})"),
            _ => name,
        }
    }
}

/// PostgreSQL documentation (Identifiers and Key Words): a quote in a quoted name is doubled.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::psql::tests::endpoint;

    const LISTING: &str = r#"{"kind" : "function", "schema" : "public", "name" : "f", "arguments" : "a integer, \"My Type\""}
{"kind" : "function", "schema" : "public", "name" : "g", "arguments" : ""}
{"kind" : "aggregate", "schema" : "public", "name" : "total", "arguments" : ""}
{"kind" : "materialized-view", "schema" : "public", "name" : "poststats", "arguments" : ""}
{"kind" : "sequence", "schema" : "public", "name" : "loose", "arguments" : ""}
{"kind" : "table", "schema" : "public", "name" : "users", "arguments" : ""}
{"kind" : "table", "schema" : "public", "name" : "we\"ird\n; drop database x; --", "arguments" : ""}
{"kind" : "table", "schema" : "public", "name" : "before", "arguments" : ""}
{"kind" : "type", "schema" : "public", "name" : "channel_type", "arguments" : ""}
"#;

    fn drop_sql(before: &str, now: &str) -> Option<String> {
        let endpoint = endpoint("host=db");
        let psql = Psql::on(&endpoint).unwrap();
        let spec =
            drop_created(&psql, &parse_created(before).unwrap(), &parse_created(now).unwrap())?;
        assert!(spec.args.contains(&"--single-transaction".to_owned()));
        spec.args.last().cloned()
    }

    #[test]
    fn exactly_what_is_new_is_taken_away_in_an_order_that_works() {
        let before =
            r#"{"kind" : "table", "schema" : "public", "name" : "before", "arguments" : ""}"#;
        insta::assert_snapshot!(drop_sql(before, LISTING).unwrap(), @r#"
        drop materialized view if exists "public"."poststats";
        drop table if exists "public"."users", "public"."we""ird
        ; drop database x; --";
        drop sequence if exists "public"."loose";
        drop aggregate if exists "public"."total"(*);
        drop function if exists "public"."f"(a integer, "My Type");
        drop function if exists "public"."g"();
        drop type if exists "public"."channel_type"
        "#);
    }

    #[test]
    fn nothing_new_is_nothing_to_do() {
        assert_eq!(drop_sql(LISTING, LISTING), None);
        assert_eq!(drop_sql(LISTING, ""), None);
    }

    #[test]
    fn the_same_name_of_another_kind_is_another_object() {
        let view = r#"{"kind" : "view", "schema" : "public", "name" : "x"}"#;
        let table = r#"{"kind" : "table", "schema" : "public", "name" : "x"}"#;
        assert_eq!(drop_sql(view, table).as_deref(), Some(r#"drop table if exists "public"."x""#));
    }

    #[test]
    fn a_record_survives_being_written_and_read() {
        let objects = parse_created(LISTING).unwrap();
        let written = serde_json::to_string(&objects).unwrap();
        let read: BTreeSet<CreatedObject> = serde_json::from_str(&written).unwrap();
        assert_eq!(read, objects);
        assert_eq!(read.len(), 9);
    }

    #[test]
    fn a_line_that_is_no_object_is_refused() {
        assert!(parse_created("1\n").is_err());
        assert!(
            parse_created("{\"kind\" : \"database\", \"schema\" : \"a\", \"name\" : \"b\"}")
                .is_err()
        );
    }
}
