//! How much an archive may ask for.
//! Nothing is measured here.

/// The bounds of one archive. Each is checked before the byte that would pass it is written.
///
/// The defaults leave a real release (about 500 MB, 10,000 entries, 3:1) a factor of several, and a bomb none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the archive file.
    pub compressed: u64,
    /// Bytes of the tar stream in it: contents, headers and padding.
    pub total: u64,
    /// Bytes of one file.
    pub entry: u64,
    /// Number of entries.
    pub entries: u64,
    /// Bytes of all names and link targets together: they are held in memory.
    pub names: u64,
    /// How many times longer than the compressed bytes the stream may be, once it is longer than `ratio_free`.
    pub ratio: u64,
    /// Bytes of the stream that may be compressed to any degree.
    pub ratio_free: u64,
    /// Bytes of one PAX or GNU extension record.
    pub record: u64,
}

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const GIB: u64 = 1024 * MIB;

impl Default for Limits {
    fn default() -> Self {
        Self {
            compressed: GIB,
            total: 4 * GIB,
            entry: 2 * GIB,
            entries: 200_000,
            names: 16 * MIB,
            ratio: 200,
            ratio_free: 16 * MIB,
            record: 64 * KIB,
        }
    }
}
