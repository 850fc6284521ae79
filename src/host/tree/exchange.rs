//! Two names that change places in one instant.
//! A file system that cannot do that is told apart from one that fails at it.

use rustix::fs::{RenameFlags, renameat_with};
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

impl Tree {
    /// Gives two paths each other's name, so that neither name is absent for an instant. Both must be there.
    ///
    /// A file system without this answers `EINVAL`, a kernel without it `ENOSYS` (renameat2(2)). `EXDEV` is an error:
    /// where two names cannot be exchanged for that reason, a rename cannot be made either.
    pub fn exchange(&self, a: &RelPath, b: &RelPath) -> Result<Exchange, PathError> {
        self.permit(self.territory.holds(a), "exchange", a)?;
        self.permit(self.territory.holds(b), "exchange", b)?;
        let (parent_a, name_a) = self.parent_of(a)?;
        let (parent_b, name_b) = self.parent_of(b)?;
        if self.meter.refuses_exchange() {
            return Ok(Exchange::Unsupported);
        }
        self.meter.admit().on("exchange", &self.absolute(a))?;
        let flags = RenameFlags::EXCHANGE;
        match renameat_with(&parent_a, name_a.as_str(), &parent_b, name_b.as_str(), flags) {
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => Ok(Exchange::Unsupported),
            exchanged => {
                exchanged.on("exchange", &self.absolute(a))?;
                self.sync_parent(b)?;
                self.sync_parent(a)?;
                Ok(Exchange::Made)
            }
        }
    }
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
        let tree = tree(root.path(), Meter::default().without_exchange());
        assert_eq!(exchange(&tree, "own/a", "own/b").unwrap(), Exchange::Unsupported);
        assert!(root.path().join("own/a/old").exists());
        assert_eq!(tree.meter().count(), 0);
    }
}
