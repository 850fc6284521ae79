//! The receipt: what mmembed last made true on this host.
//! Nothing secret stands in it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::digest::Sha256Digest;
use super::owner::Owner;
use super::place::Placement;
use super::prefix::AppName;
use super::release::Release;
use super::relpath::RelPath;
use super::service::Service;
use super::transaction::TransactionId;
use super::version::Version;
use super::waiver::Waiver;

/// The form of the receipt. Older forms are read for ever, newer ones are refused.
pub const RECEIPT_SCHEMA: u32 = 1;

/// How the paths in `config.json` are spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Viewpoint {
    /// As this machine sees them: the server runs here.
    ThisMachine,
    /// As one sees them from inside the root: a staging root that is packed up and installed elsewhere.
    InsideRoot,
}

impl Viewpoint {
    /// The absolute path by which the server knows a path below `root`.
    #[must_use]
    pub fn spell(self, root: &Path, path: &RelPath) -> PathBuf {
        match self {
            Self::ThisMachine => path.under(root),
            Self::InsideRoot => path.under(Path::new("/")),
        }
    }
}

/// An archive, and by what to know it again without reading it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveStamp {
    /// Where it lay.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// Its modification time, in nanoseconds since 1970.
    pub modified: i128,
    /// Its digest; `None` in a plan whose archive was not read yet.
    pub sha256: Option<Sha256Digest>,
}

/// What was found out about the server that was started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The release as which the server answered.
    pub answered_as: Version,
    /// From the start of the process to the first good answer, in milliseconds; 0 for a server that was running already.
    pub ready_after_ms: u64,
    /// What else was checked, and how it came out, as sentences.
    pub checks: Vec<String>,
}

/// The last committed truth about one application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// [`RECEIPT_SCHEMA`] of the tool that wrote it.
    pub schema: u32,
    /// The version of the tool that wrote it.
    pub tool: String,
    /// The transaction that made it true.
    pub transaction: TransactionId,
    /// The application.
    pub app: AppName,
    /// The installed release.
    pub release: Release,
    /// The archive it came from.
    pub archive: ArchiveStamp,
    /// How paths in the configuration are spelled.
    pub viewpoint: Viewpoint,
    /// The configuration file.
    pub config: RelPath,
    /// Where the mutable directories are.
    pub placements: Vec<Placement>,
    /// Who owns the tree.
    pub owner: Owner,
    /// Who runs the server.
    pub server: Owner,
    /// Who starts and stops the server; nobody in receipts of versions that did not ask.
    #[serde(default)]
    pub service: Service,
    /// The variables in the server's environment that decided about settings when it was last looked at: names, no values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overridden: Vec<String>,
    /// The rules that the operator had waived and that were about the hop to this release: their names. None in receipts of
    /// versions that knew no waivers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waived: Vec<String>,
    /// Every rule that was waived on the way here, oldest first; those of `waived` are the last ones. None in receipts of versions
    /// that kept those alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<Waiver>,
    /// What the dark start proved; `None` when the server was not started.
    pub proof: Option<Proof>,
}

impl Receipt {
    /// The mutable directories that are kept in the tree, below it.
    #[must_use]
    pub fn in_tree(&self) -> Vec<RelPath> {
        self.placements.iter().filter_map(Placement::below_tree).collect()
    }
}

/// Digests of the host's two overlays. They may be computed over passwords: neither is written to a file that others
/// may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlays {
    /// Of the defaults, which users may change.
    pub defaults: Sha256Digest,
    /// Of what is enforced.
    pub enforced: Sha256Digest,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the first version wrote it.
    const OLD: &str = r#"{
      "schema": 1,
      "tool": "0.1.0",
      "transaction": "20261123T205143Z-9f3a",
      "app": "acme",
      "release": { "version": "10.11.4", "edition": "team" },
      "archive": { "path": "/a/mattermost-team-10.11.4-linux-amd64.tar.gz", "size": 1, "modified": 1764018222000000000, "sha256": null },
      "viewpoint": "this-machine",
      "config": "opt/acme/embedded/mattermost/config/config.json",
      "placements": [],
      "owner": { "uid": 0, "gid": 0 },
      "server": { "uid": 2000, "gid": 2000 },
      "proof": null
    }"#;

    #[test]
    fn a_receipt_from_before_there_were_services_is_read() {
        let receipt: Receipt = serde_json::from_str(OLD).unwrap();
        assert_eq!(receipt.service, Service::None);
        assert_eq!(receipt.waived, Vec::<String>::new());
        assert!(!serde_json::to_string(&receipt).unwrap().contains("waived"));
        let service = Service::systemd("mattermost").unwrap();
        let newer = Receipt { service, waived: vec!["gate-5.31".to_owned()], ..receipt };
        let text = serde_json::to_string(&newer).unwrap();
        assert_eq!(serde_json::from_str::<Receipt>(&text).unwrap(), newer);
    }
}
