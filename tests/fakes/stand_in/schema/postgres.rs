//! A real `PostgreSQL` database.
//! No statement is built from anything but names of this program's own.

use std::time::{SystemTime, UNIX_EPOCH};

use ::postgres::types::ToSql;
use ::postgres::{Client, Config, NoTls, Transaction};
use serde_json::Value;

use super::store::{Answer, Store, StoreError};
use super::tables::columns;

/// One connection.
pub(super) struct PostgresStore(Client);

impl From<::postgres::Error> for StoreError {
    fn from(error: ::postgres::Error) -> Self {
        Self(
            error
                .as_db_error()
                .map_or_else(|| error.to_string(), |db| format!("pq: {}", db.message())),
        )
    }
}

/// What the driver does not know is left out, as Go's driver passes it on to the server.
fn understood(source: &str) -> String {
    let Some((base, query)) = source.split_once('?') else {
        return source.to_owned();
    };
    let known = [
        "sslmode",
        "connect_timeout",
        "host",
        "port",
        "user",
        "password",
        "dbname",
        "application_name",
    ];
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| known.iter().any(|k| pair.split('=').next() == Some(k)))
        .collect();
    format!("{base}?{}", kept.join("&"))
}

impl PostgresStore {
    /// Connects; every refusal reads like Go's.
    pub(super) fn connect(source: &str) -> Answer<Self> {
        let config: Config = understood(source).parse()?;
        config.connect(NoTls).map(Self).map_err(|error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            match error.as_db_error() {
                Some(db) => StoreError(format!("pq: {}", db.message())),
                None => StoreError(format!(
                    "dial tcp: connect: {}",
                    cause.unwrap_or_else(|| error.to_string())
                )),
            }
        })
    }

    fn within<T>(&mut self, work: impl FnOnce(&mut Transaction<'_>) -> Answer<T>) -> Answer<T> {
        let mut transaction = self.0.transaction()?;
        let outcome = work(&mut transaction)?;
        transaction.commit()?;
        Ok(outcome)
    }
}

fn create(transaction: &mut Transaction<'_>, table: &str) -> Answer<()> {
    transaction
        .batch_execute(&format!("CREATE TABLE IF NOT EXISTS {table} ({})", columns(table)))?;
    Ok(())
}

fn exists(transaction: &mut Transaction<'_>, table: &str) -> Answer<bool> {
    Ok(transaction.query_one("SELECT to_regclass($1) IS NOT NULL", &[&table])?.get(0))
}

impl Store for PostgresStore {
    fn ping(&mut self) -> Answer<()> {
        self.0.simple_query("SELECT 1")?;
        Ok(())
    }

    fn tables(&mut self) -> Answer<Vec<String>> {
        let query = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema()";
        Ok(self.0.query(query, &[])?.iter().map(|row| row.get(0)).collect())
    }

    fn create_table(&mut self, name: &str) -> Answer<()> {
        self.within(|t| create(t, name))
    }

    fn drop_table(&mut self, name: &str) -> Answer<()> {
        Ok(self.0.batch_execute(&format!("DROP TABLE IF EXISTS {name}"))?)
    }

    fn system(&mut self, name: &str) -> Answer<Option<String>> {
        self.within(|t| {
            if !exists(t, "systems")? {
                return Ok(None);
            }
            Ok(t.query_opt("SELECT value FROM systems WHERE name = $1", &[&name])?
                .map(|row| row.get(0)))
        })
    }

    fn set_system(&mut self, name: &str, value: &str) -> Answer<()> {
        let upsert = "INSERT INTO systems (name, value) VALUES ($1, $2) \
                      ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.0.execute(upsert, &[&name, &value])?;
        Ok(())
    }

    fn schema_migration(&mut self) -> Answer<Option<(i64, bool)>> {
        self.within(|t| {
            if !exists(t, "schema_migrations")? {
                return Ok(None);
            }
            let row = t.query_opt("SELECT version, dirty FROM schema_migrations", &[])?;
            Ok(row.map(|row| (row.get(0), row.get(1))))
        })
    }

    fn set_schema_migration(&mut self, version: i64, dirty: bool) -> Answer<()> {
        self.within(|t| {
            create(t, "schema_migrations")?;
            t.execute("DELETE FROM schema_migrations", &[])?;
            t.execute("INSERT INTO schema_migrations VALUES ($1, $2)", &[&version, &dirty])?;
            Ok(())
        })
    }

    fn applied(&mut self) -> Answer<i64> {
        self.within(|t| {
            if !exists(t, "db_migrations")? {
                return Ok(0);
            }
            Ok(t.query_one("SELECT coalesce(max(version), 0) FROM db_migrations", &[])?.get(0))
        })
    }

    fn apply(&mut self, version: i64, name: &str, tables: &[&str]) -> Answer<()> {
        self.within(|t| {
            for table in tables {
                create(t, table)?;
            }
            t.execute(
                "INSERT INTO db_migrations (version, name) VALUES ($1, $2)",
                &[&version, &name],
            )?;
            Ok(())
        })
    }

    fn lock(&mut self) -> Answer<Option<i64>> {
        self.within(|t| {
            if !exists(t, "db_lock")? {
                return Ok(None);
            }
            Ok(t.query_opt("SELECT expireat FROM db_lock", &[])?.map(|row| row.get(0)))
        })
    }

    fn set_lock(&mut self, expires: Option<i64>) -> Answer<()> {
        self.within(|t| {
            t.execute("DELETE FROM db_lock", &[])?;
            if let Some(expires) = expires {
                t.execute("INSERT INTO db_lock VALUES ('mm-lock-key', $1)", &[&expires])?;
            }
            Ok(())
        })
    }

    fn insert(&mut self, table: &str, row: &[(&str, Value)]) -> Answer<()> {
        let names: Vec<&str> = row.iter().map(|(name, _)| *name).collect();
        let places: Vec<String> = (1..=row.len()).map(|n| format!("${n}")).collect();
        let values: Vec<Box<dyn ToSql + Sync>> = row
            .iter()
            .map(|(_, value)| -> Box<dyn ToSql + Sync> {
                match value.as_i64() {
                    Some(number) => Box::new(number),
                    None => Box::new(value.as_str().unwrap_or_default().to_owned()),
                }
            })
            .collect();
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| &**value).collect();
        let statement =
            format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), places.join(", "));
        self.0.execute(&statement, &values)?;
        Ok(())
    }

    fn count(&mut self, table: &str) -> Answer<i64> {
        Ok(self.0.query_one(&format!("SELECT count(*) FROM {table}"), &[])?.get(0))
    }

    fn active_configuration(&mut self) -> Answer<Option<String>> {
        self.within(|t| {
            if !exists(t, "configurations")? {
                return Ok(None);
            }
            let row = t.query_opt("SELECT value FROM configurations WHERE active", &[])?;
            Ok(row.map(|row| row.get(0)))
        })
    }

    fn set_active_configuration(&mut self, id: &str, text: &str) -> Answer<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = i64::try_from(now.as_millis()).unwrap_or_default();
        self.within(|t| {
            create(t, "configurations")?;
            t.execute("UPDATE configurations SET active = NULL WHERE active", &[])?;
            t.execute("INSERT INTO configurations VALUES ($1, $2, $3, true)", &[&id, &text, &now])?;
            Ok(())
        })
    }
}
