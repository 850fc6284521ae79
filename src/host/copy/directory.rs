//! An open directory, and what lies in it, by name and never through a symlink.
//! Nothing is changed here.

#![expect(clippy::disallowed_types, reason = "this is the door")]

use std::ffi::{CString, OsStr, OsString};
use std::fmt;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat, fstat, openat, readlinkat, statat,
};
use rustix::io::Errno;

use crate::host::error::{PathContext, PathError};

/// A directory held open; `path` is for messages only.
#[derive(Debug)]
pub(super) struct Directory {
    pub(super) fd: OwnedFd,
    pub(super) path: PathBuf,
}

/// Something in a directory, as it was when listed.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) name: OsString,
    pub(super) kind: Kind,
    pub(super) stat: Stat,
}

/// What is copied, each in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Directory,
    File,
    Symlink,
    /// Means nothing without the process that made it.
    Socket,
    Special(Special),
}

/// A kind of file that nobody would miss to find copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Special {
    /// A named pipe.
    Fifo,
    /// A block or character device.
    Device,
    /// A kind that this program does not know.
    Unknown,
}

impl fmt::Display for Special {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fifo => "a named pipe",
            Self::Device => "a device",
            Self::Unknown => "a file of unknown kind",
        })
    }
}

impl Kind {
    const fn of(stat: &Stat) -> Self {
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => Self::Directory,
            FileType::RegularFile => Self::File,
            FileType::Symlink => Self::Symlink,
            FileType::Socket => Self::Socket,
            FileType::Fifo => Self::Special(Special::Fifo),
            FileType::CharacterDevice | FileType::BlockDevice => Self::Special(Special::Device),
            FileType::Unknown => Self::Special(Special::Unknown),
        }
    }
}

/// How a directory is opened: for reading it and changing its attributes.
const AS_DIRECTORY: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

impl Directory {
    /// Opens the top of a tree; refuses a symlink.
    pub(super) fn open(path: &Path) -> Result<Self, PathError> {
        Self::open_at(CWD, path.as_os_str(), path)
    }

    /// Opens a directory in this one; refuses a symlink.
    pub(super) fn below(&self, name: &OsStr) -> Result<Self, PathError> {
        Self::open_at(&self.fd, name, &self.path.join(name))
    }

    /// Opens a directory in another one; refuses a symlink. `path` is for messages.
    pub(super) fn open_at(at: impl AsFd, name: &OsStr, path: &Path) -> Result<Self, PathError> {
        let fd = openat(at, name, AS_DIRECTORY, Mode::empty()).on("open directory", path)?;
        Ok(Self { fd, path: path.to_owned() })
    }

    pub(super) fn stat(&self) -> Result<Stat, PathError> {
        fstat(&self.fd).on("look at", &self.path)
    }

    /// What has this name; `None` if nothing has.
    pub(super) fn find(&self, name: &OsStr) -> Result<Option<Entry>, PathError> {
        match statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => Ok(None),
            other => {
                let stat = other.on("look at", &self.path.join(name))?;
                Ok(Some(Entry { name: name.to_owned(), kind: Kind::of(&stat), stat }))
            }
        }
    }

    /// All that is in it, sorted by name.
    pub(super) fn entries(&self) -> Result<Vec<Entry>, PathError> {
        let mut entries = Vec::new();
        for found in Dir::read_from(&self.fd).on("read directory", &self.path)? {
            let found = found.on("read directory", &self.path)?;
            let name = OsStr::from_bytes(found.file_name().to_bytes());
            if name != "." && name != ".." {
                // Gone in the meantime: it is not there.
                entries.extend(self.find(name)?);
            }
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    /// Opens a listed file for reading. Refuses another file that took its place: whoever may write here might
    /// otherwise have a file copied that is not his.
    pub(super) fn open_file(&self, entry: &Entry) -> Result<File, PathError> {
        let path = self.path.join(&entry.name);
        // Nonblocking, so that a named pipe in its place does not keep us waiting.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let fd = openat(&self.fd, &entry.name, flags, Mode::empty()).on("open", &path)?;
        let now = fstat(&fd).on("look at", &path)?;
        if (now.st_dev, now.st_ino) != (entry.stat.st_dev, entry.stat.st_ino) {
            return Err(io::Error::other("another file took its place")).on("open", &path);
        }
        Ok(File::from(fd))
    }

    /// Where a symlink points.
    pub(super) fn link_target(&self, name: &OsStr) -> Result<CString, PathError> {
        readlinkat(&self.fd, name, Vec::new()).on("read link", &self.path.join(name))
    }
}

/// The target of a symlink as text for people.
pub(super) fn shown(target: CString) -> PathBuf {
    PathBuf::from(OsString::from_vec(target.into_bytes()))
}
