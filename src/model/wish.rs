//! A wish to have a release installed or an installation upgraded, as somebody typed it: names not looked up, files not read.
//! [`InstallRequest`](super::InstallRequest) and [`UpgradeRequest`](super::UpgradeRequest) are what becomes of it.

use std::path::PathBuf;

use super::backup::BackupId;
use super::digest::Sha256Digest;
use super::leg::Leg;
use super::place::PlaceName;
use super::prefix::AppName;
use super::release::Edition;
use super::relpath::RelPath;
use super::request::{Consent, DatabaseUse, Manner, Start};
use super::secret::Secret;
use super::service::ServiceWish;
use super::version::Version;

/// Whether users may change what the host sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// They may.
    Default,
    /// They may not.
    Enforced,
}

/// Settings of the host, in the order in which they were given: later ones win.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// A file with a part of a `config.json`.
    File(PathBuf),
    /// One `Section.Key=JSON`.
    Set(Secret<String>),
}

/// A wish to have a release installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallWish {
    /// The application.
    pub app: AppName,
    /// The root, as given.
    pub root: PathBuf,
    /// The archive, as given.
    pub archive: PathBuf,
    /// The version in the archive, where its name does not tell.
    pub version: Option<Version>,
    /// The edition in the archive, where its name does not tell.
    pub edition: Option<Edition>,
    /// The digest that the archive must have.
    pub sha256: Option<Sha256Digest>,
    /// The host's settings.
    pub overlays: Vec<(Strength, Overlay)>,
    /// Who gives way where two have changed one setting, each `Section.Key=POLICY`.
    pub policies: Vec<String>,
    /// Places other than the usual ones.
    pub places: Vec<(PlaceName, RelPath)>,
    /// Places that stay in the tree.
    pub in_tree: Vec<PlaceName>,
    /// The configuration file, when it is kept outside the tree.
    pub config_file: Option<RelPath>,
    /// Who owns the tree: `user:group`, names or numbers.
    pub owner: Option<String>,
    /// Who runs the server.
    pub service_user: Option<String>,
    /// Who stops a server that runs, and starts it again; where nobody is named, one that runs is in the way.
    pub service: Option<ServiceWish>,
    /// Whether the server is started.
    pub start: Start,
    /// What may be done to a database that already holds something.
    pub database: DatabaseUse,
    /// Files with the environment that the server is started with, as given.
    pub env_files: Vec<PathBuf>,
}

/// A wish to have an installation put back as a backup has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreWish {
    /// The application.
    pub app: AppName,
    /// The root, as given.
    pub root: PathBuf,
    /// The backup; that of the last upgrade, where none is named.
    pub backup: Option<BackupId>,
    /// The archive of its release, as given, for a tree that is gone.
    pub archive: Option<PathBuf>,
    /// Whether the server is started and proven.
    pub start: Start,
    /// How the server is stopped and started; as at the last time, where it is not said.
    pub service: Option<ServiceWish>,
    /// May what people have done since be lost?
    pub accept_loss: bool,
    /// Files with the environment that the server is started with, as given.
    pub env_files: Vec<PathBuf>,
    /// How the rest is done.
    pub manner: Manner,
}

/// A wish to have an installation brought to another release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpgradeWish {
    /// The application.
    pub app: AppName,
    /// The root, as given.
    pub root: PathBuf,
    /// The archive, as given.
    pub archive: PathBuf,
    /// The version in the archive, where its name does not tell.
    pub version: Option<Version>,
    /// The edition in the archive, where its name does not tell.
    pub edition: Option<Edition>,
    /// The digest that the archive must have.
    pub sha256: Option<Sha256Digest>,
    /// The host's settings; those applied last, where there are none.
    pub overlays: Vec<(Strength, Overlay)>,
    /// Who gives way where two have changed one setting, each `Section.Key=POLICY`.
    pub policies: Vec<String>,
    /// Whether the new server is started and proven.
    pub start: Start,
    /// How the server is stopped and started; as at the last time, where it is not said.
    pub service: Option<ServiceWish>,
    /// What may be done in so many words.
    pub consent: Consent,
    /// Files with the environment that the server is started with, as given.
    pub env_files: Vec<PathBuf>,
    /// How the rest is done.
    pub manner: Manner,
    /// The chain that it is part of.
    pub leg: Leg,
}
