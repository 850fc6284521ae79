//! What a version does differently from the others: one question per habit.
//! Nothing is done here. "Seen" means on a real server of a neighbouring version; limits between two seen versions are guesses.

use std::io;

/// Where a version stands in history: major and minor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Era(pub(crate) u64, pub(crate) u64);

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogForm {
    /// `[2026/11/23 20:06:40 UTC] [WARN] text`
    Bracketed,
    /// JSON with `"ts": <seconds>`
    Ts,
    /// JSON with `"timestamp": "2026-11-23 20:02:19.329 Z"`
    Timestamp,
}

/// How the schema is brought up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SchemaEngine {
    /// Tables by code, `Systems.Version` step by step.
    Code,
    /// golang-migrate first, then as before: 5.37 to 6.3.
    GolangMigrate,
    /// morph and its `db_migrations`.
    Morph,
}

/// When `config.json` is rewritten at a start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rewrite {
    /// When a salt is missing.
    SaltsMissing,
    /// When the outcome differs from the file.
    Changed,
    /// At every start.
    Always,
}

/// What a server does whose `config.json` cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadOnlyFile {
    /// It starts and says so.
    Boots,
    /// It panics: exit code 2.
    Panics,
    /// It gives up: exit code 1.
    Exits,
}

impl Era {
    /// The era of a version text such as `5.37.0` or `11.7.0-rc1`.
    pub(crate) fn of(version: &str) -> io::Result<Self> {
        let mut numbers = version.split('.').map(|n| n.parse::<u64>().ok());
        match (numbers.next().flatten(), numbers.next().flatten()) {
            (Some(major), Some(minor)) => Ok(Self(major, minor)),
            _ => Err(io::Error::other(format!("{version:?} is no version"))),
        }
    }

    /// Is this version at least `major.minor`?
    pub(crate) fn since(self, major: u64, minor: u64) -> bool {
        self >= Self(major, minor)
    }

    // The command line.

    /// `version` as a command came in 3.6; before, `-version` was a flag and other words were ignored.
    pub(crate) fn has_commands(self) -> bool {
        self.since(3, 6)
    }
    /// `version` reaches for configuration and database before it prints.
    pub(crate) fn version_starts_the_server(self) -> bool {
        !self.since(6, 5)
    }
    /// The flag of `version` that avoids that; came in 5.28, is gone from 11.6.
    pub(crate) fn knows_skip_server_start(self) -> bool {
        self.since(5, 28) && !self.since(11, 6)
    }
    /// The name in the usage text.
    pub(crate) fn program(self) -> &'static str {
        if self.since(5, 0) { "mattermost" } else { "platform" }
    }
    /// Log lines go to standard output, except from 5.10 to 5.39.
    pub(crate) fn logs_to_stdout(self) -> bool {
        !self.since(5, 10) || self.since(6, 0)
    }
    /// The version command mixes its log lines with its answer.
    pub(crate) fn version_logs_to_console(self) -> bool {
        self.since(4, 3)
    }

    // Finding things.

    /// Directories are also looked for beside the binary.
    pub(crate) fn looks_beside_the_binary(self) -> bool {
        self.since(5, 1)
    }
    /// `MM_CONFIG` names the configuration.
    pub(crate) fn reads_mm_config(self) -> bool {
        self.since(5, 30)
    }
    /// A missing `config.json` is copied from `default.json`.
    pub(crate) fn copies_default_json(self) -> bool {
        self.since(4, 2) && !self.since(5, 0)
    }
    /// A missing `config.json` is made.
    pub(crate) fn creates_config(self) -> bool {
        self.since(5, 9)
    }
    /// An empty `config.json` counts as "all defaults".
    pub(crate) fn accepts_empty_config(self) -> bool {
        self.since(5, 37)
    }

    // The configuration.

    /// `MM_SECTION_KEY` overrides.
    pub(crate) fn reads_environment(self) -> bool {
        self.since(3, 8)
    }
    /// What parts the items of a list there.
    pub(crate) fn list_separator(self) -> char {
        if self.since(5, 30) { ' ' } else { ',' }
    }
    /// … and ends up in the file.
    pub(crate) fn persists_environment(self) -> bool {
        !self.since(5, 10)
    }
    /// Keys are matched whatever their case, as Go's own JSON reader does.
    pub(crate) fn ignores_case(self) -> bool {
        self.since(5, 10)
    }
    /// Whether a file that does not name the site's address is taken for a new one.
    pub(crate) fn takes_unnamed_for_new(self) -> bool {
        self.since(5, 13) && !self.since(5, 36)
    }

    /// When the file is rewritten. 5.3 left a file alone that lacked 28 keys but no salt.
    pub(crate) fn rewrite(self) -> Rewrite {
        if self.since(5, 9) {
            Rewrite::Always
        } else if self.since(4, 3) && !self.since(5, 0) {
            Rewrite::Changed
        } else {
            Rewrite::SaltsMissing
        }
    }
    /// The version command opens the file for reading only.
    pub(crate) fn version_leaves_config_alone(self) -> bool {
        self.since(5, 31)
    }
    /// What a file that cannot be written means.
    pub(crate) fn read_only_file(self) -> ReadOnlyFile {
        match self {
            Self(4, 3..) => ReadOnlyFile::Panics,
            Self(5, 9..=29 | 31..) | Self(6.., _) => ReadOnlyFile::Exits,
            Self(..) => ReadOnlyFile::Boots,
        }
    }

    // Running.

    /// How log lines look.
    pub(crate) fn log_form(self) -> LogForm {
        if self.since(6, 0) {
            LogForm::Timestamp
        } else if self.since(4, 3) {
            LogForm::Ts
        } else {
            LogForm::Bracketed
        }
    }
    /// How often it tries to reach the database before it gives up.
    pub(crate) fn ping_attempts(self) -> u32 {
        match self {
            Self(..=3, _) => 1,
            Self(..9, _) => 18,
            Self(..) => 5,
        }
    }
    /// Exit code when the database cannot be reached.
    pub(crate) fn ping_exit(self) -> u8 {
        if self.since(6, 0) { 1 } else { 102 }
    }
    /// `READY=1` goes to the service manager.
    pub(crate) fn notifies(self) -> bool {
        self.since(4, 8)
    }
    /// … even before the port opens.
    pub(crate) fn notifies_first(self) -> bool {
        self.since(5, 10) && !self.since(5, 37)
    }
    /// It goes on without a listener when its port is taken.
    pub(crate) fn survives_a_taken_port(self) -> bool {
        !self.since(4, 3)
    }
    /// Signals are caught before the first answer; 4.10 and 5.3 do it a little later.
    pub(crate) fn catches_signals_early(self) -> bool {
        self.since(5, 9) || !self.since(4, 3)
    }
    /// The port answers 404 for a moment after it has opened.
    pub(crate) fn opens_too_early(self) -> bool {
        self.since(5, 3) && !self.since(5, 10)
    }
    /// A graceful stop may take up to 15 seconds.
    pub(crate) fn stops_late(self) -> bool {
        self.since(4, 2)
    }

    // The schema.

    /// How the schema is brought up to date.
    pub(crate) fn schema_engine(self) -> SchemaEngine {
        if self.since(6, 4) {
            SchemaEngine::Morph
        } else if self.since(5, 37) {
            SchemaEngine::GolangMigrate
        } else {
            SchemaEngine::Code
        }
    }
}
