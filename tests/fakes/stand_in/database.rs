//! Reaching the database and bringing it up to date, for every command that needs it.
//! Nothing listens here.

use std::env;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::arguments::Arguments;
use super::config::{self, Loaded, Purpose};
use super::era::{Era, LogForm};
use super::exit::Exit;
use super::log::{Level, Log};
use super::places;
use super::schema::{self, Migration, Store, StoreError};
use super::trailer::Trailer;

/// The configuration in force, whether it lies in a file or in a database.
pub(crate) fn configuration(
    trailer: &Trailer,
    era: Era,
    arguments: &Arguments,
    purpose: Purpose,
) -> Result<Loaded, Exit> {
    let variable =
        env::var("MM_CONFIG").ok().filter(|name| era.reads_mm_config() && !name.is_empty());
    let name = arguments.config.clone().or(variable).unwrap_or_else(|| "config.json".to_owned());
    if !name.starts_with("postgres://") && !name.starts_with("postgresql://") {
        return config::load(trailer, era, &name, purpose);
    }
    let failed =
        |StoreError(why)| Exit::error(1, format!("Error: failed to load configuration: {why}"));
    let mut store = schema::connect("postgres", &name).map_err(failed)?;
    let text = store.active_configuration().map_err(failed)?.unwrap_or_else(|| "{}".to_owned());
    let (loaded, new) = config::load_text(trailer, era, &text)?;
    if new != text {
        store.set_active_configuration(&super::random::token(26), &new).map_err(failed)?;
    }
    Ok(loaded)
}

/// A text value of the configuration; empty when it is not there.
pub(crate) fn text<'a>(config: &'a Value, pointer: &str) -> &'a str {
    config.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Connects as the era does, with all its patience.
pub(crate) fn reach(
    trailer: &Trailer,
    era: Era,
    config: &Value,
    log: &Log,
) -> Result<Box<dyn Store>, Exit> {
    log.write(
        Level::Info,
        if era.since(5, 30) { "Pinging SQL" } else { "Pinging SQL master database" },
        &json!({ "database": "master" }),
    );
    let (driver, source) =
        (text(config, "/SqlSettings/DriverName"), text(config, "/SqlSettings/DataSource"));
    let attempts = era.ping_attempts();
    for attempt in 1..=attempts {
        match schema::connect(driver, source) {
            Ok(store) => return Ok(store),
            Err(StoreError(why)) if attempt == attempts => last_ping(era, log, &why),
            Err(StoreError(why)) => {
                failed_ping(era, log, &why);
                thread::sleep(Duration::from_millis(trailer.timings.ping_retry_ms));
            }
        }
    }
    Err(Exit::silent(era.ping_exit()))
}

fn failed_ping(era: Era, log: &Log, why: &str) {
    if era.since(5, 30) {
        log.write(
            Level::Error,
            "Failed to ping DB",
            &json!({ "error": why, "retrying in seconds": 10 }),
        );
    } else {
        log.write(
            Level::Error,
            &format!("Failed to ping DB retrying in 10 seconds err={why}"),
            &Value::Null,
        );
    }
}

fn last_ping(era: Era, log: &Log, why: &str) {
    let capitals = if era.has_commands() { "DB" } else { "db" };
    if era.since(5, 30) {
        log.write(Level::Fatal, "Failed to ping DB, server will exit.", &json!({ "error": why }));
    } else if era.since(4, 0) {
        log.write(
            Level::Fatal,
            &format!("Failed to ping DB, server will exit err={why}"),
            &Value::Null,
        );
    } else {
        log.write(Level::Fatal, &format!("Failed to ping {capitals} err:{why}"), &Value::Null);
    }
}

/// Opens the log file where the configuration wants it.
pub(crate) fn open_log(era: Era, config: &Value, log: &Log) {
    if config.pointer("/LogSettings/EnableFile") == Some(&Value::Bool(false)) {
        return;
    }
    match text(config, "/LogSettings/FileLocation") {
        "" => {
            if let Some(directory) = places::directory(era, "logs") {
                log.open(&directory);
            }
        }
        // Before 3.8 it is the name of the file.
        place if !era.since(3, 8) => log.open_file(place),
        // Until 4.2 the name of the file was glued to whatever stood there.
        place if era.log_form() == LogForm::Bracketed => log.open_glued(place),
        place => log.open(place.as_ref()),
    }
}

/// Reaches the database and brings its schema up to date.
pub(crate) fn prepare(
    trailer: &Trailer,
    era: Era,
    config: &Value,
    log: &Log,
) -> Result<Box<dyn Store>, Exit> {
    let mut store = reach(trailer, era, config, log)?;
    let mut migration = Migration { trailer, era, log, steps: 0 };
    schema::bring_up_to_date(&mut migration, &mut *store)?;
    Ok(store)
}

/// `mattermost db migrate`.
pub(crate) fn migrate(trailer: &Trailer, era: Era, arguments: &Arguments) -> Result<(), Exit> {
    let log = Log::new(era, true);
    let config = configuration(trailer, era, arguments, Purpose::Server)?.config;
    prepare(trailer, era, &config, &log)?;
    Err(Exit::said(0, "Database successfully migrated"))
}

/// `mattermost db version`, which migrates too.
pub(crate) fn version(trailer: &Trailer, era: Era, arguments: &Arguments) -> Result<(), Exit> {
    let log = Log::new(era, false);
    let config = configuration(trailer, era, arguments, Purpose::Server)?.config;
    let mut store = prepare(trailer, era, &config, &log)?;
    let applied =
        store.applied().map_err(|StoreError(why)| Exit::error(1, format!("Error: {why}")))?;
    Err(Exit::said(0, format!("Current database schema version is: {applied}")))
}
