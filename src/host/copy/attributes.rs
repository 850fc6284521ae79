//! Owner, extended attributes, mode and times of a file or directory, made equal to another's.
//! What is equal already is left alone, so doing it again changes nothing.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{
    Gid, Mode, Stat, Timespec, Timestamps, Uid, XattrFlags, fchmod, fchown, fgetxattr, flistxattr,
    fremovexattr, fsetxattr, fstat, futimens,
};
use rustix::io::Errno;

use super::report::{CopyNote, Lost};
use crate::host::error::{PathContext, PathError};
use crate::host::meter::Meter;

/// The most bytes of one extended attribute, and of the list of their names: `XATTR_SIZE_MAX` and `XATTR_LIST_MAX`
/// of `linux/limits.h`.
const XATTR_MAX: usize = 65536;

/// An open copy whose attributes are to become those of its original.
pub(super) struct Target<'t> {
    pub(super) fd: BorrowedFd<'t>,
    /// For messages.
    pub(super) path: &'t Path,
    pub(super) meter: &'t Meter,
    pub(super) notes: &'t mut Vec<CopyNote>,
}

impl Target<'_> {
    /// Owner first, as a change of it clears file capabilities and setuid; times last, as all else may change them.
    pub(super) fn take_after(&mut self, source: impl AsFd, wanted: &Stat) -> Result<(), PathError> {
        self.owner(wanted)?;
        self.xattrs(source.as_fd())?;
        self.mode(wanted)?;
        self.times(wanted)
    }

    fn owner(&mut self, wanted: &Stat) -> Result<(), PathError> {
        let now = self.stat()?;
        if (now.st_uid, now.st_gid) == (wanted.st_uid, wanted.st_gid) {
            return Ok(());
        }
        self.admit("change owner of")?;
        let (uid, gid) = (Uid::from_raw(wanted.st_uid), Gid::from_raw(wanted.st_gid));
        match fchown(self.fd, Some(uid), Some(gid)) {
            Err(Errno::PERM) if !rustix::process::geteuid().is_root() => {
                self.note(Lost::Owner);
                Ok(())
            }
            other => other.on("change owner of", self.path),
        }
    }

    fn mode(&self, wanted: &Stat) -> Result<(), PathError> {
        let mode = Mode::from_raw_mode(wanted.st_mode);
        if Mode::from_raw_mode(self.stat()?.st_mode) == mode {
            return Ok(());
        }
        self.admit("change mode of")?;
        fchmod(self.fd, mode).on("change mode of", self.path)
    }

    fn times(&self, wanted: &Stat) -> Result<(), PathError> {
        let now = self.stat()?;
        if (now.st_mtime, now.st_mtime_nsec) == (wanted.st_mtime, wanted.st_mtime_nsec) {
            return Ok(());
        }
        self.admit("set times of")?;
        futimens(self.fd, &timestamps(wanted)).on("set times of", self.path)
    }

    fn xattrs(&mut self, source: BorrowedFd<'_>) -> Result<(), PathError> {
        let wanted = all_xattrs(source).on("read attributes of the original of", self.path)?;
        let now = all_xattrs(self.fd).on("read attributes of", self.path)?;
        for (name, value) in &wanted {
            if now.get(name) == Some(value) {
                continue;
            }
            self.admit("set attribute of")?;
            match fsetxattr(self.fd, name, value, XattrFlags::empty()) {
                // The file system keeps none of that kind, or they take root.
                Err(Errno::NOTSUP | Errno::PERM | Errno::ACCESS) => {
                    self.note(Lost::Attribute(name.clone()));
                }
                other => other.on("set attribute of", self.path)?,
            }
        }
        // A directory may give its ACL to all that is made in it.
        for name in now.keys().filter(|name| !wanted.contains_key(*name) && is_ours(name)) {
            self.admit("remove attribute of")?;
            match fremovexattr(self.fd, name) {
                Err(Errno::NODATA) => {}
                other => other.on("remove attribute of", self.path)?,
            }
        }
        Ok(())
    }

    fn stat(&self) -> Result<Stat, PathError> {
        fstat(self.fd).on("look at", self.path)
    }

    fn admit(&self, verb: &'static str) -> Result<(), PathError> {
        self.meter.admit().on(verb, self.path)
    }

    fn note(&mut self, lost: Lost) {
        self.notes.push(CopyNote { path: self.path.to_owned(), lost });
    }
}

/// The times of a file as they are set on another.
pub(super) fn timestamps(stat: &Stat) -> Timestamps {
    let nanoseconds = |count| i32::try_from(count).unwrap_or(0).into();
    Timestamps {
        last_access: Timespec { tv_sec: stat.st_atime, tv_nsec: nanoseconds(stat.st_atime_nsec) },
        last_modification: Timespec {
            tv_sec: stat.st_mtime,
            tv_nsec: nanoseconds(stat.st_mtime_nsec),
        },
    }
}

/// Attributes that nobody but people and their programs set: those of others, such as labels of SELinux, come by
/// themselves.
fn is_ours(name: &OsStr) -> bool {
    let name = name.as_bytes();
    name.starts_with(b"user.") || name.starts_with(b"system.posix_acl")
}

/// All extended attributes; none where the file system has none.
pub(in crate::host) fn all_xattrs(fd: impl AsFd) -> io::Result<BTreeMap<OsString, Vec<u8>>> {
    let fd = fd.as_fd();
    // Most files have none, and room for all that there could be is not for nothing.
    if matches!(flistxattr(fd, &mut [0_u8; 256]), Ok(0) | Err(Errno::NOTSUP)) {
        return Ok(BTreeMap::new());
    }
    let mut names = vec![0; XATTR_MAX];
    let length = flistxattr(fd, &mut names)?;
    names.truncate(length);
    let mut all = BTreeMap::new();
    for name in names.split(|&byte| byte == 0).filter(|name| !name.is_empty()) {
        let name = OsStr::from_bytes(name);
        let mut value = vec![0; XATTR_MAX];
        match fgetxattr(fd, name, &mut value) {
            // Removed since it was listed, or not for us to see.
            Err(Errno::NODATA | Errno::NOTSUP | Errno::PERM | Errno::ACCESS) => {}
            other => {
                value.truncate(other?);
                all.insert(name.to_owned(), value);
            }
        }
    }
    Ok(all)
}
