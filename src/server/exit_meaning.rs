//! What it means that a server's process ended.
//! No process is watched here.

use std::fmt;

use crate::model::Version;

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerExit {
    /// By itself, with this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
}

/// What that means, as far as it can be told from the number alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitMeaning {
    /// It was told to stop and did.
    Stopped,
    /// It was told to stop, or could not start: old servers end with 0 in both cases.
    StoppedOrNeverStarted,
    /// It reports a failure; its last log lines say which.
    Failed,
    /// It could not reach its database.
    DatabaseUnreachable,
    /// It could not prepare its tables.
    TablesNotCreated,
    /// The database's schema is too old or too new for it.
    SchemaRefused,
    /// A step of the schema upgrade failed.
    SchemaStepFailed,
    /// It crashed.
    Crashed,
    /// It was ended by a signal without a chance to clean up: during its start it does so at any signal.
    Killed,
}

/// POSIX numbers: the Go runtime aborts with SIGABRT where crash traces are on (server source: from 5.28).
const SIGABRT: i32 = 6;
const SIGSEGV: i32 = 11;
const SIGBUS: i32 = 7;

impl ExitMeaning {
    /// The meaning of a server's end.
    ///
    /// Observed on real servers 3.5 to 7.8: 0, 1, 2 (panic), 102 (database), 234 (schema; the low byte of 1002).
    /// 100 to 103 and 233 to 236 by server source, up to 5.x; later servers end with 1 for all of these.
    #[must_use]
    pub fn of(exit: ServerExit, version: &Version) -> Self {
        match exit {
            ServerExit::Code(code) => Self::of_code(code, version),
            ServerExit::Signal(SIGABRT | SIGSEGV | SIGBUS) => Self::Crashed,
            ServerExit::Signal(_) => Self::Killed,
        }
    }

    fn of_code(code: i32, version: &Version) -> Self {
        let numbered = !version.is_at_least(6, 0);
        match code {
            0 if version.is_at_least(4, 3) => Self::Stopped,
            0 => Self::StoppedOrNeverStarted,
            2 => Self::Crashed,
            100 if numbered => Self::TablesNotCreated,
            101..=103 if numbered => Self::DatabaseUnreachable,
            234 if numbered => Self::SchemaRefused,
            233 | 235 | 236 if numbered => Self::SchemaStepFailed,
            _ => Self::Failed,
        }
    }
}

impl fmt::Display for ExitMeaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stopped => "the server stopped as it was told",
            Self::StoppedOrNeverStarted => {
                "the server ended without an error code, which at this age also means that it could not start"
            }
            Self::Failed => "the server gave up; its last log lines say why",
            Self::DatabaseUnreachable => "the server could not reach its database",
            Self::TablesNotCreated => "the server could not create its tables",
            Self::SchemaRefused => {
                "the database's schema is too old or too new for this server"
            }
            Self::SchemaStepFailed => "a step of the schema upgrade failed",
            Self::Crashed => "the server crashed",
            Self::Killed => "the server was ended by a signal",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_mean_what_their_era_means_by_them() {
        use ExitMeaning as M;
        use ServerExit::{Code, Signal};
        let cases = [
            ("3.10.3", Code(0), M::StoppedOrNeverStarted),
            ("4.2.0", Code(0), M::StoppedOrNeverStarted),
            ("4.10.0", Code(0), M::Stopped),
            ("4.10.0", Code(2), M::Crashed),
            ("3.10.3", Code(102), M::DatabaseUnreachable),
            ("5.37.0", Code(102), M::DatabaseUnreachable),
            ("6.3.0", Code(102), M::Failed),
            ("5.9.0", Code(234), M::SchemaRefused),
            ("5.9.0", Code(235), M::SchemaStepFailed),
            ("4.1.0", Code(100), M::TablesNotCreated),
            ("6.3.0", Code(1), M::Failed),
            ("5.9.0", Code(1), M::Failed),
            ("7.8.0", Signal(6), M::Crashed),
            ("7.8.0", Signal(15), M::Killed),
            ("7.8.0", Signal(9), M::Killed),
        ];
        for (version, exit, meaning) in cases {
            assert_eq!(
                ExitMeaning::of(exit, &version.parse().unwrap()),
                meaning,
                "{version} {exit:?}"
            );
        }
    }

    #[test]
    fn each_meaning_has_its_own_sentence() {
        use std::collections::BTreeSet;
        let all = [
            ExitMeaning::Stopped,
            ExitMeaning::StoppedOrNeverStarted,
            ExitMeaning::Failed,
            ExitMeaning::DatabaseUnreachable,
            ExitMeaning::TablesNotCreated,
            ExitMeaning::SchemaRefused,
            ExitMeaning::SchemaStepFailed,
            ExitMeaning::Crashed,
            ExitMeaning::Killed,
        ];
        let sentences: BTreeSet<String> = all.iter().map(ToString::to_string).collect();
        assert_eq!(sentences.len(), all.len());
    }
}
