//! What a node of a cluster leaves written in the database that it migrates, for the nodes that come after it.
//! On a single node, nothing is written.

use super::context::StepContext;
use super::error::StepError;
use super::prove::{AcceptError, open_database};
use crate::config::Document;
use crate::database::{Mark, Stage, schema_word};
use crate::engine::cluster::is_node;
use crate::engine::database::{Database, DatabaseError};
use crate::host::this_host;
use crate::model::{DatabaseUndo, Event, Prove};

/// Writes down that a server is about to be started that may migrate the database. A database that holds nothing yet has no place
/// for it, and nobody else on it.
pub(super) fn begin(
    prove: &Prove,
    settings: &Document,
    database: Option<&Database<'_>>,
    cx: &StepContext<'_>,
) -> Result<(), AcceptError> {
    write(Stage::Begun, prove, settings, database, cx)
}

/// Writes down that it was proven, and with which schema.
pub(super) fn end(
    prove: &Prove,
    settings: &Document,
    database: Option<&Database<'_>>,
    cx: &StepContext<'_>,
) -> Result<(), AcceptError> {
    write(Stage::Done, prove, settings, database, cx)
}

fn write(
    stage: Stage,
    prove: &Prove,
    settings: &Document,
    database: Option<&Database<'_>>,
    cx: &StepContext<'_>,
) -> Result<(), AcceptError> {
    let Some(database) = database.filter(|_| migrates(prove) && is_node(settings)) else {
        return Ok(());
    };
    let inspection = database.inspect()?;
    if !inspection.systems {
        return Ok(());
    }
    let mark = Mark {
        stage,
        version: prove.release.version.clone(),
        schema: schema_word(&database.schema(&inspection)?),
        transaction: cx.plan.id.clone(),
        host: this_host(),
    };
    Ok(database.write_mark(&mark)?)
}

/// Does whoever is proven change the database? A node that only switches leaves what is written to the one that has migrated.
fn migrates(prove: &Prove) -> bool {
    prove.database != DatabaseUndo::Shared
}

/// After the undo of a start: where the database was not put back, and is as it was all the same, nothing was begun.
pub(super) fn take_back(prove: &Prove, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    if !migrates(prove) {
        return Ok(());
    }
    let settings = cx.effective(&prove.config, prove.run_as)?;
    if !is_node(&settings) {
        return Ok(());
    }
    let Some(database) = open_database(&settings, prove.run_as, cx)? else {
        return Ok(());
    };
    if let Err(error) = remove_unless_changed(&database, cx) {
        let text = format!(
            "what this node has written into the database for the others could not be taken back: {error}"
        );
        cx.reporter.hear(&Event::Note { text });
    }
    Ok(())
}

fn remove_unless_changed(
    database: &Database<'_>,
    cx: &StepContext<'_>,
) -> Result<(), DatabaseError> {
    let Some(mark) = database.nodes()?.mark.and_then(|text| text.parse::<Mark>().ok()) else {
        return Ok(());
    };
    let is_ours = mark.stage == Stage::Begun && mark.transaction == cx.plan.id;
    if is_ours && schema_word(&database.schema(&database.inspect()?)?) == mark.schema {
        database.remove_mark()?;
    }
    Ok(())
}
