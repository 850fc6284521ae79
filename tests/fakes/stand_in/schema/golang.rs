//! golang-migrate, 5.37 to 6.3: a few migrations that mark the schema dirty while they run, then the old code.
//! A dirty mark is never taken away by itself.

use super::migrate::{Migration, Stop};
use super::{Store, code, tables};
use crate::era::Era;

/// How many migrations there are. Three were seen to be dirty; the real number is larger and unknown.
const MIGRATIONS: i64 = 4;

const FAILED: &str = "Failed to apply database migrations.";

/// Migrations, refusals, versions.
pub(super) fn run(migration: &mut Migration<'_>, store: &mut dyn Store) -> Result<(), Stop> {
    let before = store.system("Version")?;
    let done = match store.schema_migration()? {
        Some((version, true)) => {
            let why = format!("Dirty database version {version}. Fix and force version.");
            return Err(migration.refuse(1, FAILED, Some(&why)));
        }
        Some((version, false)) => version,
        None => 0,
    };
    let names = tables::of(migration.era);
    let share = names.len().div_ceil(usize::try_from(MIGRATIONS).unwrap_or(1));
    let mut chunks = names.chunks(share);
    for version in 1..=MIGRATIONS {
        let chunk = chunks.next().unwrap_or_default();
        if version > done {
            store.set_schema_migration(version, true)?;
            refuse_too_old(migration, before.as_deref())?;
            for table in chunk {
                migration.step()?;
                store.create_table(table)?;
            }
            store.set_schema_migration(version, false)?;
        }
    }
    if let Some(version) = before.as_deref() {
        code::check(migration, version)?;
    }
    code::climb(migration, store, before.as_deref())
}

/// A schema older than 5.0 lacks the columns that the first migration reads; the dirty mark stays.
fn refuse_too_old(migration: &Migration<'_>, version: Option<&str>) -> Result<(), Stop> {
    if version.and_then(|v| Era::of(v).ok()).is_none_or(|at| at >= Era(5, 0)) {
        return Ok(());
    }
    let why = "migration failed: column \"schemeid\" does not exist in line 0: CREATE TABLE IF NOT EXISTS teams \
               (details: pq: column \"schemeid\" does not exist)";
    Err(migration.refuse(1, FAILED, Some(why)))
}
