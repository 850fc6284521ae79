//! Makes one directory tree the copy of another.
//! It never writes outside the target, and nobody else can reach the target before it is complete.

#![expect(clippy::disallowed_types, reason = "this is the door")]

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, Gid, Mode, OFlags, Uid, chownat, fchmod, fchown, linkat, mkdirat, openat,
    symlinkat, syncfs, unlinkat, utimensat,
};
use rustix::io::Errno;

use super::attributes::{Target, timestamps};
use super::content;
use super::directory::{Directory, Entry, Kind};
use super::report::{CopyError, CopyNote, CopyReport, Lost};
use crate::host::error::{PathContext, PathError};
use crate::host::meter::Meter;

/// What a directory of the target has until all in it is complete.
const CLOSED: Mode = Mode::RWXU;

/// Makes the directory `to` a faithful copy of the directory `from`. The directory that holds `to` must exist.
///
/// `to` is an unfinished copy until the caller renames it, and its name begins with a dot to say so: **whatever
/// lies in `to` and not in `from` is removed**.
///
/// Safe to run again after any interruption: what is complete is compared and kept, what differs or does not belong
/// is replaced. While it runs, `to` can be entered by its maker only. When it returns, all is on the disk, but for
/// the name `to` itself. Whoever may write to the source can delay it, but not have anything else copied.
///
/// # Errors
/// Before anything is written: a device, a named pipe or a mount within the source, trees that overlap, and a target
/// whose name does not begin with a dot.
pub fn copy_tree(from: &Path, to: &Path, meter: &Meter) -> Result<CopyReport, CopyError> {
    duplicate_tree(from, to, Means::Copy, meter)
}

/// How the files of a duplicate come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// Their bytes are copied; where the file system can share them until one of the two changes, it does.
    Copy,
    /// They are the same files under a second name, with the attributes that they have; copied where the file system
    /// gives them none.
    Link,
}

/// The same as [`copy_tree`], by these means.
pub fn duplicate_tree(
    from: &Path,
    to: &Path,
    means: Means,
    meter: &Meter,
) -> Result<CopyReport, CopyError> {
    refuse_places(from, to)?;
    let source = Directory::open(from)?;
    let source_device = source.stat()?.st_dev;
    refuse_unfit(&source, source_device)?;
    let target = make_closed(CWD, to.as_os_str(), to, meter)?;
    let mut copy = Copy {
        meter,
        means,
        source_device,
        target_device: target.stat()?.st_dev,
        top: &target,
        linked: BTreeMap::new(),
        claimed: BTreeSet::new(),
        report: CopyReport::default(),
    };
    copy.directory(&source, &target, Path::new(""))?;
    syncfs(&target.fd).on("write to disk", to)?;
    Ok(copy.report)
}

fn refuse_places(from: &Path, to: &Path) -> Result<(), CopyError> {
    let name = to.file_name().unwrap_or_default();
    if !name.as_bytes().starts_with(b".") {
        return Err(CopyError::NotStaging { path: to.to_owned() });
    }
    let holder = to.parent().unwrap_or(to);
    let target = fs::canonicalize(holder).on("look at", holder)?.join(name);
    let source = fs::canonicalize(from).on("look at", from)?;
    if source.starts_with(&target) || target.starts_with(&source) {
        return Err(CopyError::Overlap { from: from.to_owned(), to: to.to_owned() });
    }
    Ok(())
}

/// Looks through the source for what is never copied.
fn refuse_unfit(directory: &Directory, device: u64) -> Result<(), CopyError> {
    for entry in directory.entries()? {
        refuse(directory, &entry, device)?;
        if entry.kind == Kind::Directory {
            refuse_unfit(&directory.below(&entry.name)?, device)?;
        }
    }
    Ok(())
}

fn refuse(directory: &Directory, entry: &Entry, device: u64) -> Result<(), CopyError> {
    let path = directory.path.join(&entry.name);
    if let Kind::Special(kind) = entry.kind {
        return Err(CopyError::Special { path, kind });
    }
    if entry.stat.st_dev != device {
        return Err(CopyError::OtherFileSystem { path });
    }
    Ok(())
}

/// Makes a directory that only its maker may enter, or makes an existing one so.
fn make_closed(
    at: impl AsFd,
    name: &OsStr,
    path: &Path,
    meter: &Meter,
) -> Result<Directory, PathError> {
    meter.admit().on("create directory", path)?;
    match mkdirat(&at, name, CLOSED) {
        Err(Errno::EXIST) => {}
        other => other.on("create directory", path)?,
    }
    let made = Directory::open_at(at, name, path)?;
    let now = made.stat()?;
    let maker = rustix::process::geteuid();
    // An earlier run may have completed it, and given it away.
    if now.st_uid != maker.as_raw() {
        meter.admit().on("change owner of", path)?;
        fchown(&made.fd, Some(maker), None).on("change owner of", path)?;
    }
    if Mode::from_raw_mode(now.st_mode) != CLOSED {
        meter.admit().on("change mode of", path)?;
        fchmod(&made.fd, CLOSED).on("change mode of", path)?;
    }
    Ok(made)
}

struct Copy<'c> {
    meter: &'c Meter,
    means: Means,
    source_device: u64,
    target_device: u64,
    top: &'c Directory,
    /// By inode of the source: the first name, below the top of the target, of a file that has several.
    linked: BTreeMap<u64, PathBuf>,
    /// Inodes of the target that are the copy of a file already.
    claimed: BTreeSet<u64>,
    report: CopyReport,
}

impl Copy<'_> {
    /// `place` is where the target lies below the top.
    fn directory(
        &mut self,
        from: &Directory,
        to: &Directory,
        place: &Path,
    ) -> Result<(), CopyError> {
        let wanted = from.entries()?;
        self.remove_strangers(&wanted, to)?;
        for entry in &wanted {
            // Looked at again: the tree may have changed since it was found fit.
            refuse(from, entry, self.source_device)?;
            let place = place.join(&entry.name);
            match entry.kind {
                Kind::Directory => {
                    let path = to.path.join(&entry.name);
                    let made = make_closed(&to.fd, &entry.name, &path, self.meter)?;
                    self.directory(&from.below(&entry.name)?, &made, &place)?;
                }
                Kind::File => self.file(from, to, entry, place)?,
                Kind::Symlink => self.symlink(from, to, entry)?,
                Kind::Socket | Kind::Special(_) => self
                    .report
                    .notes
                    .push(CopyNote { path: from.path.join(&entry.name), lost: Lost::Socket }),
            }
        }
        self.report.directories += 1;
        let mut target = Target {
            fd: to.fd.as_fd(),
            path: &to.path,
            meter: self.meter,
            notes: &mut self.report.notes,
        };
        Ok(target.take_after(&from.fd, &from.stat()?)?)
    }

    fn file(
        &mut self,
        from: &Directory,
        to: &Directory,
        entry: &Entry,
        place: PathBuf,
    ) -> Result<(), CopyError> {
        if self.means == Means::Link && self.link_original(from, to, entry)? {
            self.report.files += 1;
            return Ok(());
        }
        if let Some(first) = self.linked.get(&entry.stat.st_ino).cloned() {
            return self.link(&first, to, entry);
        }
        if entry.stat.st_nlink > 1 {
            self.linked.insert(entry.stat.st_ino, place);
        }
        let source = from.open_file(entry)?;
        let path = to.path.join(&entry.name);
        let copy = match self.finished(from, to, entry)? {
            Some(copy) => copy,
            None => self.write(from, to, entry)?,
        };
        self.claimed.insert(rustix::fs::fstat(&copy).on("look at", &path)?.st_ino);
        self.report.files += 1;
        let mut target = Target {
            fd: copy.as_fd(),
            path: &path,
            meter: self.meter,
            notes: &mut self.report.notes,
        };
        Ok(target.take_after(&source, &entry.stat)?)
    }

    /// The copy that an earlier run made, if its content is right.
    fn finished(
        &self,
        from: &Directory,
        to: &Directory,
        entry: &Entry,
    ) -> Result<Option<File>, CopyError> {
        let Some(found) = to.find(&entry.name)? else {
            return Ok(None);
        };
        let fits = found.stat.st_size == entry.stat.st_size
            && (found.stat.st_nlink == 1 || entry.stat.st_nlink > 1)
            && !self.claimed.contains(&found.stat.st_ino);
        if fits {
            let mut copy = to.open_file(&found)?;
            let path = to.path.join(&entry.name);
            if content::is_same(&mut from.open_file(entry)?, &mut copy).on("compare", &path)? {
                return Ok(Some(copy));
            }
        }
        self.unlink(to, &entry.name, AtFlags::empty())?;
        Ok(None)
    }

    fn write(
        &mut self,
        from: &Directory,
        to: &Directory,
        entry: &Entry,
    ) -> Result<File, CopyError> {
        let path = to.path.join(&entry.name);
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        self.meter.admit().on("create", &path)?;
        let fd = openat(&to.fd, &entry.name, flags, Mode::RUSR | Mode::WUSR).on("create", &path)?;
        let mut copy = File::from(fd);
        let mut source = from.open_file(entry)?;
        if !content::share(&source, &copy, self.meter).on("copy to", &path)? {
            self.report.bytes +=
                content::append(&mut source, &mut copy, self.meter).on("copy to", &path)?;
        }
        Ok(copy)
    }

    /// A second name for the original itself. Says whether it has one now.
    fn link_original(
        &self,
        from: &Directory,
        to: &Directory,
        entry: &Entry,
    ) -> Result<bool, CopyError> {
        let path = to.path.join(&entry.name);
        if let Some(found) = to.find(&entry.name)? {
            if (found.stat.st_dev, found.stat.st_ino) == (entry.stat.st_dev, entry.stat.st_ino) {
                return Ok(true);
            }
            self.unlink(to, &entry.name, AtFlags::empty())?;
        }
        self.meter.admit().on("link", &path)?;
        match linkat(&from.fd, &entry.name, &to.fd, &entry.name, AtFlags::empty()) {
            // Another file system, one without links, too many of them, or a file that this user may not link.
            Err(Errno::XDEV | Errno::PERM | Errno::MLINK | Errno::NOTSUP) => return Ok(false),
            other => other.on("link", &path)?,
        }
        let linked = to.find(&entry.name)?.map(|linked| (linked.stat.st_dev, linked.stat.st_ino));
        if linked == Some((entry.stat.st_dev, entry.stat.st_ino)) {
            return Ok(true);
        }
        // Somebody replaced it in the meantime, perhaps by something that may not be copied.
        self.unlink(to, &entry.name, AtFlags::empty())?;
        Ok(false)
    }

    /// Another name for a file that is copied already.
    fn link(&self, first: &Path, to: &Directory, entry: &Entry) -> Result<(), CopyError> {
        let path = to.path.join(&entry.name);
        let original = rustix::fs::statat(&self.top.fd, first, AtFlags::SYMLINK_NOFOLLOW)
            .on("look at", &self.top.path.join(first))?;
        if let Some(found) = to.find(&entry.name)? {
            if found.stat.st_ino == original.st_ino {
                return Ok(());
            }
            self.unlink(to, &entry.name, AtFlags::empty())?;
        }
        self.meter.admit().on("link", &path)?;
        Ok(linkat(&self.top.fd, first, &to.fd, &entry.name, AtFlags::empty()).on("link", &path)?)
    }

    fn symlink(
        &mut self,
        from: &Directory,
        to: &Directory,
        entry: &Entry,
    ) -> Result<(), CopyError> {
        let path = to.path.join(&entry.name);
        let points = from.link_target(&entry.name)?;
        let mut found = to.find(&entry.name)?;
        if found.is_some() && to.link_target(&entry.name)? != points {
            self.unlink(to, &entry.name, AtFlags::empty())?;
            found = None;
        }
        if found.is_none() {
            self.meter.admit().on("create link", &path)?;
            symlinkat(points.as_c_str(), &to.fd, &entry.name).on("create link", &path)?;
        }
        self.own_symlink(to, entry, &path)?;
        self.meter.admit().on("set times of", &path)?;
        let times = timestamps(&entry.stat);
        let set = utimensat(&to.fd, &entry.name, &times, AtFlags::SYMLINK_NOFOLLOW);
        Ok(set.on("set times of", &path)?)
    }

    fn own_symlink(&mut self, to: &Directory, entry: &Entry, path: &Path) -> Result<(), CopyError> {
        let (uid, gid) = (entry.stat.st_uid, entry.stat.st_gid);
        let has = to.find(&entry.name)?.map(|now| (now.stat.st_uid, now.stat.st_gid));
        if has == Some((uid, gid)) {
            return Ok(());
        }
        self.meter.admit().on("change owner of", path)?;
        let (uid, gid) = (Some(Uid::from_raw(uid)), Some(Gid::from_raw(gid)));
        match chownat(&to.fd, &entry.name, uid, gid, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::PERM) if !rustix::process::geteuid().is_root() => {
                self.report.notes.push(CopyNote { path: path.to_owned(), lost: Lost::Owner });
                Ok(())
            }
            other => Ok(other.on("change owner of", path)?),
        }
    }

    /// Removes from the target what the source does not have under that name in that kind. `wanted` is sorted by name.
    fn remove_strangers(&self, wanted: &[Entry], to: &Directory) -> Result<(), CopyError> {
        for found in to.entries()? {
            let belongs = wanted
                .binary_search_by(|entry| entry.name.cmp(&found.name))
                .is_ok_and(|at| wanted.get(at).is_some_and(|entry| entry.kind == found.kind));
            if !belongs {
                self.remove(to, &found)?;
            }
        }
        Ok(())
    }

    fn remove(&self, from: &Directory, entry: &Entry) -> Result<(), CopyError> {
        if entry.stat.st_dev != self.target_device {
            let path = from.path.join(&entry.name);
            return Err(CopyError::OtherFileSystem { path });
        }
        if entry.kind != Kind::Directory {
            return self.unlink(from, &entry.name, AtFlags::empty());
        }
        // An earlier run may have given it the mode of an original that its owner could not write to.
        let path = from.path.join(&entry.name);
        let directory = make_closed(&from.fd, &entry.name, &path, self.meter)?;
        for inner in directory.entries()? {
            self.remove(&directory, &inner)?;
        }
        self.unlink(from, &entry.name, AtFlags::REMOVEDIR)
    }

    fn unlink(&self, from: &Directory, name: &OsStr, flags: AtFlags) -> Result<(), CopyError> {
        let path = from.path.join(name);
        self.meter.admit().on("remove", &path)?;
        Ok(unlinkat(&from.fd, name, flags).on("remove", &path)?)
    }
}
