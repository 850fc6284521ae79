//! What the schema engines ask of a database, whatever keeps it.
//! No engine's rules stand here.

use serde_json::Value;

use super::file::FileStore;
use super::postgres::PostgresStore;

/// A database that failed, with its own words.
#[derive(Debug)]
pub(crate) struct StoreError(pub(crate) String);

/// What a [`Store`] answers.
pub(crate) type Answer<T> = Result<T, StoreError>;

/// One database. Every call is one transaction.
pub(crate) trait Store: Send {
    /// Is it there?
    fn ping(&mut self) -> Answer<()>;
    /// The names of all its tables.
    fn tables(&mut self) -> Answer<Vec<String>>;
    /// Makes a table unless it is there.
    fn create_table(&mut self, name: &str) -> Answer<()>;
    /// Drops a table if it is there.
    fn drop_table(&mut self, name: &str) -> Answer<()>;
    /// A row of `Systems`; none when the table is missing.
    fn system(&mut self, name: &str) -> Answer<Option<String>>;
    /// Writes a row of `Systems`.
    fn set_system(&mut self, name: &str, value: &str) -> Answer<()>;
    /// golang-migrate's only row: version and dirty.
    fn schema_migration(&mut self) -> Answer<Option<(i64, bool)>>;
    /// Writes it, making the table when needed.
    fn set_schema_migration(&mut self, version: i64, dirty: bool) -> Answer<()>;
    /// The highest version in `db_migrations`, 0 when it is empty or missing.
    fn applied(&mut self) -> Answer<i64>;
    /// Makes `tables` and notes the migration, all or nothing.
    fn apply(&mut self, version: i64, name: &str, tables: &[&str]) -> Answer<()>;
    /// When the migration lock expires, in milliseconds since 1970; none when nobody holds it.
    fn lock(&mut self) -> Answer<Option<i64>>;
    /// Takes the lock, prolongs it, or lets it go.
    fn set_lock(&mut self, expires: Option<i64>) -> Answer<()>;
    /// Adds a row to a table whose columns are known.
    fn insert(&mut self, table: &str, row: &[(&str, Value)]) -> Answer<()>;
    /// How many rows a table has.
    fn count(&mut self, table: &str) -> Answer<i64>;
    /// The text of the row in `Configurations` that is in force.
    fn active_configuration(&mut self) -> Answer<Option<String>>;
    /// Puts a new configuration in force.
    fn set_active_configuration(&mut self, id: &str, text: &str) -> Answer<()>;
}

/// Opens the database that `driver` and `source` name.
pub(crate) fn connect(driver: &str, source: &str) -> Answer<Box<dyn Store>> {
    match driver {
        "postgres" => Ok(Box::new(PostgresStore::connect(source)?)),
        "file" => Ok(Box::new(FileStore::open(source)?)),
        _ => {
            Err(StoreError(format!("dial tcp: lookup dockerhost: no such host (driver {driver})")))
        }
    }
}
