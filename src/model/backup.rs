//! A backup: what is saved, and the manifest by which it is known, checked and brought back.
//! Nothing secret stands in a manifest.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::digest::Sha256Digest;
use super::owner::Owner;
use super::place::{PlaceName, Placement};
use super::prefix::AppName;
use super::receipt::{Receipt, Viewpoint};
use super::release::Release;
use super::relpath::RelPath;
use super::transaction::{TransactionId, TransactionIdError};

/// The form of the manifest. Older forms are read for ever, newer ones are refused.
pub const BACKUP_SCHEMA: u32 = 1;

/// The name of a backup: that of the transaction that made it, or one made like it. Sorts by time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BackupId(TransactionId);

impl BackupId {
    /// The transaction that made it, or would have.
    #[must_use]
    pub const fn transaction(&self) -> &TransactionId {
        &self.0
    }

    /// The name as text, safe as a file name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl From<TransactionId> for BackupId {
    fn from(id: TransactionId) -> Self {
        Self(id)
    }
}

impl FromStr for BackupId {
    type Err = TransactionIdError;

    fn from_str(text: &str) -> Result<Self, TransactionIdError> {
        text.parse().map(Self)
    }
}

impl fmt::Display for BackupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a backup was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackupOrigin {
    /// Somebody asked for it.
    Asked,
    /// A transaction made it before it changed the database.
    Transaction,
}

/// What is done about the directories of uploaded files and plugins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataPolicy {
    /// They are left out.
    Skip,
    /// Their files get a second name in the backup, where the file system can; the others are copied. A file that is
    /// written to in place later, instead of being replaced, changes in the backup too.
    Link,
    /// They are copied; where the file system can, without taking room before they change.
    Copy,
}

/// A directory that is saved by the data policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedPlace {
    /// Which one.
    pub place: PlaceName,
    /// Where it is, below the root.
    pub path: RelPath,
}

/// What [`crate::model::Step::BackUp`] saves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackUp {
    /// The name of the backup.
    pub id: BackupId,
    /// Why it is made.
    pub origin: BackupOrigin,
    /// The configuration in use, which tells where the database is.
    pub config: RelPath,
    /// Is the database saved? Without, nothing can be brought back that changed it.
    pub database: bool,
    /// Was the database migrated by another node of the cluster? Then it is nobody's to put back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
    /// What is done about the directories.
    pub policy: DataPolicy,
    /// These directories.
    pub directories: Vec<SavedPlace>,
    /// Is the dump brought back into a scratch database, and its rows counted, before the backup counts?
    pub verify_restore: bool,
    /// Who runs the tools: the server's user, as whom the database knows the server.
    pub run_as: Option<Owner>,
    /// The tree of the release that is saved, once another one is live.
    pub retired: Option<RelPath>,
}

/// A file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupPart {
    /// Where it lies in the backup.
    pub path: RelPath,
    /// Its size in bytes.
    pub size: u64,
    /// Its digest.
    pub sha256: Sha256Digest,
}

/// The saved configuration file, and what it takes to put it back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedConfig {
    /// Where it was, below the root.
    pub path: RelPath,
    /// Where it lies in the backup, byte by byte as it was.
    pub part: RelPath,
    /// Its permission bits.
    pub mode: u32,
    /// Its owner.
    pub owner: Owner,
}

/// Which database was saved. No secret is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseDescription {
    /// `SqlSettings.DriverName`: `postgres` or `mysql`.
    pub driver: String,
    /// The version of the database's server, in its own words.
    pub version: String,
    /// The database's name.
    pub name: String,
    /// The schema that was saved; `None` where a database has none.
    pub schema: Option<String>,
    /// The role that owns what was saved.
    pub role: String,
}

/// A table in a dump.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedTable {
    /// Its name.
    pub name: String,
    /// How many rows it has; `None`: they were not counted.
    pub rows: Option<u64>,
}

/// The saved database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedDatabase {
    /// Which it was.
    pub description: DatabaseDescription,
    /// Where the dump lies in the backup.
    pub dump: RelPath,
    /// Where the configuration lies that the server keeps in the database; `None`: it keeps none there.
    pub config: Option<RelPath>,
    /// Its tables.
    pub tables: Vec<SavedTable>,
    /// Was the dump brought back into a scratch database, and did it hold the same rows?
    pub restore_verified: bool,
}

/// A saved directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedDirectory {
    /// Which, and where it was.
    pub source: SavedPlace,
    /// Where its copy lies in the backup.
    pub part: RelPath,
    /// Where the list of its files lies in the backup.
    pub list: RelPath,
    /// How many files it has.
    pub files: u64,
}

/// Something in a saved directory, as one line of its list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedFile {
    /// Where it lies in the directory; bytes that are no text, and `%`, stand as `%` and two digits.
    pub path: String,
    /// What it is.
    #[serde(flatten)]
    pub kind: SavedKind,
}

/// What lies in a saved directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum SavedKind {
    /// A regular file.
    File {
        /// Its size in bytes.
        size: u64,
        /// Its digest; `None` where the file is the very one in use.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sha256: Option<Sha256Digest>,
    },
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink {
        /// What it says, spelled like the path.
        target: String,
    },
}

/// What a backup is. It is written last: a backup without it is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupManifest {
    /// [`BACKUP_SCHEMA`] of the tool that wrote it.
    pub schema: u32,
    /// The version of the tool that wrote it.
    pub tool: String,
    /// The backup's name.
    pub id: BackupId,
    /// When it was finished.
    pub created: Timestamp,
    /// Why it was made.
    pub origin: BackupOrigin,
    /// The application.
    pub app: AppName,
    /// The release that was installed.
    pub release: Release,
    /// How paths in the configuration are spelled.
    pub viewpoint: Viewpoint,
    /// Where the mutable directories were.
    pub placements: Vec<Placement>,
    /// The configuration.
    pub config: SavedConfig,
    /// The database; `None` if it was left out.
    pub database: Option<SavedDatabase>,
    /// Had another node of the cluster migrated the database before? Then it is nobody's to put back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
    /// What was done about the directories.
    pub policy: DataPolicy,
    /// The directories that were saved.
    pub directories: Vec<SavedDirectory>,
    /// The tree of the release, below the root, once another one is live.
    pub retired: Option<RelPath>,
    /// Every file of the backup but those of the directories, which have lists of their own, and the manifest.
    pub parts: Vec<BackupPart>,
}

/// Why a text is no manifest that can be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It was written by a newer tool.
    #[error(
        "it has the form {schema}, which a newer mmembed writes; this one knows forms up to {BACKUP_SCHEMA}"
    )]
    Newer {
        /// Its form.
        schema: u32,
    },
    /// It is damaged.
    #[error("it is damaged")]
    Damaged(#[from] serde_json::Error),
}

/// What is looked at before anything else.
#[derive(Deserialize)]
struct Form {
    schema: u32,
}

impl BackupManifest {
    /// The manifest's file in its backup.
    pub const FILE: &str = "manifest.json";

    /// The file with the manifest's own digest, in the form of `sha256sum`.
    pub const DIGEST_FILE: &str = "manifest.json.sha256";

    /// The configuration of a server that keeps it in its database.
    pub const STORED_CONFIG: &str = "config-database.json";

    /// The settings that the new server no longer has, with their former values. It is added once the backup is finished and
    /// the new server was proven; all of it stands in the saved configuration too.
    pub const FORMER_VALUES: &str = "settings-dropped.json";

    /// Reads a manifest, and refuses a newer form by name.
    pub fn parse(text: &[u8]) -> Result<Self, ManifestError> {
        let Form { schema } = serde_json::from_slice(text)?;
        if schema > BACKUP_SCHEMA {
            return Err(ManifestError::Newer { schema });
        }
        Ok(serde_json::from_slice(text)?)
    }

    /// What [`Self::DIGEST_FILE`] holds.
    #[must_use]
    pub fn digest_line(text: &[u8]) -> String {
        format!("{}  {}\n", Sha256Digest::of(text), Self::FILE)
    }
}

impl BackUp {
    /// The directories of an installation that no other part of a backup can bring back: logs tell only what was, and a
    /// search index is made anew from the database.
    #[must_use]
    pub fn directories_of(receipt: &Receipt, live: &RelPath) -> Vec<SavedPlace> {
        let worth = |place| !matches!(place, PlaceName::Logs | PlaceName::SearchIndex);
        let placements = receipt.placements.iter().filter(|placement| worth(placement.name));
        placements
            .filter_map(|placement| {
                Some(SavedPlace { place: placement.name, path: placement.path(live)? })
            })
            .collect()
    }
}

impl fmt::Display for DataPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Skip => "skip",
            Self::Link => "link",
            Self::Copy => "copy",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_manifest_is_refused_by_name_and_a_damaged_one_too() {
        let newer = br#"{"schema": 2, "what": "nobody knows"}"#;
        let error = BackupManifest::parse(newer).unwrap_err();
        assert!(matches!(error, ManifestError::Newer { schema: 2 }));
        assert!(error.to_string().contains("a newer mmembed"), "{error}");
        for text in [&b"{}"[..], b"", br#"{"schema": 1}"#] {
            assert!(matches!(BackupManifest::parse(text), Err(ManifestError::Damaged(_))));
        }
    }

    #[test]
    fn names_are_those_of_transactions() {
        let id: BackupId = "20261123T205143Z-9f3a".parse().unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"20261123T205143Z-9f3a\"");
        assert!("../x".parse::<BackupId>().is_err());
    }
}
