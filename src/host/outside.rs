//! Reading what the operator names and what lies anywhere on the machine: archives and overlay files.
//! Nothing is written through this door.
#![expect(clippy::disallowed_types, reason = "this is the door")]

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, CWD, OFlags};
use sha2::{Digest, Sha256};

use super::error::{PathContext, PathError};
use super::source_file::SourceFile;
use crate::model::{ArchiveStamp, FileAccess, Owner, Sha256Digest};

/// An archive, looked at without being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveSeen {
    /// By what to know it again.
    pub stamp: ArchiveStamp,
    /// How many bytes its last gzip member says it holds, modulo 2^32 (RFC 1952, ISIZE): a good guess at what a
    /// release takes unpacked, and no more than a guess.
    pub claimed_size: u64,
}

/// Looks at an archive. Links are followed.
///
/// # Errors
/// When it is not a regular file that can be read.
pub fn look_at_archive(path: &Path) -> Result<ArchiveSeen, PathError> {
    let path = absolute(path)?;
    let mut file = open_regular(&path)?;
    let meta = file.metadata().on("look at", &path)?;
    let mut trailer = [0; 4];
    if meta.len() > 8 {
        file.seek(SeekFrom::End(-4)).on("read", &path)?;
        file.read_exact(&mut trailer).on("read", &path)?;
    }
    let modified = i128::from(meta.mtime()) * 1_000_000_000 + i128::from(meta.mtime_nsec());
    let stamp = ArchiveStamp { path, size: meta.len(), modified, sha256: None };
    Ok(ArchiveSeen { stamp, claimed_size: u64::from(u32::from_le_bytes(trailer)) })
}

/// Does a regular file lie there? Links are followed.
#[must_use]
pub fn exists_outside(path: &Path) -> bool {
    path.is_file()
}

/// Refuses what is no directory that can be searched for files.
///
/// # Errors
/// It is not there, is something else, or may not be entered.
pub fn require_directory_outside(path: &Path) -> Result<(), PathError> {
    let is_directory = path.metadata().on("look at", path)?.is_dir();
    if !is_directory {
        return Err(io::Error::from(io::ErrorKind::NotADirectory)).on("search", path);
    }
    rustix::fs::access(path, Access::EXEC_OK).on("search", path)
}

/// The SHA-256 digest of a file.
pub fn digest_of(path: &Path) -> Result<Sha256Digest, PathError> {
    digest_to_end(&mut open_regular(path)?, path)
}

/// The SHA-256 digest of what is left to be read of a file.
pub(super) fn digest_to_end(file: &mut File, path: &Path) -> Result<Sha256Digest, PathError> {
    let mut hash = Sha256::new();
    let mut chunk = vec![0; 256 * 1024];
    loop {
        let read = file.read(&mut chunk).on("read", path)?;
        if read == 0 {
            return Ok(Sha256Digest::from_bytes(hash.finalize().into()));
        }
        hash.update(chunk.get(..read).unwrap_or_default());
    }
}

/// A regular file, to be read from its beginning.
///
/// # Errors
/// It is not there, is no regular file, or may not be read.
pub fn open_outside(path: &Path) -> Result<SourceFile, PathError> {
    Ok(SourceFile::new(open_regular(path)?, path.to_owned()))
}

/// The content of a regular file of at most `limit` bytes.
pub fn read_outside(path: &Path, limit: u64) -> Result<Vec<u8>, PathError> {
    read_at_most(open_regular(path)?, path, limit)
}

fn read_at_most(file: File, path: &Path, limit: u64) -> Result<Vec<u8>, PathError> {
    let mut content = Vec::new();
    file.take(limit + 1).read_to_end(&mut content).on("read", path)?;
    if u64::try_from(content.len()).is_ok_and(|length| length > limit) {
        return Err(io::Error::other(format!("larger than {limit} bytes"))).on("read", path);
    }
    Ok(content)
}

/// The same, and whose the file is and who may read it: of the very file that was read.
///
/// # Errors
/// It cannot be read, is no regular file, or is larger than that.
pub fn read_with_access(path: &Path, limit: u64) -> Result<(Vec<u8>, FileAccess), PathError> {
    let file = open_regular(path)?;
    let meta = file.metadata().on("look at", path)?;
    let owner = Owner { uid: meta.uid(), gid: meta.gid() };
    let access = FileAccess { owner, mode: meta.mode() & 0o7777 };
    Ok((read_at_most(file, path, limit)?, access))
}

/// How many bytes are in a regular file?
pub fn size_outside(path: &Path) -> Result<u64, PathError> {
    Ok(open_regular(path)?.metadata().on("look at", path)?.len())
}

/// Is it a file that can be read?
///
/// # Errors
///
/// It is not there, is not a regular file, or may not be read.
pub fn require_readable(path: &Path) -> Result<(), PathError> {
    open_regular(path).map(drop)
}

/// The path with every link resolved. What lies beyond the last existing directory is kept as it is.
pub fn resolve_links(path: &Path) -> Result<PathBuf, PathError> {
    match path.canonicalize() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
                return Ok(path.to_owned());
            };
            Ok(resolve_links(parent)?.join(name))
        }
        resolved => resolved.on("resolve", path),
    }
}

/// The path seen from the root directory, links in it kept.
pub fn absolute(path: &Path) -> Result<PathBuf, PathError> {
    std::path::absolute(path).on("resolve", path)
}

/// A pipe or a device would block or never end: only a regular file is opened, and only looked at before that is sure.
pub(super) fn open_regular(path: &Path) -> Result<File, PathError> {
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).on("open", path)?;
    if !file.metadata().on("look at", path)?.is_file() {
        return Err(io::Error::other("not a regular file")).on("read", path);
    }
    Ok(file)
}

/// The bytes in the files below a directory. Links are not followed.
pub fn tree_size(directory: &Path) -> Result<u64, PathError> {
    fs_extra::dir::get_size(directory).map_err(io::Error::other).on("measure", directory)
}

/// The nearest directory at or above a path that is there, if this process may not make anything in it.
#[must_use]
pub fn unwritable_ancestor(path: &Path) -> Option<PathBuf> {
    let nearest = path.ancestors().find(|ancestor| ancestor.is_dir())?;
    let wanted = Access::WRITE_OK | Access::EXEC_OK;
    let refused = rustix::fs::accessat(CWD, nearest, wanted, AtFlags::EACCESS).is_err();
    refused.then(|| nearest.to_owned())
}
