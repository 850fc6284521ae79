//! Proving the server that was activated, and taking over the configuration as the server left it.
//!
//! This is the pivot: the server migrates its database. Its undo therefore makes the database what it was before.

use std::borrow::Cow;
use std::net::{Ipv4Addr, SocketAddr};

use super::configure::{ConfigureError, LEDGER, read_document};
use super::context::StepContext;
use super::database_before::{self, Touch};
use super::error::StepError;
use super::keep::{Kept, keep, overwrite, put_back};
use super::migration;
use super::rewritten::{notes, refuse_resets, summary};
use crate::config::{
    Dark, Document, EditError, Ledger, RestoreError, Restored, SettingPath, Shipped,
    darken_overridden, restore,
};
use crate::engine::cluster::TurnError;
use crate::engine::database::{Access, Database, DatabaseError};
use crate::engine::proof::{DarkServer, DarkStart, ProofError, Witness, stop_leftover};
use crate::host::{PathError, Stopped, free_loopback_port, running_from};
use crate::model::{
    BackupId, BackupManifest, DatabaseUndo, Event, Owner, Proof, Prove, RelPath, Secret,
    TreeIdentity,
};
use crate::server::{
    Banner, ExpectedSchema, IdentityVerdict, SchemaVerdict, SeenSchema, VersionCommand,
    judge_schema,
};

/// What was proved, in the transaction's directory.
pub(super) const PROOF: &str = "proof.json";

/// The configuration before the start, in the transaction's directory.
const BEFORE: Kept = Kept { name: "config-unproven" };

/// No configuration is larger.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Why what the server did is not acceptable, although it started.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// A file operation failed.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A configuration cannot be used.
    #[error(transparent)]
    Configure(#[from] ConfigureError),
    /// The copy of the configuration could not be made.
    #[error("cannot make the copy of the configuration for the dark start")]
    Darken(#[from] EditError),
    /// The server left no usable configuration.
    #[error(transparent)]
    Restore(#[from] RestoreError),
    /// The server fell back to defaults.
    #[error("the server has fallen back to default settings: {0}")]
    Reset(String),
    /// The database could not be asked.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The database is not empty any more.
    #[error("the database is not empty any more: {objects} objects are in it")]
    DatabaseNotEmpty {
        /// How many.
        objects: usize,
    },
    /// A server that this transaction did not start runs from the tree.
    #[error("the server is in use: process {pid} runs from the tree")]
    InUse {
        /// Which.
        pid: u32,
    },
    /// People have used the server since.
    #[error("people have used the server since it was interrupted")]
    PeopleWereIn,
    /// Another node of the cluster is changing the database.
    #[error(transparent)]
    Turn(#[from] TurnError),
    /// The database has to be restored, and other nodes serve from it.
    #[error("the database has to be restored, and servers of other hosts are on it: {clients}")]
    NodesServe {
        /// What they call themselves, and where they come from.
        clients: String,
    },
    /// The database has to be restored, and cannot be reached.
    #[error("the database has to be restored, and cannot be reached: {0}")]
    DatabaseClosed(String),
    /// It did not end when it was asked to.
    #[error("the server works, but does not end when it is asked to, and had to be killed")]
    Deaf,
    /// The schema is not what this release makes.
    #[error("the schema of the database is {verdict} after the start")]
    Schema {
        /// In which way.
        verdict: &'static str,
    },
    /// The version command names another release, or none.
    #[error("the version command {0}")]
    VersionCommand(String),
}

impl AcceptError {
    pub(super) fn is_crash(&self) -> bool {
        let (Self::Path(error) | Self::Configure(ConfigureError::Path(error))) = self else {
            return false;
        };
        error.is_crash()
    }
}

/// Starts the server in the dark, proves it, stops it, and writes what it made of its configuration to the live file.
pub(super) fn perform(prove: &Prove, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    let tree = &cx.host.tree;
    let directory = cx.directory();
    let environment = cx.environment()?;
    let version = &prove.release.version;
    let site = cx.site(&environment, &prove.config, version, prove.run_as);
    if !site.is_in_database() {
        keep(cx.host, &directory, BEFORE, &prove.config)?;
    }
    let original = site.require()?;
    let effective = site.overridden(&original)?;
    let database = open_database(&effective.document, prove.run_as, cx)?;
    // Whoever has lost its turn leaves no trace in the database, and has nothing to put back there.
    cx.require_turn().map_err(AcceptError::from)?;
    database_before::remember(touch(prove), database.as_ref(), cx)?;
    migration::begin(prove, &effective.document, database.as_ref(), cx)?;
    let port = free_loopback_port().map_err(ProofError::from)?;
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let dark =
        darken_overridden(&original, &effective, version, listen).map_err(AcceptError::from)?;
    let copy = dark_copy(prove, cx);
    tree.replace(&copy, dark.document.to_text().as_bytes(), 0o600, prove.run_as)?;

    let site_path = site_path(&effective.document);
    let start = DarkStart {
        tree: &prove.tree,
        config: &copy,
        directory: &directory,
        port,
        site_path: &site_path,
        version,
        run_as: prove.run_as,
    };
    if let Err(error) = cx.require_turn() {
        database_before::forget(touch(prove), cx)?;
        return Err(AcceptError::from(error).into());
    }
    let mut server = DarkServer::start(cx.host, start)?;
    let witness = server.prove(prove.within, cx.reporter)?;
    // It has migrated before it answered, and may take its time to go.
    let (stopped, schema) = server.stop_while(|| check_schema(prove, database.as_ref(), cx))?;
    refuse_deaf(prove, stopped)?;

    let mut checks = vec![format!("it answers as {}", witness.version_id.build_version())];
    checks.extend(schema?);
    migration::end(prove, &effective.document, database.as_ref(), cx)?;
    checks.extend(check_version_command(prove, &copy, cx)?);
    let restored = restored(prove, &original, &dark, cx)?;
    refuse_resets(&restored)?;
    checks.push(summary(&restored));
    write_down(cx, &witness, checks, &restored)?;
    keep_former_values(cx, &restored, site.is_in_database())?;
    // What lies in a database, the server itself will rewrite when it is let out.
    if !site.is_in_database() {
        let text = restored.document.to_text();
        let (file, text) = (&prove.config, text.as_bytes());
        overwrite(cx.host, &directory, BEFORE, file, text, prove.run_as)?;
    }
    Ok(tree.remove_file(&copy)?)
}

/// The configuration as the server left it, with its own values again.
fn restored(
    prove: &Prove,
    original: &Document,
    dark: &Dark,
    cx: &StepContext<'_>,
) -> Result<Restored, StepError> {
    let after = cx.host.tree.read(&dark_copy(prove, cx), LARGEST)?.unwrap_or_default();
    let shipped = read_document(cx.host, &prove.tree.join(TreeIdentity::SHIPPED_CONFIG))?;
    let former = cx.plan.prefix.retired(&cx.plan.id).join(TreeIdentity::SHIPPED_CONFIG);
    let former = read_document(cx.host, &former)?;
    let shipped = Shipped { release: shipped.as_ref(), former: former.as_ref() };
    let version = &prove.release.version;
    Ok(restore(original, &dark.shaded, &after, shipped, version).map_err(AcceptError::from)?)
}

/// Stops what still runs, puts the configuration back, and takes back what the server has put into an empty database.
pub(super) fn undo(prove: &Prove, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    let directory = cx.directory();
    stop_leftover(cx.host, &directory, &prove.tree, &dark_copy(prove, cx))?;
    refuse_while_in_use(&prove.tree, cx)?;
    cx.host.tree.remove_file(&dark_copy(prove, cx))?;
    cx.host.tree.remove_file(&former_values(cx))?;
    database_before::put_back(touch(prove), cx)?;
    migration::take_back(prove, cx)?;
    let aside = put_back(cx.host, &directory, BEFORE, &prove.config)?;
    cx.note_newer(aside);
    Ok(())
}

/// A server that has to be killed could be stopped by nobody for the next upgrade. Where an old one can serve instead, it is
/// not let out.
fn refuse_deaf(prove: &Prove, stopped: Stopped) -> Result<(), AcceptError> {
    match prove.database {
        DatabaseUndo::Restore(_) if stopped.killed => Err(AcceptError::Deaf),
        DatabaseUndo::Restore(_)
        | DatabaseUndo::Empty
        | DatabaseUndo::Leave
        | DatabaseUndo::Earlier
        | DatabaseUndo::Shared => Ok(()),
    }
}

/// A tree is the live one before its server is let out: whoever started the host's service since has let people in.
pub(super) fn refuse_while_in_use(tree: &RelPath, cx: &StepContext<'_>) -> Result<(), AcceptError> {
    let census = running_from(&cx.host.tree.absolute(tree))?;
    match census.found.first() {
        Some(found) => Err(AcceptError::InUse { pid: found.identity.pid }),
        None => Ok(()),
    }
}

/// The copy lies beside the configuration: certificates are found relative to its directory.
fn dark_copy(prove: &Prove, cx: &StepContext<'_>) -> RelPath {
    let directory = prove.config.parent().unwrap_or_else(RelPath::here);
    directory.join(&format!(".mmembed-dark-{}.json", cx.plan.id))
}

fn text_of(document: &Document, setting: &str) -> Option<String> {
    document.get(&SettingPath::known(setting))?.as_text().map(Cow::into_owned)
}

/// The path of the site's address: the server answers below it.
pub(crate) fn site_path(document: &Document) -> String {
    let site = text_of(document, "ServiceSettings.SiteURL").unwrap_or_default();
    let path = url::Url::parse(&site).map(|url| url.path().trim_end_matches('/').to_owned());
    path.unwrap_or_default()
}

pub(super) const fn touch(prove: &Prove) -> Touch<'_> {
    Touch { config: &prove.config, run_as: prove.run_as, before: &prove.database }
}

pub(super) fn open_database<'a>(
    document: &Document,
    run_as: Option<Owner>,
    cx: &StepContext<'a>,
) -> Result<Option<Database<'a>>, AcceptError> {
    let driver = text_of(document, "SqlSettings.DriverName").unwrap_or_default();
    let source = Secret::new(text_of(document, "SqlSettings.DataSource").unwrap_or_default());
    match Database::access(&cx.host.exec, &driver, &source, run_as)? {
        Access::Open(database) => Ok(Some(database)),
        Access::Closed(_) => Ok(None),
    }
}

fn check_schema(
    prove: &Prove,
    database: Option<&Database<'_>>,
    cx: &mut StepContext<'_>,
) -> Result<Option<String>, AcceptError> {
    let Some(database) = database else {
        let text = "the schema of the database was not looked at";
        cx.reporter.hear(&Event::Note { text: text.to_owned() });
        return Ok(None);
    };
    let state = database.schema(&database.inspect()?)?;
    let seen =
        SeenSchema { systems: state.systems, migration: state.migration, dirty: state.dirty };
    let verdict = match judge_schema(&ExpectedSchema::after(&prove.release.version), &seen) {
        SchemaVerdict::AsExpected => {
            return Ok(Some("the schema of its database is its own".to_owned()));
        }
        SchemaVerdict::Behind => "older than it should be",
        SchemaVerdict::Ahead => "newer than it should be",
        SchemaVerdict::Dirty => "marked as broken in the middle of a migration",
        SchemaVerdict::Missing => "not there",
    };
    Err(AcceptError::Schema { verdict })
}

/// Where only a command that opens the database tells the version, it is run now: on the proven server's own database
/// and on the copy of its configuration.
fn check_version_command(
    prove: &Prove,
    copy: &RelPath,
    cx: &StepContext<'_>,
) -> Result<Option<String>, AcceptError> {
    let version = &prove.release.version;
    let config = cx.host.tree.absolute(copy);
    let Some(command) = VersionCommand::for_proven(version, &config) else {
        return Ok(None);
    };
    let mut spec = command.spec(version, &cx.host.tree.absolute(&prove.tree));
    spec.run_as = prove.run_as;
    let said = |what: String| AcceptError::VersionCommand(what);
    let output = cx.host.exec.run(&spec).map_err(|error| said(format!("failed: {error}")))?;
    let banner = Banner::parse(&output.stdout.text(), &output.stderr.text())
        .ok_or_else(|| said(format!("tells no version ({})", output.exit)))?;
    match banner.matches(version) {
        IdentityVerdict::Equal | IdentityVerdict::SameMinor => {
            Ok(Some(format!("its version command says {}", banner.release_version())))
        }
        IdentityVerdict::Different { seen } => Err(said(format!("says {seen}, not {version}"))),
    }
}

/// What the new server no longer has goes into the backup, with its values.
fn keep_former_values(
    cx: &StepContext<'_>,
    restored: &Restored,
    is_stored: bool,
) -> Result<(), StepError> {
    let backup = cx.plan.prefix.backup(&BackupId::from(cx.plan.id.clone()));
    let saved = if is_stored { BackupManifest::STORED_CONFIG } else { "config.json" };
    let Some(former) = read_document(cx.host, &backup.join(saved))? else {
        return Ok(());
    };
    match restored.to_former_values(&former) {
        Some(text) => Ok(cx.host.tree.replace(&former_values(cx), text.as_bytes(), 0o600, None)?),
        None => Ok(()),
    }
}

fn former_values(cx: &StepContext<'_>) -> RelPath {
    let backup = cx.plan.prefix.backup(&BackupId::from(cx.plan.id.clone()));
    backup.join(BackupManifest::FORMER_VALUES)
}

/// The proof, and what the server did to the settings, for the receipt and the ledger.
fn write_down(
    cx: &mut StepContext<'_>,
    witness: &Witness,
    checks: Vec<String>,
    restored: &Restored,
) -> Result<(), StepError> {
    let (tree, directory) = (&cx.host.tree, cx.directory());
    let ready_after_ms = u64::try_from(witness.ready_after.as_millis()).unwrap_or(u64::MAX);
    let proof = Proof { answered_as: witness.version_id.build_version(), ready_after_ms, checks };
    let text = serde_json::to_vec_pretty(&proof).expect("a proof is plain data");
    tree.replace(&directory.join(PROOF), &text, 0o600, None)?;
    let ledger = directory.join(LEDGER);
    let entries = tree.read(&ledger, LARGEST)?;
    let mut entries: Ledger =
        entries.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
    restored.enter_into(&mut entries);
    let text = serde_json::to_vec_pretty(&entries).expect("a ledger is plain data");
    tree.replace(&ledger, &text, 0o600, None)?;
    for text in notes(restored) {
        cx.reporter.hear(&Event::Note { text });
    }
    Ok(())
}
