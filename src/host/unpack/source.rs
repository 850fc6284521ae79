#![expect(clippy::disallowed_types, reason = "this is the door")]
//! The archive file: opened once, read once from one end to the other, hashed on the way.
//! Its path is never used a second time, so whoever replaces it meanwhile changes nothing.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{Advice, FileType, Mode, OFlags, Stat, fadvise, fstat, open};
use rustix::io::Errno;
use sha2::{Digest, Sha256};

use super::chunks::{ChunkSender, Unwanted};
use super::error::{Refusal, UnpackError};
use super::limits::Limits;
use super::rule::{Breach, Rule};
use crate::host::PathError;
use crate::host::error::PathContext;
use crate::model::Sha256Digest;

/// An open archive.
#[derive(Debug)]
pub(super) struct Source {
    file: File,
    path: PathBuf,
    before: Identity,
}

/// What tells whether a file is still as it was when it was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity {
    size: u64,
    mtime: (i64, i64),
}

/// What to do with the rest of the file when nobody wants its content any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// Read it for the digest, so that a wrong file is told from a bad one.
    Hash,
    /// Leave it.
    Leave,
}

impl Source {
    /// Opens the file, following links to it, if it is a regular one of an allowed size.
    pub(super) fn open(path: &Path, limits: &Limits) -> Result<Self, UnpackError> {
        let refuse = |rule: Rule| -> UnpackError { refusal(path, rule.into()) };
        // Opening a pipe would otherwise wait for its other end, and opening a terminal would adopt it.
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
        let opened = open(path, flags, Mode::empty());
        if matches!(opened, Err(Errno::NXIO | Errno::NODEV)) {
            return Err(refuse(Rule::ARCHIVE_TYPE));
        }
        let file = File::from(opened.on("open", path).map_err(UnpackError::Unreadable)?);
        let stat = fstat(&file).on("examine", path).map_err(UnpackError::Unreadable)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(refuse(Rule::ARCHIVE_TYPE));
        }
        let before = Identity::of(&stat);
        match before.size {
            0 => return Err(refuse(Rule::ARCHIVE_EMPTY)),
            size if size > limits.compressed => return Err(refuse(Rule::LIMIT_COMPRESSED)),
            _ => {}
        }
        // Only advice: a file system that takes none is read all the same.
        let _ = fadvise(&file, 0, None, Advice::Sequential);
        Ok(Self { file, path: path.to_owned(), before })
    }

    /// Length of the file in bytes, as it was when it was opened.
    pub(super) fn size(&self) -> u64 {
        self.before.size
    }

    /// Sends the whole file away and gives its digest. `read` counts the bytes.
    pub(super) fn feed(
        &self,
        sender: ChunkSender,
        rest: Rest,
        read: &AtomicU64,
    ) -> Result<Sha256Digest, PathError> {
        let mut hash = Sha256::new();
        let mut sender = Some(sender);
        let mut spare = Vec::new();
        loop {
            let mut buffer = sender.as_ref().map_or(spare, ChunkSender::buffer);
            let filled = fill(&self.file, &mut buffer).on("read", &self.path)?;
            if filled == 0 {
                break;
            }
            let bytes = buffer.get(..filled).unwrap_or_default();
            // One byte too many is enough to know that the file grew, however long it has become.
            if read.fetch_add(filled as u64, Ordering::Relaxed) > self.before.size {
                break;
            }
            hash.update(bytes);
            spare = match &sender {
                Some(to) => match to.send(buffer, filled) {
                    Ok(()) => Vec::new(),
                    Err(_) if rest == Rest::Leave => break,
                    Err(Unwanted(buffer)) => {
                        sender = None;
                        buffer
                    }
                },
                None => buffer,
            };
        }
        if let Some(sender) = sender {
            sender.finish();
        }
        Ok(Sha256Digest::from_bytes(hash.finalize().into()))
    }

    /// Refuses a file that is no longer as long or as old as it was; or of which, though it was read to the end, not
    /// every byte was seen.
    pub(super) fn verify_unchanged(&self, read: Option<u64>) -> Result<(), UnpackError> {
        let stat = fstat(&self.file).on("examine", &self.path).map_err(UnpackError::Unreadable)?;
        if Identity::of(&stat) != self.before || read.is_some_and(|read| read != self.before.size) {
            return Err(refusal(&self.path, Rule::ARCHIVE_CHANGED.into()));
        }
        Ok(())
    }
}

impl Identity {
    fn of(stat: &Stat) -> Self {
        Self {
            size: stat.st_size.try_into().unwrap_or_default(),
            mtime: (stat.st_mtime, i64::try_from(stat.st_mtime_nsec).unwrap_or_default()),
        }
    }
}

fn refusal(path: &Path, breach: Breach) -> UnpackError {
    UnpackError::Refused(Box::new(Refusal::new(path.to_owned(), None, breach)))
}

/// Fills the buffer unless the file ends first. Gives how much of it is filled.
fn fill(mut file: &File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(room) = buffer.get_mut(filled..).filter(|room| !room.is_empty()) {
        match file.read(room) {
            Ok(0) => break,
            Ok(bytes) => filled += bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
