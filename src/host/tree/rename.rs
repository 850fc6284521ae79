//! New names: for one path, or for two that change places in one instant.
//! A file system that cannot do the latter is told apart from one that fails at it.

use cap_std_ext::cap_std::fs::Dir;
use rustix::fs::{RenameFlags, renameat, renameat_with};
use rustix::io::Errno;

use super::Tree;
use crate::host::error::{PathContext, PathError};
use crate::model::RelPath;

/// What became of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Exchange {
    /// Each has the other's name now.
    Made,
    /// This file system or kernel cannot exchange names; nothing was changed.
    Unsupported,
}

/// A name in its open directory.
type Place = (Dir, String);

impl Tree {
    /// Gives a path a new name. The new name must be free, and on the same file system.
    pub fn rename(&self, from: &RelPath, to: &RelPath) -> Result<(), PathError> {
        self.rename_unsynced(from, to)?;
        self.sync_parent(to)?;
        self.sync_parent(from)
    }

    /// The same for one of many: it is durable once both directories are synced.
    pub fn rename_unsynced(&self, from: &RelPath, to: &RelPath) -> Result<(), PathError> {
        self.permit(self.territory.holds(from), "rename", from)?;
        self.permit(self.territory.holds(to), "rename to", to)?;
        let (old, new) = (self.parent_of(from)?, self.parent_of(to)?);
        self.meter.admit().on("rename", &self.absolute(from))?;
        let renamed = match self.rename_with(&old, &new, RenameFlags::NOREPLACE) {
            // Looked at first, then renamed: whoever makes the same name in between is not under the lock.
            Err(error) if lacks_flags(error) && self.exists(to)? => Err(Errno::EXIST),
            Err(error) if lacks_flags(error) => {
                renameat(&old.0, old.1.as_str(), &new.0, new.1.as_str())
            }
            renamed => renamed,
        };
        renamed.on("rename", &self.absolute(from))
    }

    /// Gives two paths each other's name, so that neither name is absent for an instant. Both must be there.
    ///
    /// A different device (`EXDEV`) is an error: where names cannot be exchanged for that reason, nothing can be
    /// renamed either.
    pub fn exchange(&self, a: &RelPath, b: &RelPath) -> Result<Exchange, PathError> {
        self.permit(self.territory.holds(a), "exchange", a)?;
        self.permit(self.territory.holds(b), "exchange", b)?;
        let (place_a, place_b) = (self.parent_of(a)?, self.parent_of(b)?);
        self.meter.admit().on("exchange", &self.absolute(a))?;
        match self.rename_with(&place_a, &place_b, RenameFlags::EXCHANGE) {
            Err(error) if lacks_flags(error) => return Ok(Exchange::Unsupported),
            exchanged => exchanged.on("exchange", &self.absolute(a))?,
        }
        self.sync_parent(b)?;
        self.sync_parent(a)?;
        Ok(Exchange::Made)
    }

    fn rename_with(&self, from: &Place, to: &Place, flags: RenameFlags) -> Result<(), Errno> {
        if self.meter.has_plain_renames() {
            return Err(Errno::INVAL);
        }
        renameat_with(&from.0, from.1.as_str(), &to.0, to.1.as_str(), flags)
    }
}

/// A file system without a flag answers `EINVAL`, a kernel without flags `ENOSYS`; see renameat2(2).
fn lacks_flags(error: Errno) -> bool {
    matches!(error, Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP)
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests are the world outside")]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::host::{Meter, Territory};

    fn tree(root: &Path, meter: Meter) -> Tree {
        for name in ["own/a", "own/b", "other"] {
            fs::create_dir_all(root.join(name)).unwrap();
        }
        fs::write(root.join("own/a/old"), "").unwrap();
        Tree::open(root, Territory::new(vec!["own".parse().unwrap()]), meter).unwrap()
    }

    fn exchange(tree: &Tree, a: &str, b: &str) -> Result<Exchange, PathError> {
        tree.exchange(&a.parse().unwrap(), &b.parse().unwrap())
    }

    #[test]
    fn each_gets_the_others_name() {
        let root = tempfile::tempdir().unwrap();
        let tree = tree(root.path(), Meter::default());
        assert_eq!(exchange(&tree, "own/a", "own/b").unwrap(), Exchange::Made);
        assert!(root.path().join("own/b/old").exists());
        assert!(!root.path().join("own/a/old").exists());
        assert_eq!(tree.meter().count(), 1);
    }

    #[test]
    fn nothing_is_exchanged_beyond_the_territory_or_with_nothing() {
        let root = tempfile::tempdir().unwrap();
        let tree = tree(root.path(), Meter::default());
        exchange(&tree, "own/a", "other").unwrap_err();
        exchange(&tree, "other", "own/a").unwrap_err();
        exchange(&tree, "own/a", "own/missing").unwrap_err();
        assert!(root.path().join("own/a/old").exists());
    }

    #[test]
    fn a_file_system_without_exchange_is_no_failure_and_no_change() {
        let root = tempfile::tempdir().unwrap();
        let tree = tree(root.path(), Meter::default().without_rename_flags());
        assert_eq!(exchange(&tree, "own/a", "own/b").unwrap(), Exchange::Unsupported);
        assert!(root.path().join("own/a/old").exists());
    }

    #[test]
    fn a_new_name_must_be_free_also_where_the_file_system_does_not_look() {
        for meter in [Meter::default(), Meter::default().without_rename_flags()] {
            let root = tempfile::tempdir().unwrap();
            let tree = tree(root.path(), meter);
            let rename =
                |from: &str, to: &str| tree.rename(&from.parse().unwrap(), &to.parse().unwrap());
            let refused = rename("own/a", "own/b").unwrap_err();
            assert_eq!(refused.source.kind(), std::io::ErrorKind::AlreadyExists);
            rename("own/a", "own/b/a").unwrap();
            assert!(root.path().join("own/b/a/old").exists());
            rename("own/missing", "own/c").unwrap_err();
            rename("own/b", "own/b/below/itself").unwrap_err();
        }
    }
}
