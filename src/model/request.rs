//! What the operator asked for, fully resolved: nothing is left to be looked up or defaulted.
//! No arguments are parsed here.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::backup::{BackupId, BackupManifest, DataPolicy};
use super::digest::Sha256Digest;
use super::leg::Leg;
use super::owner::Owner;
use super::place::Placement;
use super::prefix::Prefix;
use super::receipt::{Overlays, Viewpoint};
use super::release::Release;
use super::relpath::RelPath;
use super::service::Service;
use super::transaction::TransactionId;
use super::waiver::Waiver;

/// Whether the server is started and proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// It is, and may take this long to become ready.
    Prove {
        /// The operator's limit.
        within: Duration,
    },
    /// It is not: the root is packed up and started elsewhere.
    Never,
}

/// What may be done to a database that already holds something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DatabaseUse {
    /// It has to be empty, so that a failed installation can empty it again.
    MustBeEmpty,
    /// It is used as it is; what the server does to it is not undone.
    AsItIs,
}

/// A wish to have a release installed for an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallRequest {
    /// The application's paths.
    pub prefix: Prefix,
    /// The archive, absolute.
    pub archive: PathBuf,
    /// What the archive is said to hold.
    pub release: Release,
    /// The digest that the archive must have, if one was stated.
    pub sha256: Option<Sha256Digest>,
    /// How paths in the configuration are spelled.
    pub viewpoint: Viewpoint,
    /// The configuration file, when it is kept outside the tree.
    pub config_file: Option<RelPath>,
    /// Where the mutable directories of this release go.
    pub placements: Vec<Placement>,
    /// Who owns the tree.
    pub owner: Owner,
    /// Who runs the server.
    pub server: Owner,
    /// Digests of the host's overlays.
    pub overlays: Overlays,
    /// Who gives way where two have changed one setting, each `Section.Key=POLICY`.
    pub policies: Vec<String>,
    /// Whether the server is started.
    pub start: Start,
    /// What may be done to a database that already holds something.
    pub database: DatabaseUse,
}

impl InstallRequest {
    /// The configuration file, wherever it is.
    #[must_use]
    pub fn config(&self) -> RelPath {
        let in_tree = || self.prefix.live().join("config/config.json");
        self.config_file.clone().unwrap_or_else(in_tree)
    }
}

/// What an upgrade may do only when it was asked for in so many words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Consent {
    /// Go to an older version.
    pub downgrade: bool,
    /// Go to the other edition.
    pub edition_change: bool,
    /// Go without a backup of the database: what the new server does to it is then not taken back.
    pub unsaved_database: bool,
}

/// How an upgrade is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manner {
    /// What becomes of uploaded files in the backup.
    pub data: DataPolicy,
    /// Is the dump restored into a scratch database, and compared, before it counts?
    pub verify_restore: bool,
    /// How many backups are kept.
    pub keep: u32,
    /// A directory with hooks, absolute.
    pub hooks: Option<PathBuf>,
    /// Are defaults that the release has changed taken over where nobody has touched them?
    pub adopt_new_defaults: bool,
}

/// A wish to have an installation brought to another release, fully resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpgradeRequest {
    /// What shall be true afterwards.
    pub target: InstallRequest,
    /// How the server is stopped and started.
    pub service: Service,
    /// What may be done.
    pub consent: Consent,
    /// How it is done.
    pub manner: Manner,
    /// The chain that it is part of.
    pub leg: Leg,
}

/// Where the tree comes from that is put back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TreeSource {
    /// It is still there, under the name it was retired to.
    Retired {
        /// Where.
        tree: RelPath,
        /// The transaction that unpacked it.
        maker: TransactionId,
    },
    /// Its archive.
    Archive,
}

/// A wish to have an installation put back as a backup has it, fully resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreRequest {
    /// The backup.
    pub backup: BackupManifest,
    /// The backups that were made before it: from there the way back goes on.
    pub earlier: Vec<BackupId>,
    /// What was true when it was made, in the words of an installation.
    pub target: InstallRequest,
    /// Where its tree comes from.
    pub tree: TreeSource,
    /// How the server is stopped and started.
    pub service: Service,
    /// The rules that were waived when its release came here.
    pub waived: Vec<String>,
    /// Those that were waived on the way to it.
    pub waivers: Vec<Waiver>,
    /// How the rest is done.
    pub manner: Manner,
}
