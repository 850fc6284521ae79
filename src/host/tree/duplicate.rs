//! A copy of one file or link, for keeping.
//! Copying whole directories to another file system is the business of `copy`.

use std::io;

use cap_std_ext::cap_std::fs::{MetadataExt, OpenOptions, OpenOptionsExt};
use rustix::fs::{Mode, Timespec, Timestamps, fchmod, futimens};

use super::{Kind, Tree};
use crate::host::copy::append;
use crate::host::error::{PathContext, PathError};
use crate::model::RelPath;

/// What a copy keeps of a mode: that a program runs as its owner is not for a copy.
const PERMISSIONS: u32 = 0o777;

impl Tree {
    /// Copies a regular file with its bytes, permissions and time of modification, or a symbolic link as one. What lies
    /// at the new path is replaced. The name becomes durable with the file system or its directory, the content is when
    /// this returns.
    ///
    /// # Errors
    /// Also when nothing is there, or something else.
    pub fn duplicate(&self, from: &RelPath, to: &RelPath) -> Result<(), PathError> {
        self.remove_file(to)?;
        match self.stat(from)?.map(|stat| stat.kind) {
            Some(Kind::File) => self.duplicate_file(from, to),
            Some(Kind::Symlink) => {
                self.permit(self.territory.holds(to), "write", to)?;
                let target = self.dir.read_link_contents(from.as_path());
                let target = target.on("read", &self.absolute(from))?;
                self.meter.admit().on("write", &self.absolute(to))?;
                self.dir.symlink_contents(target, to.as_path()).on("write", &self.absolute(to))
            }
            other => {
                let kind = other.map_or(io::ErrorKind::NotFound, |_| io::ErrorKind::InvalidInput);
                Err(io::Error::from(kind)).on("copy", &self.absolute(from))
            }
        }
    }

    fn duplicate_file(&self, from: &RelPath, to: &RelPath) -> Result<(), PathError> {
        let (original, copy) = (self.absolute(from), self.absolute(to));
        self.permit(self.territory.holds(to), "write", to)?;
        let source = self.dir.open(from.as_path()).on("open", &original)?;
        let meta = source.metadata().on("look at", &original)?;
        self.meter.admit().on("write", &copy)?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let target = self.dir.open_with(to.as_path(), &options).on("write", &copy)?;
        let mut target = target.into_std();
        append(&mut source.into_std(), &mut target, &self.meter).on("copy", &original)?;
        let permissions = Mode::from_raw_mode(meta.mode() & PERMISSIONS);
        fchmod(&target, permissions).on("change mode of", &copy)?;
        let modified = Timespec {
            tv_sec: meta.mtime(),
            tv_nsec: i32::try_from(meta.mtime_nsec()).unwrap_or(0).into(),
        };
        let times = Timestamps { last_access: modified, last_modification: modified };
        futimens(&target, &times).on("set times of", &copy)?;
        target.sync_all().on("sync", &copy)
    }
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests are the world outside"
)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    use super::*;
    use crate::host::{Meter, Territory};

    fn path(text: &str) -> RelPath {
        text.parse().unwrap()
    }

    #[test]
    fn a_file_keeps_bytes_permissions_and_time_and_a_link_its_text() {
        let root = tempfile::tempdir().unwrap();
        let own = root.path().join("own");
        fs::create_dir(&own).unwrap();
        fs::write(own.join("file"), "content").unwrap();
        fs::set_permissions(own.join("file"), fs::Permissions::from_mode(0o4751)).unwrap();
        let time = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_millis(86_400_250);
        fs::File::options().write(true).open(own.join("file")).unwrap().set_modified(time).unwrap();
        std::os::unix::fs::symlink("/nowhere/at all", own.join("link")).unwrap();
        let territory = Territory::new(vec![path("own")]);
        let tree = Tree::open(root.path(), territory, Meter::default()).unwrap();
        for _ in 0..2 {
            tree.duplicate(&path("own/file"), &path("own/copy")).unwrap();
            tree.duplicate(&path("own/link"), &path("own/second")).unwrap();
        }
        let meta = fs::metadata(own.join("copy")).unwrap();
        assert_eq!(meta.mode() & 0o7777, 0o751);
        assert_eq!(meta.modified().unwrap(), time);
        assert_eq!(fs::read_to_string(own.join("copy")).unwrap(), "content");
        let target = fs::read_link(own.join("second")).unwrap();
        assert_eq!(target.to_str(), Some("/nowhere/at all"));
        tree.duplicate(&path("own/missing"), &path("own/copy")).unwrap_err();
        tree.duplicate(&path("own/file"), &path("elsewhere")).unwrap_err();
    }
}
