//! What the database was before a server was started on it: remembered once, and made so again by the undo.
//! How a database is dumped and restored is not known here.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::backup::RESTORED;
use super::context::{Losses, StepContext};
use super::error::StepError;
use super::prove::{AcceptError, open_database};
use crate::database::{CreatedObject, Privileges};
use crate::engine::backup::{DatabaseRestore, restore_database};
use crate::engine::database::Database;
use crate::host::Level;
use crate::model::{BackupId, DatabaseUndo, Event, Owner, RelPath};

/// The file in the transaction's directory.
const FILE: &str = "database-before.json";

/// A list of database objects is far smaller.
const LARGEST: u64 = 16 * 1024 * 1024;

/// A step that touches the database.
#[derive(Clone, Copy)]
pub(super) struct Touch<'s> {
    /// The configuration that tells where the database is.
    pub(super) config: &'s RelPath,
    /// Who runs the tools.
    pub(super) run_as: Option<Owner>,
    /// What its undo has to do.
    pub(super) before: &'s DatabaseUndo,
}

/// What was in the database before it was touched.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Before {
    /// These objects; the undo takes away all others.
    Objects(BTreeSet<CreatedObject>),
    /// What a backup holds that was made and verified before.
    BackedUp {
        /// The backup.
        backup: BackupId,
        /// The server was not started earlier than this.
        since: Timestamp,
    },
    /// Nobody looked, or nothing is to be taken away.
    Unknown,
}

/// Writes down what is in the database, once: a second try would find what the first one has put there.
pub(super) fn remember(
    touch: Touch<'_>,
    database: Option<&Database<'_>>,
    cx: &StepContext<'_>,
) -> Result<(), StepError> {
    let path = cx.directory().join(FILE);
    if *touch.before == DatabaseUndo::Earlier || cx.host.tree.exists(&path)? {
        return Ok(());
    }
    let before = match (database, touch.before) {
        (Some(database), DatabaseUndo::Empty) => {
            let objects = database.objects().map_err(AcceptError::from)?;
            if !objects.is_empty() {
                return Err(AcceptError::DatabaseNotEmpty { objects: objects.len() }.into());
            }
            Before::Objects(objects)
        }
        (_, DatabaseUndo::Restore(backup)) => {
            Before::BackedUp { backup: backup.clone(), since: cx.host.clock.now() }
        }
        (None, DatabaseUndo::Empty) | (_, DatabaseUndo::Leave | DatabaseUndo::Earlier) => {
            Before::Unknown
        }
    };
    let text = serde_json::to_vec(&before).expect("names are plain data");
    Ok(cx.host.tree.replace(&path, &text, 0o600, None)?)
}

/// Makes the database what it was. Where nothing was remembered, nothing has touched it.
pub(super) fn put_back(touch: Touch<'_>, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    if *touch.before == DatabaseUndo::Earlier {
        return Ok(());
    }
    let text = cx.host.tree.read(&cx.directory().join(FILE), LARGEST)?;
    let Some(before) = text.and_then(|text| serde_json::from_slice::<Before>(&text).ok()) else {
        return Ok(());
    };
    let settings = cx.effective(touch.config, touch.run_as)?;
    match (open_database(&settings, touch.run_as, cx)?, before) {
        (Some(database), Before::Objects(objects)) => {
            refuse_what_people_made(&database, cx)?;
            database.take_back_to(&objects).map_err(AcceptError::from)?;
        }
        (Some(database), Before::BackedUp { backup, since }) => {
            refuse_what_people_did(&database, since, cx)?;
            restore(touch, &backup, cx)?;
        }
        (None, Before::BackedUp { .. }) => {
            let why = "its client programs are not there any more".to_owned();
            return Err(AcceptError::DatabaseClosed(why).into());
        }
        (None, Before::Objects(_)) | (_, Before::Unknown) => {
            let text =
                "the database was not looked at; what the server has put into it is still there";
            cx.reporter.hear(&Event::Note { text: text.to_owned() });
        }
    }
    Ok(())
}

/// Makes the database hold again what it held. That is written down first: the backup is then kept, whatever becomes of the
/// transaction.
fn restore(touch: Touch<'_>, backup: &BackupId, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    let marker = cx.directory().join(RESTORED);
    cx.host.tree.replace(&marker, b"", 0o600, None)?;
    let environment = cx.environment()?;
    let wish = DatabaseRestore {
        id: backup,
        environment: &environment,
        config: touch.config,
        run_as: touch.run_as,
        privileges: Privileges::Restored,
        // Whoever asks once to stop asks for this very way back.
        stop_at: Level::Second,
    };
    Ok(restore_database(cx.host, &cx.plan.prefix, &wish, cx.reporter)?)
}

/// A session means that somebody has logged in, which nobody can on a server in the dark.
fn refuse_what_people_made(
    database: &Database<'_>,
    cx: &StepContext<'_>,
) -> Result<(), AcceptError> {
    if cx.losses == Losses::Refused && database.has_sessions()? {
        return Err(AcceptError::PeopleWereIn);
    }
    Ok(())
}

/// A server that was started by somebody after this tool had vanished may have been used, and what people did there
/// would be lost. While this tool runs, its own server is the only one, and nobody reaches that.
fn refuse_what_people_did(
    database: &Database<'_>,
    since: Timestamp,
    cx: &StepContext<'_>,
) -> Result<(), AcceptError> {
    if cx.taken_up && cx.losses == Losses::Refused && database.was_used_since(since)? {
        return Err(AcceptError::PeopleWereIn);
    }
    Ok(())
}
