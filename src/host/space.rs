//! File systems: where paths lie, what may be done there, and how much room is left.
//! Nothing is written here, not even to try.

#![expect(clippy::disallowed_methods, reason = "this is the door")]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, StatVfsMountFlags, StatxFlags, statvfs, statx};

use super::error::{PathContext, PathError};
use super::mounts::MountTable;

/// Where the kernel tells what is mounted for this process.
const MOUNTINFO: &str = "/proc/self/mountinfo";

/// What is mounted where, at the moment it was read.
#[derive(Clone, Debug)]
pub struct FileSystems(MountTable);

/// The file system that holds a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSystem {
    /// Where it is mounted.
    pub mount_point: PathBuf,
    /// Which one it is: `st_dev`. Two mounts of one file system share it.
    pub device: u64,
    /// Its kind, such as `ext4`, `overlay`, `nfs4`.
    pub kind: String,
    /// May nothing be written there?
    pub read_only: bool,
    /// May no program be run from there?
    pub noexec: bool,
    /// Bytes that this user may still write.
    pub free_bytes: u64,
    /// Files that this user may still make; `None` where the file system has no such limit.
    pub free_inodes: Option<u64>,
}

impl FileSystem {
    /// Can a file of one be renamed to the other? That takes more than one device: one mount.
    #[must_use]
    pub fn can_rename_to(&self, other: &Self) -> bool {
        self.device == other.device && self.mount_point == other.mount_point
    }

    /// Do both take their room from the same store?
    #[must_use]
    pub const fn shares_space_with(&self, other: &Self) -> bool {
        self.device == other.device
    }
}

impl FileSystems {
    /// Reads what is mounted.
    pub fn read() -> Result<Self, PathError> {
        let path = Path::new(MOUNTINFO);
        let text = fs::read(path).on("read", path)?;
        Ok(Self(MountTable::parse(&text)))
    }

    /// The file system on which a path lies, or would lie if it were made: that of its nearest existing ancestor.
    ///
    /// # Errors
    /// If the path is relative, or an ancestor may not be looked at.
    pub fn of(&self, path: &Path) -> Result<FileSystem, PathError> {
        let (place, _rest) = existing_part(path)?;
        let room = statvfs(&place).on("look at the file system of", &place)?;
        let seen =
            statx(CWD, &place, AtFlags::empty(), StatxFlags::BASIC_STATS | StatxFlags::MNT_ID);
        let mount_id = seen
            .ok()
            .filter(|seen| StatxFlags::from_bits_retain(seen.stx_mask).contains(StatxFlags::MNT_ID))
            .map(|seen| seen.stx_mnt_id);
        let mount = self.0.holding(&place, mount_id);
        Ok(FileSystem {
            mount_point: mount.map_or_else(|| PathBuf::from("/"), |found| found.place.clone()),
            device: rustix::fs::stat(&place).on("look at", &place)?.st_dev,
            kind: mount.map_or_else(|| "unknown".to_owned(), |found| found.kind.clone()),
            read_only: room.f_flag.contains(StatVfsMountFlags::RDONLY),
            noexec: room.f_flag.contains(StatVfsMountFlags::NOEXEC),
            free_bytes: room.f_bavail.saturating_mul(room.f_frsize),
            // btrfs and others make inodes as they need them, and count none.
            free_inodes: (room.f_files > 0).then_some(room.f_favail),
        })
    }

    /// The places at or below a directory where something is mounted.
    pub fn mounts_at_or_below(&self, directory: &Path) -> Result<Vec<PathBuf>, PathError> {
        let (place, rest) = existing_part(directory)?;
        if rest.as_os_str().is_empty() {
            return Ok(self.0.at_or_below(&place));
        }
        Ok(Vec::new())
    }
}

/// Splits an absolute path into what exists, without symlinks, and what does not exist yet.
fn existing_part(path: &Path) -> Result<(PathBuf, PathBuf), PathError> {
    if !path.is_absolute() {
        return Err(io::Error::from(io::ErrorKind::InvalidInput))
            .on("look at the relative path", path);
    }
    for ancestor in path.ancestors() {
        match fs::canonicalize(ancestor) {
            Ok(place) => {
                let rest = path.strip_prefix(ancestor).unwrap_or(Path::new(""));
                return Ok((place, rest.to_owned()));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).on("look at", ancestor),
        }
    }
    Err(io::Error::from(io::ErrorKind::NotFound)).on("look at", path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_not_there_yet_lies_where_its_ancestor_lies() {
        let dir = tempfile::tempdir().unwrap();
        let systems = FileSystems::read().unwrap();
        let here = systems.of(dir.path()).unwrap();
        let later = systems.of(&dir.path().join("a/b/c")).unwrap();
        assert_eq!(here.mount_point, later.mount_point);
        assert!(here.can_rename_to(&later) && here.shares_space_with(&later));
        assert!(here.free_bytes > 0);
        assert!(!here.read_only);
        assert!(dir.path().canonicalize().unwrap().starts_with(&here.mount_point));
        assert_eq!(
            systems.mounts_at_or_below(&dir.path().join("a/b")).unwrap(),
            Vec::<PathBuf>::new()
        );
    }

    #[test]
    fn proc_is_another_file_system() {
        let systems = FileSystems::read().unwrap();
        let proc = systems.of(Path::new("/proc/self")).unwrap();
        assert_eq!((proc.kind.as_str(), proc.mount_point.as_path()), ("proc", Path::new("/proc")));
        assert!(!proc.can_rename_to(&systems.of(Path::new("/")).unwrap()));
        let below = systems.mounts_at_or_below(Path::new("/")).unwrap();
        assert!(below.contains(&PathBuf::from("/proc")), "{below:?}");
    }

    #[test]
    fn a_relative_path_is_refused() {
        let error = FileSystems::read().unwrap().of(Path::new("a")).unwrap_err();
        assert_eq!(error.to_string(), "cannot look at the relative path a");
    }

    #[test]
    fn a_symlink_lies_where_it_points() {
        let dir = tempfile::tempdir().unwrap();
        let link = dir.path().join("link");
        std::os::unix::fs::symlink("/proc", &link).unwrap();
        let systems = FileSystems::read().unwrap();
        assert_eq!(systems.of(&link.join("self")).unwrap().kind, "proc");
    }
}
