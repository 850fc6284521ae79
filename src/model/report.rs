//! The report: what a command comes to, for people and for programs.
//! No words are chosen and nothing is printed here.
//!
//! With `--json` a program gets exactly one object on standard output:
//!
//! ```json
//! {
//!   "schema": 1,
//!   "command": "install",
//!   "ending": "rolled-back",
//!   "release": { "version": "10.11.0", "edition": "team" },
//!   "transaction": "20261123T205143Z-9f3a",
//!   "live": "/opt/acme/embedded/mattermost",
//!   "config": "/opt/acme/embedded/mattermost/config/config.json",
//!   "places": [{ "name": "client-plugins", "path": "/var/opt/acme/mattermost/client-plugins" }],
//!   "findings": [{ "severity": "warning", "code": "unseen-processes", "text": "…", "advice": "…" }],
//!   "steps": [{ "text": "…", "because": "…" }],
//!   "settings": [{ "setting": "…", "text": "…" }],
//!   "new_defaults": [{ "setting": "…", "former": "50", "now": "100", "in_use": "77" }],
//!   "backups": [{ "id": "20261123T205143Z-9f3a", "path": "/var/opt/acme/mmembed/backups/20261123T205143Z-9f3a" }],
//!   "waived": ["gate-5.31"],
//!   "proof": { "answered_as": "10.11.0", "ready_after_ms": 1234, "checks": ["…"] },
//!   "path": { "from": { "version": "9.11.18", "edition": "team" }, "hops": [{ "from": "9.11.18", "to": "10.11.4" }], "backups": "each" },
//!   "walk": { "from": { "version": "9.11.18", "edition": "team" }, "hops": [{ "ending": "committed" }], "served": "again", "dark_ms": 217000 },
//!   "failure": { "what": "…", "now": "…", "next": "…" }
//! }
//! ```
//!
//! A chain that is planned is `path`:
//!
//! | field | |
//! |---|---|
//! | `from`, `to` | releases: `{ "version", "edition" }` |
//! | `hops` | never empty; each has `from`, `to` (versions), `because` (texts), `artifact`, `findings`, `settings`, `saved` (`all` or `all-but-database`), `only_switches` and `needs_database_to_go_back` (truths), and `left_behind` (versions; not there where there are none) |
//! | `hops[].artifact` | `name`, `at_hand` (a path) or `url`, `bytes` if somebody told them, `sha256` (a list, which may be empty) |
//! | `hops[].settings` | `knowledge` (a text, empty where nothing was looked at) and `changes`: `[{ "setting", "what", "text" }]`; `what` is `added`, `dropped`, `respelled`, `rewritten`, `renamed`, `unknown` or `conflict` |
//! | `findings` | what is about no hop alone; those of a hop stand with it |
//! | `passed_over` | `[{ "version", "why" }]` |
//! | `waived`, `left_out` | lists of texts: rules, and lines |
//! | `backups` | `each`, `once` or `own` |
//! | `rooms` | `[{ "path", "mount", "needed_bytes", "free_bytes" }]` |
//!
//! What became of a chain is `walk`; all times are in milliseconds:
//!
//! | field | |
//! |---|---|
//! | `from`, `to` | releases, as above |
//! | `hops` | each has `from`, `to`, `transaction`, `ending` (`committed`, `rolled-back` or `stuck`), `staged_ms`, `ahead_ms` (a part of it), `down_ms`, `migrated_ms` and `total_ms` |
//! | `served` | `throughout`: the server was not stopped; `again`: it was stopped, and serves again; `not-yet`: it was stopped; `never`: none served before |
//! | `dark_ms` | from the stop of the first server to the first answer of the last one; not there where this command did not see both |
//! | `total_ms` | what this command took |
//! | `settings` | `[{ "setting", "before", "after" }]`: JSON texts, or `***` for a secret; the one that is not there is left out |
//!
//! - `schema`, `command` and `ending` are always there; what a command has nothing to say about is left out, never `null`
//!   or empty. `advice` alone may be empty.
//! - `failure` is there when the exit code is none of 0 and 10. A program that needs more than that should ask for
//!   `ending` and the `code` of findings, which keep their meaning; texts may be worded anew in any version.
//! - Names of fields are in snake case, words that a field may hold (`ending`, `severity`, `code`, `name`) in kebab case.
//! - Paths are absolute, as this machine sees them. No secret stands in any text.
//! - `command` is the word typed: `install` (also with `--dry-run`), `plan`, `apply` (also with `--check`), `status`, `verify`, `recover`, `config set`, `backup create`,
//!   `backup list`, `backup verify`, `backup prune`.
//!   The other `config` commands give a report like this one only when they fail; else `config show` gives
//!   `{"schema", "settings": {"Section.Key": VALUE}}`, `config get` `{"schema", "setting", "value": VALUE}`, and
//!   `config explain` `{"schema", "explanation", "decision"}`. Each VALUE is a string that holds the setting's own JSON
//!   text, or `***` for a secret.
//!   `config diff` gives `{"schema", "equal", "differences": [{"setting", "before", "after"}]}`, where `before` and `after` are
//!   VALUEs or `null`; with `--name-only` it has `settings`, a list of names, instead of `differences`.
//!   `config merge` gives `{"schema", "counts": {"kept", "changed", "added", "dropped"}, "conflicts": [{"setting", "user", "host",
//!   "settled"}], "decisions"}`, and without `--output` the text of the result as `document`, in which nothing is masked;
//!   `config fix` gives `{"schema", "changed"}`.
//!   `doctor` gives `{"schema", "command", "ending", "observations": [{"area", "subject", "health", "text", "code", "remedy"}]}`,
//!   with `failure` where `ending` is `probe-failed`; `area` is `host`, `places`, `programs`, `installation`, `database`,
//!   `releases` or `environment`, `health` is `ok`, `warning`, `missing` or `broken`, and `code` and `remedy` are left out where
//!   there is none.
//! - A command line that clap cannot read gives no object, but words on standard error and exit code 2.

use std::path::PathBuf;

use serde::Serialize;

use super::backup::{BackupId, BackupOrigin, DataPolicy, DatabaseDescription};
use super::finding::Finding;
use super::place::PlaceName;
use super::receipt::Proof;
use super::release::Release;
use super::transaction::TransactionId;
use super::upgrade_path::UpgradePath;
use super::walk_report::WalkReport;

/// The form of the report. Fields are only ever added within one form.
pub const REPORT_SCHEMA: u32 = 1;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// What was asked for was carried out.
    Done,
    /// It was true already; nothing was changed.
    NothingToDo,
    /// It would be carried out; nothing was changed.
    Pending,
    /// A check refused; nothing was changed.
    Refused,
    /// It failed and was rolled back; the host is as before.
    RolledBack,
    /// The archive is not what it should be; the host is as before.
    ArtifactRefused,
    /// Committed, but something is left to do.
    Remainder,
    /// A chain of hops ended before its goal: what is installed is proven, and serves if it did before.
    Halted,
    /// It could not be rolled back, or not be recorded.
    Stuck,
    /// Another run holds the lock, or a transaction is open.
    Locked,
    /// What is installed did not pass.
    ProbeFailed,
}

/// What a command comes to.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// [`REPORT_SCHEMA`].
    pub schema: u32,
    /// The command.
    pub command: &'static str,
    /// How it ended.
    pub ending: Ending,
    /// The release that is concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<Release>,
    /// The transaction, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction: Option<TransactionId>,
    /// The live tree, absolute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live: Option<PathBuf>,
    /// The configuration file, absolute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<PathBuf>,
    /// Where the mutable directories are, and the settings that say so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<PlaceReport>,
    /// What the checks found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// The steps of the plan.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepReport>,
    /// Settings whose value is not simply the release's own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub settings: Vec<SettingReport>,
    /// Settings that have another value than the release's default, which is another one than the former release's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub new_defaults: Vec<NewDefaultReport>,
    /// The backups that are concerned, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub backups: Vec<BackupReport>,
    /// The rules that the operator had waived when the release came here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waived: Vec<String>,
    /// What the dark start proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
    /// The chain of hops that is planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Box<UpgradePath>>,
    /// What became of a chain of hops.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub walk: Option<Box<WalkReport>>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

/// Where one mutable directory is.
#[derive(Clone, Debug, Serialize)]
pub struct PlaceReport {
    /// Which one.
    pub name: PlaceName,
    /// Where, absolute, on this machine.
    pub path: PathBuf,
}

/// One step of a plan.
#[derive(Clone, Debug, Serialize)]
pub struct StepReport {
    /// What it does.
    pub text: String,
    /// Why.
    pub because: String,
}

/// One setting that somebody decided.
#[derive(Clone, Debug, Serialize)]
pub struct SettingReport {
    /// Its name.
    pub setting: String,
    /// What was decided, by whom, and why.
    pub text: String,
}

/// One default that the release changed. Values are JSON, or `***` for a secret.
#[derive(Clone, Debug, Serialize)]
pub struct NewDefaultReport {
    /// The setting.
    pub setting: String,
    /// The former release's default.
    pub former: String,
    /// The new one.
    pub now: String,
    /// What the file in use has.
    pub in_use: String,
}

/// One backup.
#[derive(Clone, Debug, Serialize)]
pub struct BackupReport {
    /// Its name.
    pub id: BackupId,
    /// Where it lies, absolute, on this machine.
    pub path: PathBuf,
    /// What it is; absent where it was never finished or cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<BackupContent>,
    /// What is wrong with it, or became of it, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}

/// What a backup holds.
#[derive(Clone, Debug, Serialize)]
pub struct BackupContent {
    /// When it was finished.
    pub created: jiff::Timestamp,
    /// Why it was made.
    pub origin: BackupOrigin,
    /// The release that was installed.
    pub release: Release,
    /// The database, without any secret; absent if it was left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<DatabaseDescription>,
    /// What was done about uploaded files and plugins.
    pub data: DataPolicy,
    /// Was the dump brought back on trial?
    pub restore_verified: bool,
    /// The bytes of its own files, those of saved directories not counted.
    pub bytes: u64,
}

/// A failure: what happened, what the host looks like now, what to do next.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// What happened, cause after cause.
    pub what: String,
    /// What the host looks like now.
    pub now: String,
    /// What to do next.
    pub next: String,
}

impl Report {
    /// A report without details.
    #[must_use]
    pub fn new(command: &'static str, ending: Ending) -> Self {
        Self {
            schema: REPORT_SCHEMA,
            command,
            ending,
            release: None,
            transaction: None,
            live: None,
            config: None,
            places: Vec::new(),
            findings: Vec::new(),
            steps: Vec::new(),
            settings: Vec::new(),
            new_defaults: Vec::new(),
            backups: Vec::new(),
            waived: Vec::new(),
            proof: None,
            path: None,
            walk: None,
            failure: None,
        }
    }
}
