//! What a stand-in binary knows about itself: a JSON text appended to its own file by the release builder.
//! Nothing here decides how the server behaves.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Ends a binary that carries a trailer; the four bytes before it are the length of the JSON text.
pub(crate) const MAGIC: [u8; 4] = *b"MMST";

/// Identity, faults and timings of one stand-in binary.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trailer {
    /// The version that decides all behaviour: `5.37.0`.
    pub(crate) version: String,
    /// What the server prints as `Version:`, which is not always its version.
    pub(crate) model_version: String,
    /// What it prints as `Build Number:`, the patch version in official builds.
    pub(crate) build_number: String,
    /// What it prints as `Build Date:`.
    pub(crate) build_date: String,
    /// What it prints as `Build Hash:`.
    pub(crate) build_hash: String,
    /// Enterprise build?
    pub(crate) enterprise: bool,
    /// Is this the `platform` wrapper of 5.0 to 5.36, which only starts `mattermost`?
    #[serde(default)]
    pub(crate) wrapper: bool,
    /// What is wrong with it.
    #[serde(default)]
    pub(crate) faults: Vec<Fault>,
    /// How long things take.
    #[serde(default)]
    pub(crate) timings: Timings,
    /// The whole default configuration, in the order in which the server writes it.
    #[serde(default)]
    pub(crate) defaults: Value,
    /// Keys that it keeps when it finds them and never adds, each with the key that it stands behind.
    #[serde(default)]
    pub(crate) retained: Vec<Retained>,
}

/// A key without a default.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Retained {
    /// Its section.
    pub(crate) section: String,
    /// Its name.
    pub(crate) key: String,
    /// The key of the same section that it follows.
    pub(crate) after: String,
}

/// A fault on demand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Fault {
    /// Lives, but never opens its port.
    NeverReady,
    /// Opens its port, accepts, and never answers.
    NeverAnswers,
    /// Dies with exit code 2 before the n-th step of a migration, counted from 1.
    DiesInMidMigration(u32),
    /// Takes its own defaults for everything but the database, the address and the log, and writes them.
    FallsBackToDefaultConfig,
    /// Behaves as if another process had its port.
    FindsPortTaken,
    /// Tells another version than it is. The header carries a whole `X-Version-Id` value.
    LiesAboutVersion {
        /// In the `X-Version-Id` header.
        header: Option<String>,
        /// In the version command: both `Version:` and `Build Number:`.
        command: Option<String>,
    },
    /// Neither SIGTERM nor SIGINT ends it once it listens.
    IgnoresSigterm,
    /// Loses `Section.Key` when it rewrites the configuration: the default stands there afterwards.
    DropsAUserKey(String),
    /// Prints ten mebibytes of log before it listens.
    PrintsTenMebibytesOfLog,
    /// Exits with code 0 instead of listening.
    ExitsEarlyWithZero,
    /// Waits so many milliseconds before it does anything.
    SlowStart(u64),
    /// Its file store does not work: seen in `get_server_status` only.
    FilestoreUnhealthy,
}

/// How long things take, in milliseconds. The defaults are the real ones where a test can bear them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Timings {
    /// Between two attempts to reach the database. Real: 10 s.
    pub(crate) ping_retry_ms: u64,
    /// How long a migration lock left behind by a killed server keeps the next one waiting. Real: 15 s.
    pub(crate) lock_wait_ms: u64,
    /// How long one step of a migration takes at least.
    pub(crate) migration_step_ms: u64,
    /// How long a graceful stop takes. Real from 4.2 on: see `stop_at_random`.
    pub(crate) stop_ms: u64,
    /// A graceful stop takes anything from 20 ms to 15 s, as it really does from 4.2 on.
    pub(crate) stop_at_random: bool,
    /// How long it tries a taken port. Real: 1 to 15 s.
    pub(crate) port_taken_ms: u64,
    /// How long 5.3 to 5.9 answer 404 after the port has opened.
    pub(crate) not_found_ms: u64,
}

impl Default for Timings {
    fn default() -> Self {
        Self {
            ping_retry_ms: 10_000,
            lock_wait_ms: 15_000,
            migration_step_ms: 0,
            stop_ms: 50,
            stop_at_random: false,
            port_taken_ms: 100,
            not_found_ms: 30,
        }
    }
}

impl Trailer {
    /// Reads the trailer at the end of `file`.
    pub(crate) fn read(file: &Path) -> io::Result<Self> {
        let mut file = fs::File::open(file)?;
        let mut end = [0; 8];
        file.seek(SeekFrom::End(-8))?;
        file.read_exact(&mut end)?;
        let [a, b, c, d, magic @ ..] = end;
        if magic != MAGIC {
            return Err(io::Error::other(
                "this stand-in carries no trailer: build a release with it",
            ));
        }
        let length = u32::from_le_bytes([a, b, c, d]);
        file.seek(SeekFrom::End(-8 - i64::from(length)))?;
        let mut text = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        file.read_exact(&mut text)?;
        serde_json::from_slice(&text).map_err(io::Error::other)
    }

    /// Has it this fault?
    pub(crate) fn has(&self, fault: &Fault) -> bool {
        self.faults.contains(fault)
    }
}
