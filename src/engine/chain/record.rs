//! What a chain has to remember between two hops: that its server is to be let out when it is over, and what is known only
//! while that server runs. It is there exactly as long as a server may be in the dark and no transaction says so.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::engine::state_files::StateFileError;
use crate::host::{Host, Kind, PathError};
use crate::model::{
    BackupId, BackupPace, HopEnding, HopReport, Prefix, Receipt, RelPath, Release,
    ServerEnvironment, TransactionId,
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
    /// Where a database goes back to that a hop has left between two releases; `None` where nothing was saved.
    pub way_back: Option<WayBack>,
    /// The transaction that takes everything back. Once it is committed, nothing is between two releases.
    pub back: Option<TransactionId>,
    /// The hops that were made.
    pub hops: Vec<HopReport>,
}

/// When the database was saved last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WayBack {
    /// The hop before which it was saved.
    pub hop: TransactionId,
    /// What was installed then.
    pub to: Release,
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
}

/// A hop that is about to begin.
#[derive(Clone, Debug)]
pub(super) struct HopBegun {
    pub(super) from: Release,
    pub(super) id: TransactionId,
    pub(super) saves_database: bool,
}

impl ChainRecord {
    /// The record before a hop begins: of a new chain, or of the one that is under way, which is walked as it is wished now.
    pub(super) fn before(hop: HopBegun, former: Option<Self>, beginning: Beginning) -> Self {
        let Beginning { from, to, serving, backups, hooks, within } = beginning;
        let (id, saved) = (hop.id, hop.saves_database);
        let saved = saved.then(|| WayBack { hop: id.clone(), to: hop.from });
        let fresh = || Self {
            schema: SCHEMA,
            from,
            to: to.clone(),
            serving,
            backups,
            hooks: hooks.clone(),
            within,
            first: id.clone(),
            current: id.clone(),
            way_back: None,
            back: None,
            hops: Vec::new(),
        };
        let former = former.unwrap_or_else(fresh);
        // As long as no hop was made, the first one is that which is made now.
        let first = if former.hops.is_empty() { id.clone() } else { former.first };
        Self {
            to,
            serving: former.serving || serving,
            hooks,
            within,
            first,
            way_back: saved.or(former.way_back),
            current: id,
            ..former
        }
    }

    /// The backups without which there is no way back to where it began, nor to where the database was saved last.
    #[must_use]
    pub fn needed(&self) -> Vec<BackupId> {
        let first = BackupId::from(self.first.clone());
        let saved = self.saved_before().filter(|saved| *saved != first);
        [first].into_iter().chain(saved).collect()
    }

    /// The backup that has the database, where it is not saved again before each hop.
    #[must_use]
    pub fn saved_before(&self) -> Option<BackupId> {
        let way = self.way_back.as_ref().filter(|_| self.backups == BackupPace::Once)?;
        Some(BackupId::from(way.hop.clone()))
    }

    /// A hop was made by a run that did not come to write it down, or was taken up and finished. Nobody has measured it.
    pub(super) fn catch_up(&mut self, receipt: &Receipt) {
        let is_told = self.hops.iter().any(|hop| hop.transaction == self.current);
        if receipt.transaction != self.current || is_told {
            return;
        }
        let before = self.hops.last().map_or(&self.from.version, |hop| &hop.to);
        self.hops.push(HopReport {
            from: before.clone(),
            to: receipt.release.version.clone(),
            transaction: self.current.clone(),
            ending: HopEnding::Committed,
            staged_ms: 0,
            ahead_ms: 0,
            down_ms: 0,
            migrated_ms: 0,
            total_ms: 0,
        });
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

/// Forgets the chain: its server serves, or some transaction sees to it. What a crash leaves of a directory without its record
/// is no chain, and goes with the next one that ends.
pub(super) fn forget(host: &Host, prefix: &Prefix) -> Result<(), PathError> {
    host.tree.remove_file(&prefix.chain().join(RECORD))?;
    host.tree.remove_tree(&prefix.chain())
}

/// Did a crash leave something of a chain that is none any more, or is none yet?
pub(super) fn has_leftovers(host: &Host, prefix: &Prefix) -> Result<bool, PathError> {
    host.tree.exists(&prefix.chain())
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
