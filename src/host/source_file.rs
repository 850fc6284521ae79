//! A file that is read from its beginning, by this program or by one that it starts.
//! Nothing is written through this door.
#![expect(clippy::disallowed_types, reason = "this is the door")]

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use sha2::{Digest, Sha256};

use super::error::{PathContext, PathError};
use super::sink::Written;
use crate::model::Sha256Digest;

/// A file opened for reading.
#[derive(Debug)]
pub struct SourceFile {
    file: File,
    path: PathBuf,
}

impl SourceFile {
    pub(super) fn new(file: File, path: PathBuf) -> Self {
        Self { file, path }
    }

    /// Where it lies on this machine.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many bytes it has.
    pub fn size(&self) -> Result<u64, PathError> {
        Ok(self.file.metadata().on("look at", &self.path)?.len())
    }

    /// Its size and digest, read to its end.
    pub fn measure(&mut self) -> Result<Written, PathError> {
        let mut hash = Sha256::new();
        let mut bytes = 0;
        let mut chunk = vec![0; 256 * 1024];
        loop {
            let count = self.file.read(&mut chunk).on("read", &self.path)?;
            let piece = chunk.get(..count).unwrap_or_default();
            if piece.is_empty() {
                let sha256 = Sha256Digest::from_bytes(hash.finalize().into());
                return Ok(Written { bytes, sha256 });
            }
            hash.update(piece);
            bytes += piece.len() as u64;
        }
    }

    /// Its last bytes, at most so many.
    pub fn tail(&mut self, count: u64) -> Result<Vec<u8>, PathError> {
        let from = self.size()?.saturating_sub(count);
        self.file.seek(SeekFrom::Start(from)).on("read", &self.path)?;
        let mut tail = Vec::new();
        Read::by_ref(&mut self.file).take(count).read_to_end(&mut tail).on("read", &self.path)?;
        Ok(tail)
    }

    /// How far it was read, by this program or by one that has it as its standard input: both move one position.
    pub(super) fn position(&self) -> u64 {
        (&self.file).stream_position().unwrap_or(0)
    }

    /// The same file as the standard input of a program.
    pub(super) fn for_child(&self) -> io::Result<Stdio> {
        Ok(self.file.try_clone()?.into())
    }
}

/// Passes bytes on, and knows the digest of what has passed.
pub struct Summing<R> {
    from: R,
    hash: Sha256,
}

impl<R: Read> Summing<R> {
    /// Nothing has passed yet.
    pub fn new(from: R) -> Self {
        Self { from, hash: Sha256::new() }
    }

    /// The digest of everything, of what has not passed yet as well.
    pub fn finish(mut self) -> io::Result<Sha256Digest> {
        io::copy(&mut self, &mut io::sink())?;
        Ok(Sha256Digest::from_bytes(self.hash.finalize().into()))
    }
}

impl<R: Read> Read for Summing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.hash.update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

impl Read for SourceFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}
