//! The exit codes: a contract with scripts.

use std::process::ExitCode;

use crate::model::Ending;

/// Why the program ends. The numbers never change their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    /// Something that no other code names.
    Unexpected = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// A check refused; nothing was changed.
    Refused = 3,
    /// It failed and was rolled back; the host is as before.
    RolledBack = 4,
    /// It failed and could not be rolled back: an operator is needed.
    Stuck = 5,
    /// Another run holds the lock, or a transaction is open.
    Locked = 6,
    /// The archive is not what it should be; the host is as before.
    Artifact = 7,
    /// A probe of what is installed failed, a case of what is expected of a configuration, or `doctor` found something missing
    /// or broken.
    Probe = 8,
    /// Committed, but not serving or not cleaned up.
    Remainder = 9,
    /// There are changes to be made.
    Pending = 10,
    /// A chain of hops ended before its goal; what is installed is proven, and serves if it did before.
    Halted = 11,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// The exit code for the ending of a command.
pub(crate) const fn of(ending: Ending) -> Exit {
    match ending {
        Ending::Done | Ending::NothingToDo => Exit::Done,
        Ending::Pending => Exit::Pending,
        Ending::Refused => Exit::Refused,
        Ending::RolledBack => Exit::RolledBack,
        Ending::ArtifactRefused => Exit::Artifact,
        Ending::Remainder => Exit::Remainder,
        Ending::Halted => Exit::Halted,
        Ending::Stuck => Exit::Stuck,
        Ending::Locked => Exit::Locked,
        Ending::ProbeFailed => Exit::Probe,
    }
}
