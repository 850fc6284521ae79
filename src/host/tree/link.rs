//! Symbolic links, and what a draft of a file that was never finished leaves behind.
//! No link is followed here.

use rustix::fs::symlinkat;

use super::{Tree, UNFINISHED};
use crate::host::error::{PathContext, PathError};
use crate::model::RelPath;

impl Tree {
    /// Makes a symbolic link that says `target`, and makes that durable. Nothing may lie at the path.
    pub fn make_link(&self, path: &RelPath, target: &str) -> Result<(), PathError> {
        self.permit(self.territory.holds(path), "make a link at", path)?;
        let (parent, name) = self.parent_of(path)?;
        self.meter.admit().on("make a link at", &self.absolute(path))?;
        symlinkat(target, &parent, name.as_str()).on("make a link at", &self.absolute(path))?;
        self.sync_parent(path)
    }

    /// Removes a file that [`Tree::replace`] wrote, and what it has left of one that it did not finish.
    pub fn remove_written(&self, path: &RelPath) -> Result<(), PathError> {
        self.remove_file(path)?;
        let directory = path.parent().unwrap_or_else(RelPath::here);
        self.remove_file(&directory.join(&format!("{UNFINISHED}.{}", path.name())))
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests are the world outside")]
mod tests {
    use std::fs;

    use super::*;
    use crate::host::{Meter, Territory};

    #[test]
    fn a_link_says_what_it_is_told_and_replaces_nothing() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("own")).unwrap();
        let own = Territory::new(vec!["own".parse().unwrap()]);
        let tree = Tree::open(root.path(), own, Meter::default()).unwrap();
        let link: RelPath = "own/link".parse().unwrap();
        tree.make_link(&link, "../elsewhere/own").unwrap();
        assert_eq!(tree.read_link(&link).unwrap(), "../elsewhere/own");
        assert_eq!(tree.meter().count(), 1);
        tree.make_link(&link, "other").unwrap_err();
        tree.make_link(&"elsewhere".parse().unwrap(), "own").unwrap_err();
        assert_eq!(tree.read_link(&link).unwrap(), "../elsewhere/own");
    }

    #[test]
    fn a_written_file_goes_with_its_draft() {
        let root = tempfile::tempdir().unwrap();
        let all = Territory::new(vec![RelPath::here()]);
        let tree = Tree::open(root.path(), all, Meter::default()).unwrap();
        for name in ["a", ".mmembed-unfinished.a", "b"] {
            fs::write(root.path().join(name), "").unwrap();
        }
        tree.remove_written(&"a".parse().unwrap()).unwrap();
        assert_eq!(tree.list(&RelPath::here()).unwrap(), ["b"]);
    }
}
