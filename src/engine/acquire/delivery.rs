//! Lays an archive and its signature into a directory, for packagers and mirrors.

use std::path::{Path, PathBuf};

use super::{AcquireError, ArchiveWish, Errand, Sources, find, signed};
use crate::host::{copy_outside, make_directory_outside, open_outside, write_outside};
use crate::model::{Finding, Sha256Digest};

/// What was laid there.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// The archive, under its published name.
    pub archive: PathBuf,
    /// Its signature, if it has one.
    pub signature: Option<PathBuf>,
    /// Its digest.
    pub sha256: Sha256Digest,
    /// What there is to know about where it comes from.
    pub findings: Vec<Finding>,
}

/// Gets hold of an archive as [`acquire`](super::acquire) does, and lays it into a directory with its signature. The directory is
/// made unless it is there; what has the same names is replaced, each file by one rename.
///
/// # Errors
/// [`AcquireError`]; then no file in the directory is half written.
pub fn deliver(
    sources: &Sources,
    wish: &ArchiveWish,
    directory: &Path,
    errand: &mut Errand<'_>,
) -> Result<Delivered, AcquireError> {
    let found = find(sources, wish, errand)?;
    let sha256 = match found.sha256 {
        Some(sha256) => sha256,
        None => crate::host::digest_of(&found.archive)?,
    };
    make_directory_outside(directory)?;
    let archive = directory.join(&found.name);
    copy_outside(&mut open_outside(&found.archive)?, &sha256, &archive)?;
    let signature = match signed::read(sources, &found, errand)? {
        Some(bytes) => {
            let path = super::beside(&archive);
            write_outside(&path, &bytes)?;
            Some(path)
        }
        None => None,
    };
    Ok(Delivered { archive, signature, sha256, findings: found.findings })
}
