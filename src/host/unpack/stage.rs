//! Makes files, directories and links below one open directory, by descriptors alone.
//! No path is ever resolved from outside it, no link is ever followed, nothing is ever overwritten.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::{
    AtFlags, Dir, Mode, OFlags, Timespec, Timestamps, chmodat, fchmod, futimens, mkdirat, openat,
    symlinkat,
};
use rustix::io::Errno;

use crate::host::error::PathContext;
use crate::host::{Meter, PathError};
use crate::model::RelPath;

/// Directories kept open. An archive is sorted by directory, so a few do; and all of unpacking has to get along with
/// 16 free descriptors.
const OPEN_DIRECTORIES: usize = 6;

const FOR_READING: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// The mode of every directory.
const DIRECTORY: Mode = Mode::from_raw_mode(0o755);

/// The directory into which a release is unpacked.
#[derive(Debug)]
pub(super) struct Stage<'a> {
    root: BorrowedFd<'a>,
    name: &'a Path,
    meter: &'a Meter,
    now: SystemTime,
    /// The most recently used directory is the last.
    open: Vec<(RelPath, OwnedFd)>,
}

/// A file being written.
#[derive(Debug)]
pub(super) struct NewFile<'a> {
    fd: OwnedFd,
    path: PathBuf,
    meter: &'a Meter,
}

impl<'a> Stage<'a> {
    /// Takes an open, empty directory. `now` bounds the times that files are given.
    pub(super) fn new(
        root: BorrowedFd<'a>,
        name: &'a Path,
        meter: &'a Meter,
        now: SystemTime,
    ) -> Result<Self, PathError> {
        let mut listing = Dir::read_from(root).on("list", name)?;
        let occupied = listing.any(|entry| {
            entry.is_ok_and(|entry| !matches!(entry.file_name().to_bytes(), b"." | b".."))
        });
        if occupied {
            return Err(Errno::NOTEMPTY).on("unpack into", name);
        }
        Ok(Self { root, name, meter, now, open: Vec::new() })
    }

    /// Makes a directory whose parent is there.
    pub(super) fn make_directory(&mut self, path: &RelPath) -> Result<(), PathError> {
        let shown = path.under(self.name);
        let meter = self.meter;
        let parent = self.parent(path)?;
        meter.admit().on("create directory", &shown)?;
        mkdirat(parent, path.name(), DIRECTORY).on("create directory", &shown)?;
        let opened = openat(parent, path.name(), FOR_READING, Mode::empty());
        let fd = match opened {
            Ok(fd) => fd,
            // A umask that takes even the owner's rights away: nobody but us has a name for this directory yet.
            Err(Errno::ACCESS) => {
                meter.admit().on("set the mode of", &shown)?;
                chmodat(parent, path.name(), DIRECTORY, AtFlags::empty())
                    .on("set the mode of", &shown)?;
                openat(parent, path.name(), FOR_READING, Mode::empty()).on("open", &shown)?
            }
            Err(error) => return Err(error).on("open", &shown),
        };
        meter.admit().on("set the mode of", &shown)?;
        fchmod(&fd, DIRECTORY).on("set the mode of", &shown)?;
        self.keep(path.clone(), fd);
        Ok(())
    }

    /// Makes a new, empty file whose parent is there.
    pub(super) fn make_file(&mut self, path: &RelPath) -> Result<NewFile<'a>, PathError> {
        let shown = path.under(self.name);
        let meter = self.meter;
        let parent = self.parent(path)?;
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        meter.admit().on("create", &shown)?;
        let fd = openat(parent, path.name(), flags, Mode::RUSR | Mode::WUSR);
        Ok(NewFile { fd: fd.on("create", &shown)?, path: shown, meter })
    }

    /// Makes a symbolic link whose parent is there.
    pub(super) fn make_link(&mut self, path: &RelPath, target: &str) -> Result<(), PathError> {
        let shown = path.under(self.name);
        let meter = self.meter;
        let parent = self.parent(path)?;
        meter.admit().on("create link", &shown)?;
        symlinkat(target, parent, path.name()).on("create link", &shown)
    }

    /// The modification time that a file is given for the one in the archive: between 1980, before which some file
    /// systems and archivers know no time, and tomorrow, which allows for a builder's clock.
    pub(super) fn time(&self, seconds: i64) -> Timestamps {
        const YEAR_1980: i64 = 315_532_800;
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        let tomorrow = self
            .now
            .duration_since(UNIX_EPOCH)
            .ok()
            .and_then(|now| i64::try_from((now + DAY).as_secs()).ok())
            .unwrap_or(YEAR_1980);
        let time =
            Timespec { tv_sec: seconds.clamp(YEAR_1980, tomorrow.max(YEAR_1980)), tv_nsec: 0 };
        Timestamps { last_access: time, last_modification: time }
    }

    fn keep(&mut self, path: RelPath, fd: OwnedFd) {
        if self.open.len() == OPEN_DIRECTORIES {
            self.open.remove(0);
        }
        self.open.push((path, fd));
    }

    /// The open parent of a path.
    fn parent(&mut self, path: &RelPath) -> Result<BorrowedFd<'_>, PathError> {
        let parent = path.parent().unwrap_or_else(RelPath::here);
        if parent == RelPath::here() {
            return Ok(self.root);
        }
        self.recall(&parent)?;
        Ok(self.open.last().map_or(self.root, |(_, fd)| fd.as_fd()))
    }

    /// Makes `path` the most recently used open directory.
    fn recall(&mut self, path: &RelPath) -> Result<(), PathError> {
        if let Some(at) = self.open.iter().rposition(|(kept, _)| kept == path) {
            if let Some(rest) = self.open.get_mut(at..) {
                rest.rotate_left(1);
            }
            return Ok(());
        }
        // At most 32 deep: `name::judge` has refused anything deeper.
        let above = self.parent(path)?;
        let fd = openat(above, path.name(), FOR_READING, Mode::empty());
        let fd = fd.on("open", &path.under(self.name))?;
        self.keep(path.clone(), fd);
        Ok(())
    }
}

impl NewFile<'_> {
    /// Appends bytes.
    pub(super) fn write(&mut self, mut bytes: &[u8]) -> Result<(), PathError> {
        while !bytes.is_empty() {
            self.meter.admit().on("write", &self.path)?;
            match rustix::io::write(&self.fd, bytes) {
                Ok(0) => return Err(Errno::NOSPC).on("write", &self.path),
                Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error).on("write", &self.path),
            }
        }
        Ok(())
    }

    /// Gives the file its mode and time, and closes it.
    pub(super) fn finish(self, mode: Mode, time: &Timestamps) -> Result<(), PathError> {
        self.meter.admit().on("set the mode of", &self.path)?;
        fchmod(&self.fd, mode).on("set the mode of", &self.path)?;
        self.meter.admit().on("set the time of", &self.path)?;
        futimens(&self.fd, time).on("set the time of", &self.path)
    }
}
