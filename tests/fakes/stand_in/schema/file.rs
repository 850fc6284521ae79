//! The stand-in's own database: one JSON file, for machines without `PostgreSQL`. No real server knows the driver `file`.
//! It is replaced atomically at every change and read anew when it was not this process that changed it; two servers at once would lose rows.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::store::{Answer, Store, StoreError};

/// A file of tables: `{"users": [{"id": …}], …}`.
pub(super) struct FileStore {
    path: PathBuf,
    /// What was last seen at the path, and what stood in it.
    seen: Option<(Identity, Tables)>,
}

/// Which file, written when, how long: a file that another process has put there differs in one of them.
type Identity = (u64, i64, i64, u64);

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

type Tables = Map<String, Value>;

impl FileStore {
    /// Opens it: the directory must be there, the file need not.
    pub(super) fn open(source: &str) -> Answer<Self> {
        let mut store = Self { path: PathBuf::from(source), seen: None };
        store.ping()?;
        Ok(store)
    }

    fn identity(&self) -> Option<Identity> {
        let file = fs::metadata(&self.path).ok()?;
        Some((file.ino(), file.mtime(), file.mtime_nsec(), file.len()))
    }

    fn read(&mut self) -> Answer<&mut Tables> {
        let identity = self.identity().unwrap_or_default();
        if self.seen.as_ref().is_none_or(|(seen, _)| *seen != identity) {
            self.seen = Some((identity, self.parse()?));
        }
        let (_, tables) = self.seen.as_mut().expect("seen just above");
        Ok(tables)
    }

    fn parse(&self) -> Answer<Tables> {
        match fs::read(&self.path) {
            Ok(text) => {
                serde_json::from_slice(&text).map_err(|error| StoreError(error.to_string()))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Map::new()),
            Err(error) => Err(error.into()),
        }
    }

    fn change(&mut self, work: impl FnOnce(&mut Tables)) -> Answer<()> {
        let tables = self.read()?;
        work(tables);
        let text = serde_json::to_vec(tables).map_err(|error| StoreError(error.to_string()))?;
        let new = self.path.with_extension(format!("new{}", std::process::id()));
        fs::write(&new, text)?;
        fs::rename(&new, &self.path)?;
        let identity = self.identity().unwrap_or_default();
        if let Some((seen, _)) = &mut self.seen {
            *seen = identity;
        }
        Ok(())
    }

    fn rows(&mut self, table: &str) -> Answer<&[Value]> {
        let rows = self.read()?.get(table).and_then(Value::as_array);
        Ok(rows.map(Vec::as_slice).unwrap_or_default())
    }
}

fn rows<'a>(tables: &'a mut Tables, table: &str) -> &'a mut Vec<Value> {
    let slot = tables.entry(table.to_owned()).or_insert_with(|| json!([]));
    if !slot.is_array() {
        *slot = json!([]);
    }
    slot.as_array_mut().expect("made an array just above")
}

impl Store for FileStore {
    fn ping(&mut self) -> Answer<()> {
        let parent = self.path.parent().filter(|parent| parent.is_dir());
        parent.ok_or_else(|| StoreError("dial tcp: connect: connection refused".to_owned()))?;
        self.read().map(|_| ())
    }

    fn tables(&mut self) -> Answer<Vec<String>> {
        Ok(self.read()?.keys().cloned().collect())
    }

    fn create_table(&mut self, name: &str) -> Answer<()> {
        self.change(|tables| _ = rows(tables, name))
    }

    fn drop_table(&mut self, name: &str) -> Answer<()> {
        self.change(|tables| drop(tables.remove(name)))
    }

    fn system(&mut self, name: &str) -> Answer<Option<String>> {
        let rows = self.rows("systems")?;
        let row = rows.iter().find(|row| row.get("name").and_then(Value::as_str) == Some(name));
        Ok(row.and_then(|row| row.get("value")).and_then(Value::as_str).map(str::to_owned))
    }

    fn set_system(&mut self, name: &str, value: &str) -> Answer<()> {
        self.change(|tables| {
            let rows = rows(tables, "systems");
            rows.retain(|row| row.get("name").and_then(Value::as_str) != Some(name));
            rows.push(json!({ "name": name, "value": value }));
        })
    }

    fn schema_migration(&mut self) -> Answer<Option<(i64, bool)>> {
        let rows = self.rows("schema_migrations")?;
        let row = rows.first().map(|row| {
            let version = row.get("version").and_then(Value::as_i64).unwrap_or_default();
            (version, row.get("dirty") == Some(&Value::Bool(true)))
        });
        Ok(row)
    }

    fn set_schema_migration(&mut self, version: i64, dirty: bool) -> Answer<()> {
        self.change(|tables| {
            *rows(tables, "schema_migrations") =
                vec![json!({ "version": version, "dirty": dirty })];
        })
    }

    fn applied(&mut self) -> Answer<i64> {
        let rows = self.rows("db_migrations")?;
        Ok(rows.iter().filter_map(|row| row.get("version")?.as_i64()).max().unwrap_or_default())
    }

    fn apply(&mut self, version: i64, name: &str, new: &[&str]) -> Answer<()> {
        self.change(|tables| {
            for table in new {
                rows(tables, table);
            }
            rows(tables, "db_migrations").push(json!({ "version": version, "name": name }));
        })
    }

    fn lock(&mut self) -> Answer<Option<i64>> {
        Ok(self.rows("db_lock")?.first().and_then(|row| row.get("expireat")?.as_i64()))
    }

    fn set_lock(&mut self, expires: Option<i64>) -> Answer<()> {
        self.change(|tables| {
            let row = expires.map(|expires| json!({ "id": "mm-lock-key", "expireat": expires }));
            *rows(tables, "db_lock") = row.into_iter().collect();
        })
    }

    fn insert(&mut self, table: &str, row: &[(&str, Value)]) -> Answer<()> {
        let row: Map<String, Value> =
            row.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
        self.change(|tables| rows(tables, table).push(Value::Object(row)))
    }

    fn count(&mut self, table: &str) -> Answer<i64> {
        Ok(i64::try_from(self.rows(table)?.len()).unwrap_or(i64::MAX))
    }

    fn active_configuration(&mut self) -> Answer<Option<String>> {
        let rows = self.rows("configurations")?;
        Ok(rows.last().and_then(|row| row.get("value")?.as_str()).map(str::to_owned))
    }

    fn set_active_configuration(&mut self, id: &str, text: &str) -> Answer<()> {
        self.change(|tables| {
            rows(tables, "configurations").push(json!({ "id": id, "value": text }));
        })
    }
}
