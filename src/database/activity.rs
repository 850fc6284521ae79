//! Whether anybody has used the server since a moment: rows that only people make carry their time.
//! Nothing is asked here.

use jiff::Timestamp;

use crate::model::CommandSpec;

use super::postgres::AnswerError;
use super::psql::Psql;

/// Columns that hold milliseconds since 1970 and that a server without users does not write (server source: the
/// tables of posts and sessions, since 1.0).
const TRACES: &[(&str, &str)] =
    &[("posts", "updateat"), ("sessions", "createat"), ("sessions", "lastactivityat")];

/// How many traces of people are newer than `since`? A number; see
/// [`parse_sessions`](super::postgres::parse_sessions). Tables and columns that are not there count as nothing.
#[must_use]
pub fn count_traces(psql: &Psql<'_>, since: Timestamp) -> CommandSpec {
    let since = since.as_millisecond();
    let counts: Vec<String> =
        TRACES.iter().map(|(table, column)| count_newer(table, column, since)).collect();
    psql.query(&format!("select {}", counts.join(" + ")))
}

/// A query of a missing column would not even be understood: it is asked only once the column is known to be there.
fn count_newer(table: &str, column: &str, since: i64) -> String {
    format!(
        "case when exists (select 1 from pg_catalog.pg_attribute a \
         where a.attrelid = pg_catalog.to_regclass('{table}') and a.attname = '{column}' and not a.attisdropped) \
         then (pg_catalog.xpath('/row/c/text()', pg_catalog.query_to_xml(\
         'select count(*) as c from {table} where {column} > {since}', false, true, '')))[1]::text::bigint else 0 end"
    )
}

/// Reads the answer to [`count_traces`].
pub fn parse_traces(output: &str) -> Result<u64, AnswerError> {
    super::postgres::parse_sessions(output)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::psql::tests::endpoint;

    #[test]
    fn each_trace_is_asked_for_by_the_same_moment() {
        let endpoint = endpoint("host=db");
        let since = Timestamp::from_millisecond(1_700_000_000_123).unwrap();
        let spec = count_traces(&Psql::on(&endpoint).unwrap(), since);
        let sql = spec.args.last().unwrap();
        assert_eq!(sql.matches("> 1700000000123").count(), TRACES.len());
        assert!(sql.contains("from posts where updateat"), "{sql}");
    }
}
