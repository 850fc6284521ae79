//! Whose turn it is to change a PostgreSQL database that several nodes share: the holder of one advisory lock.
//!
//! The lock is that of a session and of one database (PostgreSQL documentation, Advisory Locks). It is gone with the session that
//! holds it, whatever ends that, so that nothing is left behind by whoever is killed.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use serde::Deserialize;

use crate::model::CommandSpec;

use super::postgres::{AnswerError, read};
use super::psql::Psql;

/// The key of the lock: the letters `mmembed1`, one a byte. Every version of mmembed takes this one.
pub const TURN_KEY: i64 = i64::from_be_bytes(*b"mmembed1");

/// What a node's session calls itself, before the name of its host.
pub(super) const NODE: &str = "mmembed on ";

/// Takes the turn, unless another session has it: answers `t` or `f`.
#[must_use]
pub fn take_turn() -> String {
    format!("select pg_catalog.pg_try_advisory_lock({TURN_KEY});")
}

/// Does the session that is asked have the turn? Answers `t` or `f`.
#[must_use]
pub fn has_turn() -> String {
    format!(
        "select exists (select 1 from pg_catalog.pg_locks l where {} and l.pid = pg_catalog.pg_backend_pid());",
        is_turn()
    )
}

/// Who has the turn, each as `mmembed on HOST from ADDRESS`? See [`parse_holders`].
#[must_use]
pub fn list_holders() -> String {
    format!(
        "select coalesce(pg_catalog.json_agg(coalesce(nullif(a.application_name, ''), 'somebody') || ' from ' || \
         coalesce(pg_catalog.host(a.client_addr), 'the database''s own machine')), '[]'::json) \
         from pg_catalog.pg_locks l left join pg_catalog.pg_stat_activity a on a.pid = l.pid where {};",
        is_turn()
    )
}

/// Reads the answer to [`list_holders`].
pub fn parse_holders(output: &str) -> Result<Vec<String>, AnswerError> {
    read("who has the turn", output)
}

/// How `pg_locks` shows a lock by one large key: its upper half, its lower half, and a one.
fn is_turn() -> String {
    let (upper, lower) = (TURN_KEY >> 32, TURN_KEY & 0xffff_ffff);
    format!(
        "l.locktype = 'advisory' and l.granted and l.classid = {upper} and l.objid = {lower} and l.objsubid = 1 \
         and l.database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())"
    )
}

/// Keeps PostgreSQL from 14 on from ending a session that only waits. Answers a line, whatever it was before.
pub const KEEP_IDLE: &str = "select count(pg_catalog.set_config(name, '0', false)) \
     from pg_catalog.pg_settings where name = 'idle_session_timeout';";

/// The session that answers, by the number of its process.
pub const OWN_SESSION: &str = "select pg_catalog.pg_backend_pid();";

/// Asks for [`OWN_SESSION`] in a session of its own.
#[must_use]
pub fn own_session(psql: &Psql<'_>) -> CommandSpec {
    psql.query(OWN_SESSION)
}

/// A call that stays for as long as its standard input, and answers each line of it that is one statement. It calls itself by the
/// name of the host, whatever the data source says: other nodes read who holds them up.
#[must_use]
pub fn hold_session(psql: &Psql<'_>, host: &str) -> CommandSpec {
    let mut spec = psql.conversation();
    spec = spec.env("PGAPPNAME", format!("{NODE}{host}"));
    spec.timeout = CommandSpec::UNHURRIED;
    spec
}

/// What was seen of other nodes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodesSeen {
    /// Sessions of a server's own role that come from another machine than whoever asks, as a rule: what they call themselves and where
    /// they come from, each once: `mattermost from 10.0.0.7`.
    pub elsewhere: Vec<String>,
    /// The value of the mark, where there is one.
    pub mark: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    elsewhere: Vec<Session>,
    mark: Option<String>,
}

#[derive(Deserialize)]
struct Session {
    name: String,
    /// `None` for one that came by a socket of the database's machine.
    address: Option<IpAddr>,
    port: Option<u16>,
}

impl Session {
    /// Is the other end of it one of these sockets?
    fn is_one_of(&self, sockets: &BTreeSet<SocketAddr>) -> bool {
        let end = self.address.zip(self.port).map(|(address, port)| SocketAddr::new(address, port));
        end.is_some_and(|end| sockets.contains(&end))
    }

    fn in_words(&self) -> String {
        match self.address {
            Some(address) => format!("{} from {address}", self.name),
            None => format!("{} from the database's own machine", self.name),
        }
    }
}

/// Works from PostgreSQL 9.4 on, whether there is a table or not. A session of mmembed is none of a server. All loopback addresses
/// are one machine's: of `localhost` the server may take another one than `psql`. An aggregate has a row even where there is no mark:
/// of none at all, `xpath` says that it is no document.
const NODES: &str = "\
select pg_catalog.json_build_object(
  'elsewhere', (
    select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('name', coalesce(nullif(application_name, ''), 'somebody'),
      'address', pg_catalog.host(client_addr), 'port', nullif(client_port, -1))), '[]'::json)
    from pg_catalog.pg_stat_activity
    where datname = pg_catalog.current_database() and usename = current_user and pid <> pg_catalog.pg_backend_pid()
      and MACHINE(client_addr) is distinct from MACHINE(pg_catalog.inet_client_addr())
      and coalesce(application_name, '') not like 'mmembed%'),
  'mark', case when pg_catalog.to_regclass('systems') is null then null else (pg_catalog.xpath('/row/value/text()',
    pg_catalog.query_to_xml('select max(value) as value from systems where name = ''MARK''', false, true, '')))[1]::text end)";

/// Who else serves from this database, and what the last migration has left written there? See [`parse_nodes`].
#[must_use]
pub fn list_nodes(psql: &Psql<'_>) -> CommandSpec {
    let text = NODES.replace("MARK", super::mark::ROW);
    let text =
        ["client_addr", "pg_catalog.inet_client_addr()"].iter().fold(text, |text, address| {
            text.replace(&format!("MACHINE({address})"), &machine(address))
        });
    psql.query(&text)
}

/// An address by which a machine is known again.
fn machine(address: &str) -> String {
    format!(
        "case when {address} <<= '127.0.0.0/8' or {address} = '::1' then inet '127.0.0.1' else {address} end"
    )
}

/// Reads the answer to [`list_nodes`]. A session whose other end is one of this machine's own sockets is no other node's, whatever
/// address it has.
pub fn parse_nodes(output: &str, own: &BTreeSet<SocketAddr>) -> Result<NodesSeen, AnswerError> {
    let Answer { elsewhere, mark } = read("the other nodes", output)?;
    let others = elsewhere.iter().filter(|session| !session.is_one_of(own));
    let elsewhere: BTreeSet<String> = others.map(Session::in_words).collect();
    Ok(NodesSeen { elsewhere: elsewhere.into_iter().collect(), mark })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::psql::tests::endpoint;

    #[test]
    fn the_key_never_changes() {
        assert_eq!(TURN_KEY, 0x6d6d_656d_6265_6431);
        assert!(has_turn().contains("l.classid = 1835885933 and l.objid = 1650811953"));
    }

    #[test]
    fn a_session_names_its_host_and_shows_no_secret() {
        let endpoint = endpoint("postgres://mm:p%40ss@db/chat?application_name=chat");
        let spec = hold_session(&Psql::on(&endpoint).unwrap(), "chat2");
        assert_eq!(spec.env["PGAPPNAME"].expose(), "mmembed on chat2");
        assert_eq!(spec.env["PGPASSWORD"].expose(), "p@ss");
        assert!(!format!("{spec:?}").contains("p@ss"));
        assert!(!spec.args.iter().any(|arg| arg == "--command"));
    }

    #[test]
    fn a_session_that_ends_in_a_socket_of_this_machine_is_its_own() {
        let text = r#"{"elsewhere" : [{"name": "x", "address": "10.0.0.7", "port": 40000},
            {"name": "x", "address": "10.0.0.7", "port": 40001}], "mark" : null}"#;
        let own = ["10.0.0.7:40000", "10.0.0.7:40001"].map(|end| end.parse().unwrap());
        let seen = |own: &[SocketAddr]| {
            parse_nodes(text, &own.iter().copied().collect()).unwrap().elsewhere
        };
        assert_eq!(seen(&own), Vec::<String>::new());
        assert_eq!(seen(&own[..1]), ["x from 10.0.0.7"]);
    }

    #[test]
    fn answers_are_read_and_others_refused() {
        let text = r#"{"elsewhere" : [{"name": "x", "address": "10.0.0.7", "port": 40000},
            {"name": "x", "address": "10.0.0.7", "port": 40001}, {"name": "y", "address": null, "port": null}], "mark" : null}"#;
        let seen = parse_nodes(text, &BTreeSet::new()).unwrap();
        assert_eq!(seen.elsewhere, ["x from 10.0.0.7", "y from the database's own machine"]);
        assert_eq!(seen.mark, None);
        assert!(parse_nodes("t", &BTreeSet::new()).is_err());
        assert_eq!(parse_holders("[]").unwrap(), Vec::<String>::new());
        assert!(parse_holders("").is_err());
    }
}
