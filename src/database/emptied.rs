//! Taking away everything that the server's role owns in its schema, before a dump is brought back; and what others have
//! made there that would be in the way.
//! What belongs to another role or to an extension is never taken away.

use serde::Deserialize;

use crate::model::CommandSpec;

use super::created::FOUND;
use super::dump::as_restore;
use super::postgres::{AnswerError, read};
use super::psql::Psql;

/// All in one statement, hence all or nothing. What needs others is not known beforehand: each round takes away what
/// nothing needs any more, until nothing is left or a round achieves nothing. Never by `cascade`, which would reach what
/// belongs to others.
///
/// The default rights in the schema go too: a dump does not say of a table that it has none of them.
const EMPTY: &str = "
declare
  statements text[];
  statement text;
  remaining int;
  remaining_before int := -1;
  reason text;
  details text;
begin
  perform pg_catalog.set_config('lock_timeout', '60s', true);
  for statement in
    select pg_catalog.format('alter default privileges in schema %I revoke all on %s from %s', n.nspname,
      case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' else 'types' end,
      case granted.grantee when 0 then 'public' else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(granted.grantee)) end)
    from pg_catalog.pg_default_acl d
    join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace,
    lateral pg_catalog.aclexplode(d.defaclacl) granted
    where n.nspname = pg_catalog.current_schema() and pg_catalog.pg_get_userbyid(d.defaclrole) = current_user
  loop
    execute statement;
  end loop;
  loop
    FOUND
    select pg_catalog.array_agg(dropped order by place) into statements from (
      select min(place) as place, pg_catalog.format('drop %s if exists %s', keyword,
        pg_catalog.string_agg(spelled, ', ')) as dropped
      from (
        select own.oid, own.kind, case kind when 'materialized-view' then 1 when 'view' then 2 when 'foreign-table' then 3
            when 'table' then 4 when 'sequence' then 5 else 6 end as place,
          pg_catalog.replace(kind, '-', ' ') as keyword,
          pg_catalog.format('%I.%I', nspname, name)
            || case when kind in ('function', 'procedure') then '(' || arguments || ')'
                 when kind = 'aggregate' then '(' || case arguments when '' then '*' else arguments end || ')'
                 else '' end as spelled
        from own
      ) as spelled_out
      -- Tables may need each other, and go together.
      group by keyword, case kind when 'table' then 0 else oid end
    ) as ordered;
    exit when statements is null;
    remaining := 0;
    foreach statement in array statements loop
      begin
        execute statement;
      exception
        when lock_not_available then
          raise;
        when dependent_objects_still_exist then
          remaining := remaining + 1;
          get stacked diagnostics reason = message_text, details = pg_exception_detail;
      end;
    end loop;
    exit when remaining = 0;
    if remaining = remaining_before then
      raise exception '%: %', reason, pg_catalog.replace(details, E'\\n', ', ');
    end if;
    remaining_before := remaining;
  end loop;
end";

/// What others have in the way of a dump and its restoring.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Others {
    /// Relations in the server's schema that belong to other roles, by name. They are not dumped and not taken away.
    pub relations: Vec<String>,
    /// What needs something of the server's and belongs to others or lies elsewhere, and what is of a kind that is not
    /// taken away: nothing can be brought back below it. With its schema.
    pub in_the_way: Vec<String>,
}

/// One question, one line in answer. What an extension brought is nobody's.
const OTHERS: &str = "
, theirs as (
  select c.oid, c.relname from pg_catalog.pg_class c, here, mine
  where c.relnamespace = here.oid and c.relowner <> mine.oid and c.relkind in ('r', 'p', 'f', 'v', 'm', 'S')
    and not exists (
      select 1 from pg_catalog.pg_depend d
      where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype = 'e')
), dependents as (
  select d.classid, d.objid from pg_catalog.pg_depend d
  join own on d.refclassid = own.class and d.refobjid = own.oid
  union
  -- A table is a type of rows, too.
  select d.classid, d.objid from pg_catalog.pg_depend d
  join pg_catalog.pg_type t on d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass and d.refobjid = t.oid
  join own on own.class = 'pg_catalog.pg_class'::pg_catalog.regclass and own.oid = t.typrelid
), needing as (
  select n.nspname, c.relname as name from dependents d
  left join pg_catalog.pg_rewrite r on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and r.oid = d.objid
  left join pg_catalog.pg_constraint k on d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass and k.oid = d.objid
  left join pg_catalog.pg_attrdef a on d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass and a.oid = d.objid
  join pg_catalog.pg_class c on c.oid = coalesce(r.ev_class, nullif(k.conrelid, 0), a.adrelid,
    case d.classid when 'pg_catalog.pg_class'::pg_catalog.regclass then d.objid end)
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'f', 'v', 'm') and n.nspname <> 'pg_toast'
    and not (c.relnamespace in (select oid from here) and c.relowner in (select oid from mine))
  union
  select n.nspname, p.proname || '()' from dependents d
  join pg_catalog.pg_proc p on d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objid = p.oid
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where not (p.pronamespace in (select oid from here) and p.proowner in (select oid from mine))
    -- What the database itself made along with a type, such as a range's functions, goes along with it.
    and not exists (
      select 1 from pg_catalog.pg_depend i
      where i.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and i.objid = p.oid and i.deptype = 'i')
  union
  -- Of the role's own, and of kinds that are not taken away.
  select here.nspname, 'operator ' || o.oprname from pg_catalog.pg_operator o, here, mine
  where o.oprnamespace = here.oid and o.oprowner = mine.oid and not exists (
    select 1 from pg_catalog.pg_depend d
    where d.classid = 'pg_catalog.pg_operator'::pg_catalog.regclass and d.objid = o.oid and d.deptype = 'e')
  union
  select here.nspname, 'operator family ' || o.opfname from pg_catalog.pg_opfamily o, here, mine
  where o.opfnamespace = here.oid and o.opfowner = mine.oid and not exists (
    select 1 from pg_catalog.pg_depend d
    where d.classid = 'pg_catalog.pg_opfamily'::pg_catalog.regclass and d.objid = o.oid and d.deptype = 'e')
  union
  select here.nspname, 'conversion ' || o.conname from pg_catalog.pg_conversion o, here, mine
  where o.connamespace = here.oid and o.conowner = mine.oid and not exists (
    select 1 from pg_catalog.pg_depend d
    where d.classid = 'pg_catalog.pg_conversion'::pg_catalog.regclass and d.objid = o.oid and d.deptype = 'e')
)
select pg_catalog.json_build_object(
  'relations', (select coalesce(pg_catalog.json_agg(relname order by relname), '[]') from theirs),
  'in_the_way', (select coalesce(pg_catalog.json_agg(named order by named), '[]')
    from (select nspname || '.' || name as named from needing) as all_of_them))";

/// Takes away everything that the role owns in its schema, or, if something of others needs some of it, nothing.
#[must_use]
pub fn empty_schema(psql: &Psql<'_>) -> CommandSpec {
    let block = EMPTY.replace("FOUND", FOUND);
    as_restore(psql.unhurried(&format!("do $mmembed${block} $mmembed$")))
}

/// What would be in the way of a restore? See [`parse_others`].
#[must_use]
pub fn list_others(psql: &Psql<'_>) -> CommandSpec {
    psql.unhurried(&format!("{FOUND}{OTHERS}"))
}

/// Reads the answer to [`list_others`].
pub fn parse_others(output: &str) -> Result<Others, AnswerError> {
    read("what others have made", output)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::psql::tests::endpoint;

    #[test]
    fn nothing_is_taken_away_that_others_need() {
        let endpoint = endpoint("host=db");
        let psql = Psql::on(&endpoint).unwrap();
        let sql = empty_schema(&psql).args.pop().unwrap();
        assert!(!sql.to_lowercase().contains("cascade"), "{sql}");
        assert!(sql.starts_with("set statement_timeout = 0; do $mmembed$"));
        assert!(sql.contains("with mine as (") && sql.ends_with("end $mmembed$"));
        assert_eq!(empty_schema(&psql).timeout, CommandSpec::UNHURRIED);
    }

    #[test]
    fn what_others_have_is_read() {
        let others =
            parse_others("{\"relations\" : [\"a\"], \"in_the_way\" : [\"reports.b\"]}\n").unwrap();
        assert_eq!(others.relations, ["a"]);
        assert_eq!(others.in_the_way, ["reports.b"]);
        assert!(parse_others("").is_err());
    }
}
