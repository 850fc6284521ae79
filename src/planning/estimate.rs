//! What unpacking a release will take, before it is read.

/// What a tree takes on its file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Bytes.
    pub bytes: u64,
    /// Files and directories.
    pub inodes: u64,
}

/// Room for the receipt, the journal, the kept configurations and the log of a failed server.
pub const STATE_BYTES: u64 = 32 * 1024 * 1024;

/// Estimates from what the archive says it holds. A tree takes more than its archive holds: each file's last block is
/// half empty on average, and the first start writes plugins and logs. Real releases have a file for every 30 to 70 kB
/// (observed on 3.5 to 7.8); a few thousand more never hurt.
#[must_use]
pub const fn estimate(claimed_size: u64) -> Estimate {
    Estimate { bytes: claimed_size + claimed_size / 20, inodes: 1000 + claimed_size / (32 * 1024) }
}

/// Estimates the dump of a database of this size. A dump has no indexes, which are a third of a database at least, and is
/// compressed; half of it is more than any was seen to take.
#[must_use]
pub const fn dump_estimate(database_bytes: u64) -> Estimate {
    Estimate { bytes: database_bytes / 2, inodes: 20 }
}
