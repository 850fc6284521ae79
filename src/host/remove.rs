//! Removes a tree by descriptors: however deep, whatever its links say, and never beyond its own mount.
//! No link is followed, and nothing is deleted if something below is mounted.

use std::ffi::{CStr, CString};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, Dir, FileType, Mode, OFlags, Statx, StatxAttributes, StatxFlags, chmodat, fchmod,
    openat, statx, unlinkat,
};
use rustix::io::Errno;

use super::error::PathContext;
use super::{Meter, PathError};

const DIRECTORY: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Removes what is called `name` in the open directory `parent`, with everything below it. `parent_name` is for
/// messages. That nothing has that name is success, so a removal that was interrupted is simply run again.
///
/// The whole tree is looked at before the first deletion: if anything in it is a mount point, or lies on another
/// device, nothing is deleted. Two descriptors do, however deep the tree, also beyond `PATH_MAX`. Directories that
/// their owner may not enter or change are opened up on the way.
///
/// # Errors
/// With the path at which it failed. A part of the tree may then be gone already.
pub fn remove_tree(
    parent: BorrowedFd<'_>,
    name: &str,
    parent_name: &Path,
    meter: &Meter,
) -> Result<(), PathError> {
    let shown = parent_name.join(name);
    let name = CString::new(name).map_err(|_| Errno::INVAL).on("remove", &shown)?;
    let found = match examine(parent, &name) {
        Err(Errno::NOENT) => return Ok(()),
        found => found.on("examine", &shown)?,
    };
    let tree = Tree {
        parent,
        name: &name,
        shown: &shown,
        device: (found.stx_dev_major, found.stx_dev_minor),
        meter,
    };
    tree.refuse_mounted(&found, &shown)?;
    if !is_directory(&found) {
        return tree.unlink(parent, &name, AtFlags::empty(), &shown);
    }
    tree.walk(Pass::Look)?;
    tree.walk(Pass::Remove)?;
    tree.unlink(parent, &name, AtFlags::REMOVEDIR, &shown)
}

/// The tree is walked twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pass {
    Look,
    Remove,
}

/// The tree to be removed.
struct Tree<'a> {
    parent: BorrowedFd<'a>,
    name: &'a CStr,
    shown: &'a Path,
    device: (u32, u32),
    meter: &'a Meter,
}

/// A directory on the way down: what it is, and which of its directories are still to be visited.
struct Frame {
    identity: (u64, u32, u32),
    /// Its name in the directory above.
    name: CString,
    pending: Vec<CString>,
}

impl Tree<'_> {
    fn walk(&self, pass: Pass) -> Result<(), PathError> {
        let mut path = self.shown.to_owned();
        let mut here = self.enter(self.parent, self.name, &path)?;
        let mut frames = vec![self.visit(&here, self.name.to_owned(), pass, &path)?];
        while let Some(frame) = frames.last_mut() {
            if let Some(child) = frame.pending.pop() {
                push(&mut path, &child);
                here = self.enter(here.as_fd(), &child, &path)?;
                frames.push(self.visit(&here, child, pass, &path)?);
                continue;
            }
            let left = frames.pop();
            let (Some(left), Some(above)) = (left, frames.last()) else {
                break;
            };
            here = climb(&here, above, &path)?;
            if pass == Pass::Remove {
                self.unlink(here.as_fd(), &left.name, AtFlags::REMOVEDIR, &path)?;
            }
            path.pop();
        }
        Ok(())
    }

    /// Opens a directory, if need be by giving its owner the right to.
    fn enter(
        &self,
        parent: BorrowedFd<'_>,
        name: &CStr,
        path: &Path,
    ) -> Result<OwnedFd, PathError> {
        match openat(parent, name, DIRECTORY, Mode::empty()) {
            Err(Errno::ACCESS) => {
                self.meter.admit().on("set the mode of", path)?;
                chmodat(parent, name, Mode::RWXU, AtFlags::empty()).on("set the mode of", path)?;
                openat(parent, name, DIRECTORY, Mode::empty()).on("open", path)
            }
            opened => opened.on("open", path),
        }
    }

    /// Looks at everything in a directory, deletes what is no directory if this is the time for it, and notes the
    /// directories for later.
    fn visit(
        &self,
        directory: &OwnedFd,
        name: CString,
        pass: Pass,
        path: &Path,
    ) -> Result<Frame, PathError> {
        let found = examine(directory.as_fd(), c"").on("examine", path)?;
        self.refuse_mounted(&found, path)?;
        let mut frame = Frame { identity: identity(&found), name, pending: Vec::new() };
        for child in names(directory).on("list", path)? {
            let mut below = path.to_owned();
            push(&mut below, &child);
            let found = examine(directory.as_fd(), &child).on("examine", &below)?;
            self.refuse_mounted(&found, &below)?;
            if is_directory(&found) {
                frame.pending.push(child);
            } else if pass == Pass::Remove {
                self.unlink(directory.as_fd(), &child, AtFlags::empty(), &below)?;
            }
        }
        Ok(frame)
    }

    fn refuse_mounted(&self, found: &Statx, path: &Path) -> Result<(), PathError> {
        let foreign = (found.stx_dev_major, found.stx_dev_minor) != self.device;
        // Only directories: overlay file systems give files the device of the layer that they come from.
        let mounted = found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT);
        if mounted || (foreign && is_directory(found)) {
            return Err(Errno::BUSY).on("remove the mount point", path);
        }
        Ok(())
    }

    fn unlink(
        &self,
        directory: BorrowedFd<'_>,
        name: &CStr,
        flags: AtFlags,
        path: &Path,
    ) -> Result<(), PathError> {
        self.meter.admit().on("remove", path)?;
        match unlinkat(directory, name, flags) {
            Err(Errno::ACCESS) => {
                self.meter.admit().on("set the mode of", path)?;
                fchmod(directory, Mode::RWXU).on("set the mode of the directory of", path)?;
                self.meter.admit().on("remove", path)?;
                unlinkat(directory, name, flags).on("remove", path)
            }
            removed => removed.on("remove", path),
        }
    }
}

/// Opens the directory above, and makes sure that it is the one we came from.
fn climb(from: &OwnedFd, to: &Frame, path: &Path) -> Result<OwnedFd, PathError> {
    let above = openat(from, c"..", DIRECTORY, Mode::empty()).on("open the parent of", path)?;
    let found = examine(above.as_fd(), c"").on("examine the parent of", path)?;
    if identity(&found) != to.identity {
        return Err(Errno::STALE).on("find the way back from", path);
    }
    Ok(above)
}

/// What is called `name`, without following it; the directory itself if the name is empty.
fn examine(directory: BorrowedFd<'_>, name: &CStr) -> Result<Statx, Errno> {
    let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT | AtFlags::EMPTY_PATH;
    statx(directory, name, flags, StatxFlags::TYPE | StatxFlags::INO)
}

fn is_directory(found: &Statx) -> bool {
    FileType::from_raw_mode(found.stx_mode.into()) == FileType::Directory
}

fn identity(found: &Statx) -> (u64, u32, u32) {
    (found.stx_ino, found.stx_dev_major, found.stx_dev_minor)
}

/// All names in a directory. They are read before anything is deleted: deleting may shift what is still unread.
fn names(directory: &OwnedFd) -> Result<Vec<CString>, Errno> {
    let mut names = Vec::new();
    for entry in Dir::read_from(directory)? {
        let entry = entry?;
        if !matches!(entry.file_name().to_bytes(), b"." | b"..") {
            names.push(entry.file_name().to_owned());
        }
    }
    Ok(names)
}

fn push(path: &mut PathBuf, name: &CStr) {
    path.push(name.to_string_lossy().as_ref());
}
