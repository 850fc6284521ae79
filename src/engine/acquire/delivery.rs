//! Lays an archive and its signature into a directory, for packagers and mirrors.

use std::path::{Path, PathBuf};

use super::{AcquireError, ArchiveWish, Errand, Found, Sources, find, signed};
use crate::host::{copy_outside, make_directory_outside, open_outside, write_public_outside};
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

/// An archive that is there, with what is published beside it.
pub(in crate::engine) struct Held {
    /// Where it lies.
    pub(in crate::engine) archive: PathBuf,
    /// The name that it was published under.
    pub(in crate::engine) name: String,
    /// Its digest.
    pub(in crate::engine) sha256: Sha256Digest,
    /// Its signature, if it has one.
    pub(in crate::engine) signature: Option<Vec<u8>>,
    /// What there is to know about where it comes from.
    pub(in crate::engine) findings: Vec<Finding>,
}

/// Gets hold of an archive as [`acquire`](super::acquire) does, and of its signature.
pub(in crate::engine) fn take_hold(
    sources: &Sources,
    wish: &ArchiveWish,
    errand: &mut Errand<'_>,
) -> Result<Held, AcquireError> {
    let mut found = find(sources, wish, errand)?;
    if found.signed.is_none() {
        signed::look(sources, &mut found, sources.policy, errand)?;
    }
    let sha256 = match found.sha256 {
        Some(sha256) => sha256,
        None => crate::host::digest_of(&found.archive)?,
    };
    let Found { archive, name, findings, signed: signature, .. } = found;
    Ok(Held { archive, name, sha256, signature, findings })
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
    let held = take_hold(sources, wish, errand)?;
    let sha256 = held.sha256;
    make_directory_outside(directory)?;
    let archive = directory.join(&held.name);
    copy_outside(&mut open_outside(&held.archive)?, &sha256, &archive)?;
    let signature = match held.signature {
        Some(bytes) => {
            let path = super::beside(&archive);
            write_public_outside(&path, &bytes)?;
            Some(path)
        }
        None => None,
    };
    Ok(Delivered { archive, signature, sha256, findings: held.findings })
}
