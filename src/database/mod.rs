//! How one looks at a database: where a data source points, and which calls of the vendor's tools tell what is there.
//! No connection is made here, and no password ever stands in an argument, a message or an error.

mod activity;
mod created;
mod dsn_error;
mod dump;
mod emptied;
mod endpoint;
mod failure;
mod mark;
mod minimum;
mod mysql;
mod mysql_dsn;
mod percent;
mod postgres;
mod postgres_backends;
mod postgres_dsn;
mod postgres_key_value;
mod postgres_url;
mod psql;
mod saved;
mod tool_version;
mod turn;

pub use activity::{count_traces, parse_traces};
pub use created::{CreatedObject, ObjectKind, drop_created, list_created, parse_created};
pub use dsn_error::DsnError;
pub use dump::{
    ArchiveListing, ListingError, PG_DUMP, PG_RESTORE, Privileges, dump, end_restores,
    list_archive, own_entries, parse_archive_listing, restore,
};
pub use emptied::{Others, empty_schema, list_others, parse_others};
pub use endpoint::{Address, DataSource, Endpoint, Engine, read_data_source};
pub use failure::{Failure, FailureKind};
pub use mark::{Mark, NoMark, Stage, remove_mark, remove_mark_by_hand, schema_word, write_mark};
pub use minimum::{Minimum, Purpose, minimum};
pub use mysql::{
    CLIENTS as MYSQL_CLIENTS, Mysql, MysqlAnswerError, MysqlFacts, dump_tools as mysql_dump_tools,
    is_complete as is_complete_mysql_dump, parse_counts as parse_mysql_counts,
    parse_facts as parse_mysql_facts, parse_lines as parse_mysql_lines,
    parse_sessions as parse_mysql_sessions,
};
pub use postgres::{
    AnswerError, Inspection, SchemaState, count_sessions, inspect, parse_inspection,
    parse_schema_state, parse_sessions, ping, schema_state,
};
pub use postgres_backends::{Backends, list_backends, parse_backends};
pub use psql::{NotPostgres, Psql};
pub use saved::{
    DatabaseFacts, OtherSession, ask_saved, count_rows, drop_scratch, list_other_sessions,
    parse_other_sessions, parse_row_counts, parse_saved, read_active_configuration,
};
pub use tool_version::{ToolTooOld, ask_tool_version, can_dump, parse_tool_version};
pub use turn::{
    KEEP_IDLE, NodesSeen, OWN_SESSION, TURN_KEY, has_turn, hold_session, list_holders, list_nodes,
    own_session, parse_holders, parse_nodes, take_turn,
};
