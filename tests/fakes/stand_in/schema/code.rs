//! The schema brought up to date by code: tables first, then `Systems.Version` one minor version at a time.
//! It never steps back.

use serde_json::json;

use super::migrate::{Migration, Stop};
use super::{Store, tables};
use crate::era::Era;
use crate::log::Level;

/// The last minor version of each major one.
const LAST_MINOR: [(u64, u64); 4] = [(3, 10), (4, 10), (5, 39), (6, 4)];

/// Tables, refusals, versions.
pub(super) fn run(migration: &mut Migration<'_>, store: &mut dyn Store) -> Result<(), Stop> {
    let before = store.system("Version")?;
    let present = store.tables()?;
    // 3.10 makes its tables before it looks at the version; later ones look first.
    if let Some(version) = before.as_deref().filter(|_| migration.era.since(4, 0)) {
        check(migration, version)?;
    }
    for table in tables::of(migration.era) {
        if !present.iter().any(|name| name == table) {
            migration.step()?;
            store.create_table(table)?;
        }
    }
    if let Some(version) = before.as_deref() {
        check(migration, version)?;
    }
    climb(migration, store, before.as_deref())
}

/// From `before` to the model's version, or straight there when there is no version yet.
pub(super) fn climb(
    migration: &mut Migration<'_>,
    store: &mut dyn Store,
    before: Option<&str>,
) -> Result<(), Stop> {
    let Some(before) = before else {
        let model = migration.model();
        migration.step()?;
        store.set_system("Version", &model)?;
        let message = if migration.era.since(5, 30) {
            "The database schema version has been set".to_owned()
        } else {
            format!("The database schema has been set to version {model}")
        };
        migration.log.write(Level::Info, &message, &json!({ "version": model }));
        return Ok(());
    };
    let Ok(mut at) = Era::of(before) else {
        return Ok(());
    };
    if at > migration.era {
        let fields = json!({ "schema_version": before, "model_version": migration.model() });
        migration.log.write(
            Level::Warn,
            "The database schema version and model versions do not match",
            &fields,
        );
    }
    while at < migration.era {
        let next = following(at);
        migration.log.write(
            Level::Warn,
            &format!("The database schema version of {} appears to be out of date", text(at)),
            &json!(null),
        );
        migration.log.write(
            Level::Warn,
            &format!("Attempting to upgrade the database schema version to {}", text(next)),
            &json!(null),
        );
        migration.step()?;
        store.set_system("Version", &text(next))?;
        migration.log.write(
            Level::Warn,
            &format!("The database schema has been upgraded to version {}", text(next)),
            &json!(null),
        );
        at = next;
    }
    for table in tables::gone(migration.era) {
        store.drop_table(table)?;
    }
    Ok(())
}

fn following(Era(major, minor): Era) -> Era {
    if LAST_MINOR.contains(&(major, minor)) { Era(major + 1, 0) } else { Era(major, minor + 1) }
}

fn text(Era(major, minor): Era) -> String {
    format!("{major}.{minor}.0")
}

/// Refuses a schema that this version cannot take, in the words of its era.
pub(super) fn check(migration: &Migration<'_>, version: &str) -> Result<(), Stop> {
    let Ok(at) = Era::of(version) else {
        return Ok(());
    };
    let (era, model) = (migration.era, migration.model());
    let too_old = at < Era(3, 0);
    if !era.since(4, 0) {
        let message = format!(
            "The database schema version of {version} cannot be upgraded.  You must not skip a version."
        );
        return if too_old || at > era {
            Err(migration.refuse(234, &message, None))
        } else {
            Ok(())
        };
    }
    if !era.since(5, 10) {
        let message = format!(
            "Database schema version {version} is no longer supported. This Mattermost server supports automatic \
             upgrades from schema version 3.0.0 through schema version {model}. Downgrades are not supported. \
             Please manually upgrade to at least version 3.0.0 before continuing"
        );
        return if too_old || at > era {
            Err(migration.refuse(234, &message, None))
        } else {
            Ok(())
        };
    }
    let (Era(major, _), Era(at_major, _)) = (era, at);
    if at_major <= major && !too_old {
        return Ok(());
    }
    let next = major + 1;
    let why = format!(
        "Database schema version {version} is not supported. This Mattermost server supports only >={model}, \
         <{next}.0.0. Please upgrade to at least version {next}.0.0 before continuing."
    );
    Err(migration.refuse(1, "Failed to upgrade database.", Some(&why)))
}
