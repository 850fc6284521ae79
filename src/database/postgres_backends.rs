//! Who is connected to a PostgreSQL database: the server's own role, and others.
//! Nobody is disconnected here.

use serde::Deserialize;

use crate::model::CommandSpec;

use super::postgres::{AnswerError, read};
use super::psql::Psql;

/// Connections to one database, but for those of mmembed, on this host or another one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Backends {
    /// Those of the role that the server logs in as.
    pub own: u64,
    /// Those of other roles.
    pub others: u64,
    /// What the former call themselves and where they come from, each once: `mattermost from 10.0.0.7`.
    pub clients: Vec<String>,
}

/// Works from PostgreSQL 9.4 on. Everybody may see which roles are connected to which database, and of the own role all
/// else. Workers of a query count as their leader's role, and are gone with it.
const BACKENDS: &str = "\
select pg_catalog.json_build_object(
  'own', pg_catalog.count(case when usename = current_user then 1 end),
  'others', pg_catalog.count(case when usename <> current_user then 1 end),
  'clients', coalesce(pg_catalog.json_agg(distinct coalesce(nullif(application_name, ''), 'somebody') || ' from ' ||
    coalesce(client_addr::text, 'this machine')) filter (where usename = current_user), '[]'::json))
from pg_catalog.pg_stat_activity
where datname = pg_catalog.current_database() and pid <> pg_catalog.pg_backend_pid()
  and usename is not null and coalesce(application_name, '') <> 'mmembed'
  and coalesce(application_name, '') not like 'mmembed on %'";

/// Who is connected? See [`parse_backends`].
#[must_use]
pub fn list_backends(psql: &Psql<'_>) -> CommandSpec {
    psql.query(BACKENDS)
}

/// Reads the answer to [`list_backends`].
pub fn parse_backends(output: &str) -> Result<Backends, AnswerError> {
    read("who is connected", output)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_and_another_refused() {
        let text = r#"{"own" : 2, "others" : 1, "clients" : ["psql from 127.0.0.1"]}"#;
        let clients = vec!["psql from 127.0.0.1".to_owned()];
        assert_eq!(parse_backends(text).unwrap(), Backends { own: 2, others: 1, clients });
        assert!(parse_backends("").is_err());
        assert!(parse_backends("3\n").is_err());
    }
}
