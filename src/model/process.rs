//! Which process is meant, beyond its number.
//! Nothing is looked up or signalled here.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One process of one boot of the machine. Numbers of processes are used again, this is not: it can be written to
/// a file, and a later run can tell whether the process that now has the number is still the one that was meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ProcessIdentity {
    /// Its number.
    pub pid: u32,
    /// When it started, in clock ticks since boot: field 22 of `/proc/PID/stat`, see proc(5).
    pub start_time: u64,
    /// During which boot: `/proc/sys/kernel/random/boot_id`.
    pub boot_id: String,
}

impl fmt::Display for ProcessIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {}", self.pid)
    }
}
