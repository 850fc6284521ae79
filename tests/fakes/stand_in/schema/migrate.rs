//! Bringing a schema up to date: the choice of the engine, and what every engine shares.
//! A failure leaves the schema in the middle, as the real ones do.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Store, StoreError, code, golang, morph};
use crate::era::{Era, SchemaEngine};
use crate::exit::Exit;
use crate::log::{Level, Log};
use crate::trailer::{Fault, Trailer};

/// One run of an engine.
pub(crate) struct Migration<'a> {
    /// The server that runs it.
    pub(crate) trailer: &'a Trailer,
    /// Its era.
    pub(crate) era: Era,
    /// Its log.
    pub(crate) log: &'a Log,
    /// Steps begun so far.
    pub(crate) steps: u32,
}

/// Why a migration ended early.
pub(super) enum Stop {
    /// The server ends.
    Exit(Exit),
    /// The database failed.
    Store(StoreError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Brings `store` to where this version wants it.
pub(crate) fn bring_up_to_date(
    migration: &mut Migration<'_>,
    store: &mut dyn Store,
) -> Result<(), Exit> {
    let outcome = match migration.era.schema_engine() {
        SchemaEngine::Code => code::run(migration, store),
        SchemaEngine::GolangMigrate => golang::run(migration, store),
        SchemaEngine::Morph => morph::run(migration, store),
    };
    outcome.map_err(|stop| match stop {
        Stop::Exit(exit) => exit,
        Stop::Store(StoreError(why)) => {
            migration.log.write(
                Level::Fatal,
                "Failed to apply database migrations.",
                &json!({ "error": why }),
            );
            Exit::silent(1)
        }
    })
}

impl Migration<'_> {
    /// The model version as the schema knows it: always `x.y.0`.
    pub(super) fn model(&self) -> String {
        let Era(major, minor) = self.era;
        format!("{major}.{minor}.0")
    }

    /// Comes before every step: takes its time, and dies when a fault says so.
    pub(super) fn step(&mut self) -> Result<(), Stop> {
        self.steps += 1;
        thread::sleep(Duration::from_millis(self.trailer.timings.migration_step_ms));
        if self.trailer.has(&Fault::DiesInMidMigration(self.steps)) {
            return Err(Stop::Exit(Exit::panic(
                "runtime error: index out of range (a fault on demand)",
            )));
        }
        Ok(())
    }

    /// The end of a server that cannot go on: logged, then the exit code.
    pub(super) fn refuse(&self, code: u8, message: &str, error: Option<&str>) -> Stop {
        let fields = error.map_or(Value::Null, |error| json!({ "error": error }));
        self.log.write(Level::Fatal, message, &fields);
        Stop::Exit(Exit::silent(code))
    }
}
