//! A chain of hops as it is planned, with all that is known of it before the first one begins.
//! No way is looked for here, and nothing is worded that a check has not said.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::digest::Sha256Digest;
use super::finding::Finding;
use super::release::Release;
use super::version::Version;

/// How often the database is saved on the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackupPace {
    /// Before each hop: what fails goes back by one hop.
    #[default]
    Each,
    /// Before the first hop only: what fails goes back to where the chain began.
    Once,
    /// Never: the operator has a dump, and puts it back by hand if need be.
    Own,
}

/// The hops from the installed release to another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UpgradePath {
    /// What is installed.
    pub from: Release,
    /// Where the way leads.
    pub to: Release,
    /// The hops in order; never empty.
    pub hops: Vec<PlannedHop>,
    /// What was found that is about no hop alone, the heaviest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// The latest releases of lines between the two ends at which the way does not stop because it cannot, and why not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<PassedOverReport>,
    /// The rules that were waived and are about this way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waived: Vec<String>,
    /// The lines that the wished pace asked for and that rules let nobody stop at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
    /// How often the database is saved.
    pub backups: BackupPace,
    /// What the whole chain takes on each file system, as far as it is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rooms: Vec<RoomReport>,
}

/// One hop of a planned chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlannedHop {
    /// The version before it.
    pub from: Version,
    /// The version after it.
    pub to: Version,
    /// Why one stops there, as sentences without their full stop; never empty.
    pub because: Vec<String>,
    /// Its archive.
    pub artifact: ArtifactReport,
    /// What was found about it, the heaviest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// What will become of the settings.
    pub settings: SettingsForecast,
    /// What is saved before it changes anything.
    pub saved: Saved,
    /// Stops between the two versions that are not made, as another node of the cluster has brought the database beyond them. The
    /// settings are carried past them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_behind: Vec<Version>,
    /// Has another node of the cluster migrated the database for it? Then this one only switches.
    pub only_switches: bool,
    /// Does the server change the schema of its database, so that the former one could not use it any more? Then going back
    /// takes the saved database.
    pub needs_database_to_go_back: bool,
}

/// What is saved before a hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Saved {
    /// Settings, changed files and the database.
    All,
    /// All but the database.
    AllButDatabase,
}

/// Where the archive of a hop comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ArtifactReport {
    /// Its published name.
    pub name: String,
    /// Where it lies on this machine; absent if it has to be fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_hand: Option<PathBuf>,
    /// Where it will be fetched from, without secrets; absent if it is at hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its size in bytes; absent if nobody has told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// The digests that it may have; none if none was published.
    pub sha256: Vec<Sha256Digest>,
}

/// What a server will make of its settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SettingsForecast {
    /// How well that version is known, as a clause; empty where the configuration could not be looked at.
    pub knowledge: String,
    /// What becomes of single settings. Secrets are masked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<SettingChange>,
}

/// What becomes of one setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SettingChange {
    /// Its name before, or its new name where it is new.
    pub setting: String,
    /// In one word: `added`, `dropped`, `respelled`, `rewritten`, `renamed`, `unknown` or `conflict`.
    pub what: &'static str,
    /// The same in words, with values; secrets are masked.
    pub text: String,
}

/// A release that is no stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PassedOverReport {
    /// The version.
    pub version: Version,
    /// Why not, as a clause.
    pub why: String,
}

/// The room that a chain takes on one file system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoomReport {
    /// What lies there.
    pub path: PathBuf,
    /// Where the file system is mounted.
    pub mount: PathBuf,
    /// Bytes that the chain will take at its fullest. For archives of which nobody has told the size, as much is counted as the
    /// largest that are known take; the findings say where that matters.
    pub needed_bytes: u64,
    /// Bytes that are free.
    pub free_bytes: u64,
}

impl UpgradePath {
    /// All findings: about the whole, then hop by hop.
    pub fn all_findings(&self) -> impl Iterator<Item = &Finding> {
        let of_hops = self.hops.iter().flat_map(|hop| &hop.findings);
        self.findings.iter().chain(of_hops)
    }

    /// The versions that are gone to, one after the other.
    pub fn stops(&self) -> impl Iterator<Item = &Version> {
        self.hops.iter().map(|hop| &hop.to)
    }
}
