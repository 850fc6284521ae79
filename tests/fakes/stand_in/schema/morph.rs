//! morph, from 6.4 on: numbered migrations under a lock that outlives a killed server.
//! From 7.1 on nothing here looks at `Systems.Version` or writes it, and a newer schema is taken as it is.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::migrate::{Migration, Stop};
use super::{Store, tables};
use crate::era::Era;

const FAILED: &str = "Failed to apply database migrations.";

/// Where the numbers are known: 80 at 6.7, 83 at 7.0 and 100 at 7.8 were seen, 88 at 7.1, 121 at 9.9 and 199 at 11.9 were read.
const KNOWN: [(Era, i64); 6] = [
    (Era(6, 7), 80),
    (Era(7, 0), 83),
    (Era(7, 1), 88),
    (Era(7, 8), 100),
    (Era(9, 9), 121),
    (Era(11, 9), 199),
];

/// How many minor versions each major version has.
const MINORS: [(u64, i64); 5] = [(6, 8), (7, 11), (8, 2), (9, 12), (10, 13)];

/// Lock, migrations, version.
pub(super) fn run(migration: &mut Migration<'_>, store: &mut dyn Store) -> Result<(), Stop> {
    store.create_table("db_lock")?;
    wait_for_lock(migration, store)?;
    store.create_table("db_migrations")?;
    let before = store.system("Version")?;
    let done = store.applied()?;
    let fresh = done == 0 && before.is_none();
    let plan = plan(migration.era);
    for version in done + 1..=highest(place(migration.era)) {
        let lease = i64::try_from(migration.trailer.timings.lock_wait_ms).unwrap_or(0);
        store.set_lock(Some(now() + lease))?;
        migration.step()?;
        if let Some(why) = obstacle(before.as_deref(), version) {
            // The lock was let go of when the migration failed: the next start did not wait.
            store.set_lock(None)?;
            return Err(migration.refuse(1, FAILED, Some(&why)));
        }
        let tables = plan.get(&version).map(Vec::as_slice).unwrap_or_default();
        let name = match tables.first() {
            Some(table) => format!("create_{table}"),
            None => format!("alter_schema_{version}"),
        };
        store.apply(version, &name, tables)?;
    }
    note_version(migration, store, before.as_deref(), fresh)?;
    store.set_lock(None)?;
    Ok(())
}

/// Which migration makes which tables: one each up to 6.7, and for later tables those that came with their version.
fn plan(era: Era) -> BTreeMap<i64, Vec<&'static str>> {
    let mut plan: BTreeMap<i64, Vec<&'static str>> = BTreeMap::new();
    let mut last = 0;
    for (table, came) in tables::in_morph_order(era) {
        last += 1;
        if came > Era(6, 7) {
            let came = place(came);
            last = last.clamp(highest(came - 1) + 1, highest(came));
        }
        plan.entry(last).or_default().push(table);
    }
    plan
}

/// The last migrations that still know `Systems.Version` write it, and none beyond 6.4.0 for a schema that had one.
fn note_version(
    migration: &Migration<'_>,
    store: &mut dyn Store,
    before: Option<&str>,
    fresh: bool,
) -> Result<(), Stop> {
    if migration.era.since(7, 1) {
        return Ok(());
    }
    let old = before.and_then(|version| Era::of(version).ok());
    match old {
        None if fresh => store.set_system("Version", &migration.model())?,
        None => store.set_system("Version", "6.4.0")?,
        Some(at) if at < Era(6, 4) => store.set_system("Version", "6.4.0")?,
        Some(_) => {}
    }
    Ok(())
}

/// What a schema left behind by an old version makes of a migration.
fn obstacle(before: Option<&str>, version: i64) -> Option<String> {
    let at = before.and_then(|v| Era::of(v).ok())?;
    let what = if at < Era(5, 0) && version == 1 {
        "pq: column \"schemeid\" does not exist, query: \n\nCREATE TABLE IF NOT EXISTS teams ("
    } else if at < Era(5, 9) && version == 14 {
        "pq: invalid input syntax for type bigint: \"''::character varying\", query: \n\nALTER TABLE outgoingwebhooks \
         ALTER COLUMN iconurl"
    } else {
        return None;
    };
    Some(format!(
        "driver: postgres, message: failed to execute migration, command: executing_query, originalError: {what}"
    ))
}

fn wait_for_lock(migration: &Migration<'_>, store: &mut dyn Store) -> Result<(), Stop> {
    let longest = migration.trailer.timings.lock_wait_ms;
    for _ in 0..=longest / 50 {
        match store.lock()? {
            Some(expires) if expires > now() => thread::sleep(Duration::from_millis(50)),
            _ => break,
        }
    }
    Ok(())
}

fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}

/// The number of the last migration at a place: known, or on the straight line between two known ones.
fn highest(place: i64) -> i64 {
    // 6.0 would stand at 72 if the line of 6.4 to 6.7 went back that far.
    let mut before = (0, 72);
    for (known, number) in KNOWN {
        let after = (self::place(known), number);
        if place <= after.0 {
            let (width, height) = (after.0 - before.0, after.1 - before.1);
            return before.1 + (place - before.0) * height / width;
        }
        before = after;
    }
    before.1 + (place - before.0) * 3
}

/// How many minor versions there were before this one, counted from 6.0.
fn place(Era(major, minor): Era) -> i64 {
    let before: i64 = MINORS.iter().filter(|(m, _)| *m < major).map(|(_, minors)| minors).sum();
    let minor = i64::try_from(minor).unwrap_or(0);
    before + minor
}
