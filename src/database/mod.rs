//! How one looks at a database: where a data source points, and which calls of the vendor's tools tell what is there.
//! No connection is made here, and no password ever stands in an argument, a message or an error.

mod activity;
mod created;
mod dsn_error;
mod endpoint;
mod failure;
mod minimum;
mod mysql_dsn;
mod percent;
mod postgres;
mod postgres_backends;
mod postgres_dsn;
mod postgres_key_value;
mod postgres_url;
mod psql;

pub use activity::{count_traces, parse_traces};
pub use created::{CreatedObject, ObjectKind, drop_created, list_created, parse_created};
pub use dsn_error::DsnError;
pub use endpoint::{Address, DataSource, Endpoint, Engine, read_data_source};
pub use failure::{Failure, FailureKind};
pub use minimum::{Minimum, Purpose, minimum};
pub use postgres::{
    AnswerError, Inspection, SchemaState, count_sessions, inspect, parse_inspection,
    parse_schema_state, parse_sessions, ping, schema_state,
};
pub use postgres_backends::{Backends, list_backends, parse_backends};
pub use psql::{NotPostgres, Psql};
