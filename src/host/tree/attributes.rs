//! Extended attributes of files and directories: labels, lists of rights, capabilities, and what people note there.
//! Those of symbolic links are not looked at.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::fd::OwnedFd;

use cap_std_ext::cap_std::fs::{OpenOptions, OpenOptionsExt};
use rustix::fs::{OFlags, XattrFlags, fsetxattr};
use rustix::io::Errno;

use super::{Kind, Stat, Tree};
use crate::host::copy::all_xattrs;
use crate::host::error::{PathContext, PathError};
use crate::model::RelPath;

/// Extended attributes by name.
pub type Attributes = BTreeMap<OsString, Vec<u8>>;

/// What became of an attribute that was to be set, or of an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Setting {
    /// It is set.
    Made,
    /// The file system keeps none of that kind, or this user may not set it; nothing was changed.
    Refused,
}

impl Tree {
    /// The extended attributes of a file or directory; none where nothing lies, or something else, or where the file
    /// system has none.
    pub fn attributes(&self, path: &RelPath) -> Result<Attributes, PathError> {
        let stat = self.stat(path)?;
        stat.map_or_else(|| Ok(Attributes::new()), |stat| self.attributes_of(path, &stat))
    }

    /// The same of a path that was just looked at.
    pub fn attributes_of(&self, path: &RelPath, stat: &Stat) -> Result<Attributes, PathError> {
        if !matches!(stat.kind, Kind::File | Kind::Directory) {
            return Ok(Attributes::new());
        }
        let found = all_xattrs(&self.handle(path)?);
        found.on("read attributes of", &self.absolute(path))
    }

    /// Sets an extended attribute of a file or directory.
    pub fn set_attribute(
        &self,
        path: &RelPath,
        name: &OsStr,
        value: &[u8],
    ) -> Result<Setting, PathError> {
        self.permit(self.territory.holds(path), "set attribute of", path)?;
        let handle = self.handle(path)?;
        self.meter.admit().on("set attribute of", &self.absolute(path))?;
        match fsetxattr(&handle, name, value, XattrFlags::empty()) {
            Err(Errno::NOTSUP | Errno::PERM | Errno::ACCESS) => Ok(Setting::Refused),
            other => other.on("set attribute of", &self.absolute(path)).map(|()| Setting::Made),
        }
    }

    /// Opens a file or directory for its attributes. A link, or what blocks, is never opened.
    pub(super) fn handle(&self, path: &RelPath) -> Result<OwnedFd, PathError> {
        let absolute = self.absolute(path);
        if path.parent().is_none() {
            return self.directory(path);
        }
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(flags.bits().cast_signed());
        let file = self.dir.open_with(path.as_path(), &options).on("open", &absolute)?;
        Ok(file.into_std().into())
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests are the world outside")]
mod tests {
    use std::fs;

    use super::*;
    use crate::host::{Meter, Territory};

    fn path(text: &str) -> RelPath {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_set_is_there_on_files_and_directories() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("own")).unwrap();
        fs::write(root.path().join("own/file"), "").unwrap();
        std::os::unix::fs::symlink("file", root.path().join("own/link")).unwrap();
        fs::write(root.path().join("other"), "").unwrap();
        let territory = Territory::new(vec![path("own")]);
        let tree = Tree::open(root.path(), territory, Meter::default()).unwrap();
        let name = OsStr::new("user.note");
        if tree.set_attribute(&path("own"), OsStr::new("user.any"), b"").unwrap() != Setting::Made {
            return; // This file system keeps none of users.
        }
        for place in ["own", "own/file"] {
            assert!(!tree.attributes(&path(place)).unwrap().contains_key(name), "{place}");
            let set = tree.set_attribute(&path(place), name, b"kept").unwrap();
            assert_eq!(set, Setting::Made, "{place}");
            assert_eq!(tree.attributes(&path(place)).unwrap()[name], b"kept", "{place}");
        }
        let unknown = OsStr::new("nonsense.note");
        assert_eq!(tree.set_attribute(&path("own"), unknown, b"").unwrap(), Setting::Refused);
        assert!(tree.attributes(&path("own/link")).unwrap().is_empty());
        assert!(tree.attributes(&path("own/missing")).unwrap().is_empty());
        tree.set_attribute(&path("own/link"), name, b"").unwrap_err();
        tree.set_attribute(&path("other"), name, b"").unwrap_err();
    }
}
