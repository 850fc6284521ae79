//! A file is replaced by another one that takes its name in one rename, and what was noted on it goes along.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;

use cap_std_ext::cap_std::fs::{
    Dir, File, OpenOptions, OpenOptionsExt, Permissions, PermissionsExt,
};
use cap_std_ext::dirext::CapStdExtDirExt;
use rustix::fs::{Gid, IFlags, Uid, XattrFlags, fsetxattr, ioctl_getflags};

use super::{Kind, Tree, UNFINISHED};
use crate::host::error::{PathContext, PathError};
use crate::model::{Owner, RelPath};

/// The list of rights beyond owner, group and others, see acl(5).
const RIGHTS: &str = "system.posix_acl_access";

/// A file that is to take the place of another one.
struct Draft<'a> {
    content: &'a [u8],
    mode: u32,
    owner: Option<Owner>,
    /// What was noted on the former file.
    attributes: BTreeMap<OsString, Vec<u8>>,
}

impl Tree {
    /// Replaces the content of a file, or creates it: after a crash at any moment either the former content is there
    /// or the new one, complete, with this mode and owner.
    ///
    /// The lists of rights and the notes of users on the former file are kept; where there are rights for others by name,
    /// the mode keeps the bits that they need. Labels that the system gives are left to it.
    ///
    /// # Errors
    /// Also when such a list or note cannot be kept.
    pub fn replace(
        &self,
        path: &RelPath,
        content: &[u8],
        mode: u32,
        owner: Option<Owner>,
    ) -> Result<(), PathError> {
        self.replace_unless(path, content, mode, owner, &|| Ok(false)).map(drop)
    }

    /// The same unless, at the last moment, something speaks against it; says whether it was done.
    pub fn replace_unless(
        &self,
        path: &RelPath,
        content: &[u8],
        mode: u32,
        owner: Option<Owner>,
        stop: &dyn Fn() -> Result<bool, PathError>,
    ) -> Result<bool, PathError> {
        self.permit(self.territory.holds(path), "write", path)?;
        let (parent, name) = self.parent_of(path)?;
        let draft_name = format!("{UNFINISHED}.{name}");
        let attributes = self.noted_on(path)?;
        let mode = mode | self.rights_by_name(path)?;
        let draft = Draft { content, mode, owner, attributes };
        let result = self.write_draft(&parent, path, &draft_name, &draft).and_then(|()| {
            if stop()? {
                parent.remove_file_optional(&draft_name).on("remove", &self.absolute(path))?;
                return Ok(false);
            }
            self.meter.admit().on("rename", &self.absolute(path))?;
            parent.rename(&draft_name, &parent, &name).on("write", &self.absolute(path))?;
            Ok(true)
        });
        match result {
            Ok(true) => self.sync_parent(path).map(|()| true),
            Ok(false) => Ok(false),
            Err(error) => {
                if !error.is_crash() {
                    // The draft is of no use to anyone; the error that matters is the first one.
                    drop(parent.remove_file_optional(&draft_name));
                }
                Err(error)
            }
        }
    }

    /// The bits of the mode that a file needs because it has rights for others by name; none where it has no such rights.
    pub fn rights_by_name(&self, path: &RelPath) -> Result<u32, PathError> {
        if !self.noted_on(path)?.contains_key(&OsString::from(RIGHTS)) {
            return Ok(0);
        }
        Ok(self.stat(path)?.map_or(0, |stat| stat.mode & 0o060))
    }

    /// Is a file protected against everybody, its owner and root included?
    pub fn is_immutable(&self, path: &RelPath) -> Result<bool, PathError> {
        if self.stat(path)?.is_none_or(|stat| stat.kind != Kind::File) {
            return Ok(false);
        }
        // A file system without such flags has none, and what may not be opened is refused when it is read.
        let flags = self.handle(path).ok().and_then(|handle| ioctl_getflags(handle).ok());
        Ok(flags.is_some_and(|flags| flags.intersects(IFlags::IMMUTABLE | IFlags::APPEND)))
    }

    /// The lists of rights and the notes of users on a file that is there and may be read.
    fn noted_on(&self, path: &RelPath) -> Result<BTreeMap<OsString, Vec<u8>>, PathError> {
        if self.stat(path)?.is_none_or(|stat| stat.kind != Kind::File) {
            return Ok(BTreeMap::new());
        }
        let mut noted = self.attributes(path)?;
        noted.retain(|name, _| name == RIGHTS || name.as_bytes().starts_with(b"user."));
        Ok(noted)
    }

    fn write_draft(
        &self,
        parent: &Dir,
        path: &RelPath,
        name: &str,
        draft: &Draft<'_>,
    ) -> Result<(), PathError> {
        let absolute = self.absolute(path);
        self.meter.admit().on("write", &absolute)?;
        // A draft of a run that was killed is in the way of O_EXCL, and nobody else's.
        parent.remove_file_optional(name).on("write", &absolute)?;
        let mut options = OpenOptions::new();
        // Born private: whatever the final mode, nobody reads a half-written secret.
        options.write(true).create_new(true).mode(0o600);
        let mut file = parent.open_with(name, &options).on("write", &absolute)?;
        self.meter.admit().on("write", &absolute)?;
        file.write_all(draft.content).on("write", &absolute)?;
        if let Some(owner) = draft.owner {
            let (uid, gid) = (Uid::from_raw(owner.uid), Gid::from_raw(owner.gid));
            rustix::fs::fchown(&file, Some(uid), Some(gid)).on("change owner of", &absolute)?;
        }
        self.note(&file, path, draft)?;
        // Last: a list of rights brings bits of its own.
        file.set_permissions(Permissions::from_mode(draft.mode)).on("write", &absolute)?;
        file.sync_all().on("sync", &absolute)
    }

    fn note(&self, file: &File, path: &RelPath, draft: &Draft<'_>) -> Result<(), PathError> {
        let absolute = self.absolute(path);
        for (name, value) in &draft.attributes {
            self.meter.admit().on("set attribute of", &absolute)?;
            fsetxattr(file, name, value, XattrFlags::empty()).on("set attribute of", &absolute)?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests are the world outside")]
mod tests {
    use std::ffi::OsStr;
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    use super::*;
    use crate::host::{Meter, Setting, Territory};

    fn tree(root: &Path) -> Tree {
        Tree::open(root, Territory::new(vec![RelPath::here()]), Meter::default()).unwrap()
    }

    fn mode_of(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn notes_and_rights_by_name_are_kept() {
        let root = tempfile::tempdir().unwrap();
        let (tree, path): (_, RelPath) = (tree(root.path()), "file".parse().unwrap());
        tree.replace(&path, b"before", 0o644, None).unwrap();
        let note = tree.set_attribute(&path, OsStr::new("user.note"), b"kept").unwrap();
        if note != Setting::Made {
            return; // This file system keeps none of users.
        }
        tree.replace(&path, b"after", 0o600, None).unwrap();
        assert_eq!(tree.attributes(&path).unwrap()[OsStr::new("user.note")], b"kept");
        assert_eq!(mode_of(&root.path().join("file")), 0o600);
        // Version 2; then tag, bits and number of each entry: owner rw, user 12 r, group none, mask r, others r.
        let rights: Vec<u8> = [
            &2u32.to_le_bytes()[..],
            &entry(0x01, 6, u32::MAX),
            &entry(0x02, 4, 12),
            &entry(0x04, 0, u32::MAX),
            &entry(0x10, 4, u32::MAX),
            &entry(0x20, 4, u32::MAX),
        ]
        .concat();
        if tree.set_attribute(&path, OsStr::new(RIGHTS), &rights).unwrap() != Setting::Made {
            return; // Nor lists of rights.
        }
        tree.replace(&path, b"again", 0o600, None).unwrap();
        let kept = tree.attributes(&path).unwrap();
        assert_eq!(kept[OsStr::new(RIGHTS)][4..36], rights[4..36]);
        // The one who was named may still read it; all others may not any more.
        assert_eq!(mode_of(&root.path().join("file")), 0o640);
    }

    fn entry(tag: u16, bits: u16, number: u32) -> [u8; 8] {
        let mut entry = [0; 8];
        entry[..2].copy_from_slice(&tag.to_le_bytes());
        entry[2..4].copy_from_slice(&bits.to_le_bytes());
        entry[4..].copy_from_slice(&number.to_le_bytes());
        entry
    }

    #[test]
    fn nothing_is_replaced_where_something_speaks_against_it_at_the_last_moment() {
        let root = tempfile::tempdir().unwrap();
        let (tree, path): (_, RelPath) = (tree(root.path()), "file".parse().unwrap());
        fs::write(root.path().join("file"), "before").unwrap();
        let stop = || {
            fs::write(root.path().join("file"), "the server's").unwrap();
            Ok(true)
        };
        assert!(!tree.replace_unless(&path, b"mine", 0o600, None, &stop).unwrap());
        assert_eq!(fs::read_to_string(root.path().join("file")).unwrap(), "the server's");
        assert_eq!(tree.list(&RelPath::here()).unwrap(), ["file"]);
        assert!(tree.replace_unless(&path, b"mine", 0o600, None, &|| Ok(false)).unwrap());
    }
}
