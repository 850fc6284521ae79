//! What the database was before a server was started on it: remembered once, and made so again by the undo.
//! How a database is dumped and restored is not known here.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::backup::RESTORED;
use super::context::{Losses, StepContext};
use super::error::StepError;
use super::prove::{self, AcceptError, open_database};
use super::restore;
use crate::database::{CreatedObject, Privileges};
use crate::engine::backup::{DatabaseRestore, manifest_of, restore_database};
use crate::engine::cluster::{SharedDatabase, Turn};
use crate::engine::database::Database;
use crate::engine::proof::ProofError;
use crate::host::{Host, Level, PathError, identify};
use crate::model::{BackupId, DatabaseUndo, Event, Owner, ProcessIdentity, RelPath, Step};

/// The file in the transaction's directory.
const FILE: &str = "database-before.json";

/// Which run has brought the database back, in the transaction's directory.
const RESTORED_BY: &str = "database-restored-by.json";

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

impl Touch<'_> {
    /// Is what was in the database before another step's to remember, or another node's, and never this one's?
    const fn is_others(self) -> bool {
        matches!(self.before, DatabaseUndo::Earlier | DatabaseUndo::Shared)
    }
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

/// Has the transaction of this directory ever been about to touch the database, so that its undo does not take that back?
pub(crate) fn leaves_database(host: &Host, directory: &RelPath) -> Result<bool, PathError> {
    let text = host.tree.read(&directory.join(FILE), LARGEST)?;
    let before = text.map(|text| serde_json::from_slice::<Before>(&text));
    Ok(before
        .is_some_and(|before| !matches!(before, Ok(Before::Objects(_) | Before::BackedUp { .. }))))
}

/// Writes down what is in the database, once: a second try would find what the first one has put there.
pub(super) fn remember(
    touch: Touch<'_>,
    database: Option<&Database<'_>>,
    cx: &StepContext<'_>,
) -> Result<(), StepError> {
    let path = cx.directory().join(FILE);
    if touch.is_others() || cx.host.tree.exists(&path)? {
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
        (None, DatabaseUndo::Empty)
        | (_, DatabaseUndo::Leave | DatabaseUndo::Earlier | DatabaseUndo::Shared) => {
            Before::Unknown
        }
    };
    let text = serde_json::to_vec(&before).expect("names are plain data");
    Ok(cx.host.tree.replace(&path, &text, 0o600, None)?)
}

/// This step has not touched the database after all: it is not this one's to put back. What an earlier step has remembered stays:
/// that one has touched it.
pub(super) fn forget(touch: Touch<'_>, cx: &StepContext<'_>) -> Result<(), StepError> {
    if touch.is_others() {
        return Ok(());
    }
    Ok(cx.host.tree.remove_file(&cx.directory().join(FILE)).map(drop)?)
}

/// Makes the database what it was. Where nothing was remembered, nothing has touched it; one that another node has migrated is
/// never touched.
pub(super) fn put_back(touch: Touch<'_>, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    match touch.before {
        DatabaseUndo::Earlier => return Ok(()),
        DatabaseUndo::Shared => {
            let text = "the database was migrated by another node: it is not put back";
            cx.reporter.hear(&Event::Note { text: text.to_owned() });
            return Ok(());
        }
        DatabaseUndo::Empty | DatabaseUndo::Leave | DatabaseUndo::Restore(_) => {}
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
            bring_back(touch, &backup, cx)?;
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

/// The same before any step has touched the database: while the new tree was live, nobody worked on this transaction, and
/// somebody may have started its server, as a machine does that is switched on again.
///
/// What this very run has put back already is not put back twice.
pub(super) fn put_back_untouched(cx: &mut StepContext<'_>) -> Result<(), StepError> {
    let plan = cx.plan;
    let touch = plan.steps.iter().find_map(|planned| touch_of(&planned.step));
    let Some((touch, DatabaseUndo::Restore(backup))) = touch.map(|touch| (touch, touch.before))
    else {
        return Ok(());
    };
    if !cx.taken_up || was_restored_by_this_run(cx)? {
        return Ok(());
    }
    let settings = cx.effective(touch.config, touch.run_as)?;
    if let Some(database) = open_database(&settings, touch.run_as, cx)? {
        let since = manifest_of(cx.host, &cx.plan.prefix, backup)?.created;
        refuse_what_people_did(&database, since, cx)?;
    }
    bring_back(touch, backup, cx)
}

/// How a step touches the database, if it does and its undo makes that undone.
const fn touch_of(step: &Step) -> Option<Touch<'_>> {
    if let Step::RestoreDatabase(restore) = step {
        Some(restore::touch(restore))
    } else if let Step::Prove(prove) = step {
        Some(prove::touch(prove))
    } else {
        None
    }
}

/// Makes the database hold again what it held. That is written down first: the backup is then kept, whatever becomes of the
/// transaction.
fn bring_back(
    touch: Touch<'_>,
    backup: &BackupId,
    cx: &mut StepContext<'_>,
) -> Result<(), StepError> {
    let is_lost = cx.taken_up || cx.require_turn().is_err();
    let _turn = if is_lost { take_turn(touch, cx)? } else { None };
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
    restore_database(cx.host, &cx.plan.prefix, &wish, cx.reporter)?;
    let by = identify(std::process::id()).map_err(ProofError::from)?;
    let text = serde_json::to_vec(&by).expect("an identity is plain data");
    Ok(cx.host.tree.replace(&cx.directory().join(RESTORED_BY), &text, 0o600, None)?)
}

/// Whoever began this had the turn to change the database, and lost it, be it by vanishing. Other nodes may have come since.
fn take_turn(touch: Touch<'_>, cx: &mut StepContext<'_>) -> Result<Option<Turn>, StepError> {
    let settings = cx.effective(touch.config, touch.run_as)?;
    let Some(shared) = SharedDatabase::of_settings(&settings, touch.run_as) else {
        return Ok(None);
    };
    let turn = Turn::take(cx.host, &shared, cx.reporter).map_err(AcceptError::from)?;
    if let Some(database) = open_database(&settings, touch.run_as, cx)?.filter(|_| shared.is_node())
    {
        let clients = database.nodes().map_err(AcceptError::from)?.elsewhere;
        if !clients.is_empty() {
            return Err(AcceptError::NodesServe { clients: clients.join(", ") }.into());
        }
    }
    Ok(turn)
}

fn was_restored_by_this_run(cx: &StepContext<'_>) -> Result<bool, StepError> {
    let by = cx.host.tree.read(&cx.directory().join(RESTORED_BY), LARGEST)?;
    let by = by.and_then(|text| serde_json::from_slice::<Option<ProcessIdentity>>(&text).ok());
    let this = identify(std::process::id()).map_err(ProofError::from)?;
    Ok(this.is_some() && by == Some(this))
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
