//! A new file that a long stream of bytes flows into: counted, hashed on the way, and durable at the end.
//! What flows is not looked at.
#![expect(clippy::disallowed_types, reason = "this is the door")]

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::error::{PathContext, PathError};
use super::meter::Meter;
use crate::model::Sha256Digest;

/// How much is written at once; each such piece is one mutation.
const PIECE: usize = 1024 * 1024;

/// A file being written from its beginning to its end.
pub struct FileSink {
    file: File,
    path: PathBuf,
    meter: Meter,
    pending: Vec<u8>,
    hash: Sha256,
    bytes: u64,
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// How many bytes.
    pub bytes: u64,
    /// Their digest.
    pub sha256: Sha256Digest,
}

impl FileSink {
    pub(super) fn new(file: File, path: PathBuf, meter: Meter) -> Self {
        Self { file, path, meter, pending: Vec::new(), hash: Sha256::new(), bytes: 0 }
    }

    /// Where it lies on this machine.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes all of it durable.
    pub fn finish(mut self) -> Result<Written, PathError> {
        self.write_pending().on("write", &self.path)?;
        self.file.sync_all().on("sync", &self.path)?;
        let sha256 = Sha256Digest::from_bytes(self.hash.finalize().into());
        Ok(Written { bytes: self.bytes, sha256 })
    }

    fn write_pending(&mut self) -> io::Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        self.meter.admit()?;
        self.file.write_all(&self.pending)?;
        self.hash.update(&self.pending);
        self.bytes += self.pending.len() as u64;
        self.pending.clear();
        Ok(())
    }
}

impl Write for FileSink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.get(..PIECE.min(bytes.len())).unwrap_or_default();
        self.pending.extend_from_slice(taken);
        if self.pending.len() >= PIECE {
            self.write_pending()?;
        }
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write_pending()
    }
}

impl std::fmt::Debug for FileSink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({} bytes)", self.path.display(), self.bytes)
    }
}
