//! What is put back from a backup.
//! The engine does it.

use serde::{Deserialize, Serialize};

use super::backup::BackupId;
use super::owner::Owner;
use super::relpath::RelPath;
use super::step::DatabaseUndo;

/// What [`Step::RestoreConfig`](super::Step::RestoreConfig) writes, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreConfig {
    /// From which backup.
    pub backup: BackupId,
    /// The file to write.
    pub file: RelPath,
}

/// What [`Step::RestoreData`](super::Step::RestoreData) copies: every directory that the backup has, to where it was. Nothing
/// but an empty directory may lie there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreData {
    /// From which backup.
    pub backup: BackupId,
    /// The tree that is about to become the live one: what lay in that goes there.
    pub staged: RelPath,
}

/// What [`Step::RestoreDatabase`](super::Step::RestoreDatabase) puts back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreDatabase {
    /// From which backup.
    pub backup: BackupId,
    /// The configuration that tells where the database is.
    pub config: RelPath,
    /// Who runs the tools.
    pub run_as: Option<Owner>,
    /// How the database becomes again what it was, should the step be undone.
    pub before: DatabaseUndo,
}
