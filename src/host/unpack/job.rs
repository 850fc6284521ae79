//! Unpacking as a whole: who reads, who inflates, who writes, and whose complaint counts.
//! No byte of an archive is interpreted here.

use std::io;
use std::os::fd::BorrowedFd;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{Builder, ScopedJoinHandle, scope};
use std::time::SystemTime;

use super::chunks::stream;
use super::error::{Refusal, UnpackError};
use super::gzip::{Stop, inflate};
use super::layout::{self, Laid, Trouble};
use super::limits::Limits;
use super::rule::Rule;
use super::source::{Rest, Source};
use crate::host::error::PathContext;
use crate::host::{Meter, PathError};
use crate::model::{Entry, ReleaseShape, Sha256Digest};

/// What to unpack, and where.
pub struct Unpack<'a> {
    /// The archive, a gzip-compressed tar file. Opened once, following links to it.
    pub archive: &'a Path,
    /// The digest that the archive must have.
    pub expect: Option<Sha256Digest>,
    /// What a release looks like.
    pub shape: &'a ReleaseShape,
    /// An existing, empty directory that nobody else uses: the stage. The release's top directory becomes it.
    pub into: BorrowedFd<'a>,
    /// Its path, for messages.
    pub into_name: &'a Path,
    /// How much the archive may ask for.
    pub limits: Limits,
    /// The time now, by which times in the future are corrected.
    pub now: SystemTime,
    /// Counts the mutations.
    pub meter: &'a Meter,
    /// Told now and then how far it is.
    pub progress: &'a mut dyn FnMut(Progress),
}

/// How far unpacking is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the archive read so far.
    pub read: u64,
    /// Length of the archive in bytes.
    pub size: u64,
    /// Entries met so far.
    pub entries: u64,
}

/// A release that lies in the stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpacked {
    /// The digest of the archive: of the very bytes that were unpacked.
    pub digest: Sha256Digest,
    /// Length of the archive in bytes.
    pub compressed: u64,
    /// Everything in the stage, sorted by path, relative to it.
    pub entries: Vec<Entry>,
    /// What the archive said and was not heeded, one sentence each.
    pub notes: Vec<String>,
}

/// Compressed bytes per buffer and buffers waiting; the same for inflated ones.
/// Together with those being filled and emptied about 4 MiB.
const COMPRESSED: (usize, usize) = (256 * 1024, 4);
const INFLATED: (usize, usize) = (256 * 1024, 8);

/// Unpacks a release into an empty directory in one pass: one thread reads and hashes, one inflates, the caller's
/// writes. Memory is bounded, whatever the archive.
///
/// On success every file is written, though not yet durable (see [`super::make_durable`]), and the archive had the
/// expected digest. On any error the stage holds a part of the release, and must be removed; nothing outside it was
/// touched.
///
/// # Errors
/// [`UnpackError`]; where several things are wrong, the one that explains the others.
pub fn unpack(mut job: Unpack<'_>) -> Result<Unpacked, UnpackError> {
    let source = Source::open(job.archive, &job.limits)?;
    let read = AtomicU64::new(0);
    let rest = if job.expect.is_some() { Rest::Hash } else { Rest::Leave };
    let (archive, expect, limits) = (job.archive, job.expect, job.limits);
    let (compressed_in, compressed_out) = stream(COMPRESSED.0, COMPRESSED.1);
    let (inflated_in, inflated_out) = stream(INFLATED.0, INFLATED.1);
    let (hashed, inflated, laid) = scope(|threads| {
        let reading = Builder::new().name("read archive".to_owned());
        let reading = reading.spawn_scoped(threads, || source.feed(compressed_in, rest, &read));
        let inflating = Builder::new().name("inflate".to_owned());
        let inflating =
            inflating.spawn_scoped(threads, move || inflate(compressed_out, inflated_in, &limits));
        let laid = layout::lay_out(&mut job, inflated_out, &source, &read);
        (join(reading), join(inflating), laid)
    });
    let no_thread = |result: io::Result<_>| result.on("start a thread to unpack", archive);
    let verdict = Verdict {
        archive,
        hashed: no_thread(hashed).map_err(UnpackError::System)?,
        inflated: inflated.on("start a thread to unpack", archive).map_err(UnpackError::System)?,
        laid,
    };
    verdict.settle(expect, &source, read.load(Ordering::Relaxed))
}

fn join<T>(thread: io::Result<ScopedJoinHandle<'_, T>>) -> io::Result<T> {
    thread.map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
}

/// What the three had to say.
struct Verdict<'a> {
    archive: &'a Path,
    hashed: Result<Sha256Digest, PathError>,
    inflated: Result<(), Stop>,
    laid: Result<Laid, Trouble>,
}

impl Verdict<'_> {
    /// Whose complaint counts: of several, the first cause.
    fn settle(
        self,
        expect: Option<Sha256Digest>,
        source: &Source,
        read: u64,
    ) -> Result<Unpacked, UnpackError> {
        // A host that cannot write says nothing about the archive; and a world stopped by a test does nothing more.
        let laid = match self.laid {
            Err(Trouble::System(error)) => return Err(UnpackError::System(error)),
            other => other,
        };
        let digest = self.hashed.map_err(UnpackError::Unreadable)?;
        let to_the_end = expect.is_some() || laid.is_ok();
        source.verify_unchanged(to_the_end.then_some(read))?;
        if let Some(expected) = expect.filter(|expected| *expected != digest) {
            return Err(UnpackError::Digest {
                archive: self.archive.to_owned(),
                expected,
                actual: digest,
            });
        }
        let refuse = |entry, breach| {
            let refusal = Refusal::new(self.archive.to_owned(), entry, breach);
            UnpackError::Refused(Box::new(refusal))
        };
        match (laid, self.inflated) {
            (Err(Trouble::Refused(entry, breach)), _) => Err(refuse(entry, breach)),
            (_, Err(Stop::Breach(breach))) => Err(refuse(None, breach)),
            (Ok(laid), Ok(())) => Ok(Unpacked {
                digest,
                compressed: source.size(),
                entries: laid.entries,
                notes: laid.notes,
            }),
            // The stream broke off, and nobody says why: only a file that changes under the hand does that.
            _ => Err(refuse(None, Rule::ARCHIVE_CHANGED.into())),
        }
    }
}
