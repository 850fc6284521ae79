//! What a chain has to remember between two hops: that its server is to be let out when it is over, and what is known only
//! while that server runs. It is there exactly as long as a server may be in the dark and no transaction says so.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::engine::state_files::StateFileError;
use crate::host::{Host, Kind, PathError};
use crate::model::{
    BackupId, BackupPace, HopReport, Prefix, RelPath, Release, ServerEnvironment, TransactionId,
};

/// The form of the record. A newer one is refused.
const SCHEMA: u32 = 1;

/// The record, in the directory of the chain.
const RECORD: &str = "record.json";

/// The environment that the server was started with, in the directory of the chain. It holds secrets.
const ENVIRONMENT: &str = "environment.json";

/// No record and no environment is larger.
const LARGEST: u64 = 4 * 1024 * 1024;

/// A chain that is under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainRecord {
    schema: u32,
    /// What was installed when it began.
    pub from: Release,
    /// Where it leads.
    pub to: Release,
    /// Did the server serve when it began? Then it is let out when the chain is over.
    pub serving: bool,
    /// How often the database is saved.
    pub backups: BackupPace,
    /// The operator's programs.
    pub hooks: Option<PathBuf>,
    /// How long a server may take to answer.
    pub within: Duration,
    /// The first hop: what was before it is in the backup of that name.
    pub first: TransactionId,
    /// The hop that was begun last.
    pub current: TransactionId,
    /// The hops that were made.
    pub hops: Vec<HopReport>,
}

/// What is known of a chain when it begins.
#[derive(Clone, Debug)]
pub(super) struct Beginning {
    pub(super) from: Release,
    pub(super) to: Release,
    pub(super) serving: bool,
    pub(super) backups: BackupPace,
    pub(super) hooks: Option<PathBuf>,
    pub(super) within: Duration,
    pub(super) first: TransactionId,
}

impl ChainRecord {
    pub(super) fn begin(beginning: Beginning) -> Self {
        let Beginning { from, to, serving, backups, hooks, within, first } = beginning;
        let current = first.clone();
        let hops = Vec::new();
        Self { schema: SCHEMA, from, to, serving, backups, hooks, within, first, current, hops }
    }

    /// The backup of where it began.
    #[must_use]
    pub fn beginning(&self) -> BackupId {
        BackupId::from(self.first.clone())
    }

    /// Writes it down, durably.
    pub(super) fn write(&self, host: &Host, prefix: &Prefix) -> Result<(), PathError> {
        make_directory(host, prefix)?;
        let text = serde_json::to_vec_pretty(self).expect("a record is plain data");
        host.tree.replace(&prefix.chain().join(RECORD), &text, 0o600, None)
    }
}

/// The chain that is under way, or was interrupted; `None` if there is none.
///
/// # Errors
/// When what is there was not written by this version.
pub fn read_chain(host: &Host, prefix: &Prefix) -> Result<Option<ChainRecord>, StateFileError> {
    let path = prefix.chain().join(RECORD);
    let Some(text) = host.tree.read(&path, LARGEST)? else {
        return Ok(None);
    };
    let foreign = |source| StateFileError::Foreign { path: host.tree.absolute(&path), source };
    let record: ChainRecord =
        serde_json::from_slice(&text).map_err(|source| foreign(Some(source)))?;
    if record.schema == SCHEMA { Ok(Some(record)) } else { Err(foreign(None)) }
}

/// Keeps the environment for the hops in which no server runs that has it. Before the record: without it, none is needed.
pub(super) fn keep_environment(
    host: &Host,
    prefix: &Prefix,
    environment: &ServerEnvironment,
) -> Result<(), PathError> {
    make_directory(host, prefix)?;
    let path = environment_file(prefix);
    host.tree.replace(&path, &environment.to_private_text(), 0o600, None)
}

/// The environment that the server of a chain was started with.
pub(super) fn kept_environment(
    host: &Host,
    prefix: &Prefix,
) -> Result<ServerEnvironment, StateFileError> {
    let path = environment_file(prefix);
    let Some(text) = host.tree.read(&path, LARGEST)? else {
        return Ok(ServerEnvironment::default());
    };
    ServerEnvironment::from_private_text(&text).map_err(|source| StateFileError::Foreign {
        path: host.tree.absolute(&path),
        source: Some(source),
    })
}

/// Forgets the chain: its server serves, or some transaction sees to it. What is left of a directory without its record is
/// in nobody's way.
pub(super) fn forget(host: &Host, prefix: &Prefix) -> Result<(), PathError> {
    host.tree.remove_file(&prefix.chain().join(RECORD))?;
    host.tree.remove_tree(&prefix.chain())
}

fn environment_file(prefix: &Prefix) -> RelPath {
    prefix.chain().join(ENVIRONMENT)
}

fn make_directory(host: &Host, prefix: &Prefix) -> Result<(), PathError> {
    let directory = prefix.chain();
    match host.tree.stat(&directory)? {
        Some(stat) if stat.kind == Kind::Directory => Ok(()),
        Some(_) | None => host.tree.make_dir(&directory, 0o700),
    }
}
