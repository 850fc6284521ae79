//! Whose a path in an unpacked tree is: a release's, mmembed's own, or somebody else's.
//! Nothing is looked up on a disk here.

use super::entry::Entry;
use super::identity::TreeIdentity;
use super::relpath::RelPath;

/// Whose a path in a tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belonging {
    /// The release brought it.
    Release,
    /// mmembed put it there for its own use.
    Tool,
    /// The server's configuration, whoever brought it: the server rewrites it at each start.
    Configuration,
    /// A mutable directory of the server that is kept in the tree, whoever made it.
    Place,
    /// Nobody of these knows it: an operator's, a user's, or a program's.
    Foreign,
}

/// How the names of mmembed's own files in a tree begin, and of drafts that a killed run has left.
const OWN: &str = ".mmembed-";

impl TreeIdentity {
    /// Where the configuration lies in its tree.
    pub const CONFIG: &'static str = "config/config.json";

    /// What the release brought at a path; `None` when it brought nothing there.
    #[must_use]
    pub fn entry(&self, path: &RelPath) -> Option<&Entry> {
        let found = self.entries.binary_search_by(|entry| entry.path.cmp(path)).ok()?;
        self.entries.get(found)
    }

    /// Whose a path in the tree is, where these mutable directories are kept in it. Paths are below the tree's top.
    #[must_use]
    pub fn belonging(&self, path: &RelPath, in_tree: &[RelPath]) -> Belonging {
        if path.name().starts_with(OWN) {
            Belonging::Tool
        } else if path.as_str() == Self::CONFIG {
            Belonging::Configuration
        } else if in_tree.contains(path) {
            Belonging::Place
        } else if self.entry(path).is_some() {
            Belonging::Release
        } else {
            Belonging::Foreign
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Edition, EntryKind, IDENTITY_SCHEMA, Release, Sha256Digest, Version};

    fn identity(paths: &[&str]) -> TreeIdentity {
        let entry = |path: &&str| Entry { path: path.parse().unwrap(), kind: EntryKind::Directory };
        let mut entries: Vec<Entry> = paths.iter().map(entry).collect();
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        TreeIdentity {
            schema: IDENTITY_SCHEMA,
            transaction: "20261123T205143Z-9f3a".parse().unwrap(),
            release: Release { version: Version::new(10, 11, 0), edition: Edition::Team },
            archive: Some(Sha256Digest::of(b"archive")),
            entries,
            assumed: false,
        }
    }

    #[test]
    fn each_path_is_somebodys() {
        let identity = identity(&["client", "client-x", "client/root.html", "config", "logs"]);
        let in_tree = ["logs".parse().unwrap(), "client/plugins".parse().unwrap()];
        for (path, whose) in [
            ("client", Belonging::Release),
            ("client/root.html", Belonging::Release),
            ("client/plugins", Belonging::Place),
            ("client/plugins/com.example", Belonging::Foreign),
            ("client/root.html.orig", Belonging::Foreign),
            ("logs", Belonging::Place),
            ("config/config.json", Belonging::Configuration),
            ("config/config.json.bak", Belonging::Foreign),
            (".mmembed-tree.json", Belonging::Tool),
            ("config/.mmembed-unfinished.config.json", Belonging::Tool),
            (".mmembed", Belonging::Foreign),
        ] {
            assert_eq!(identity.belonging(&path.parse().unwrap(), &in_tree), whose, "{path}");
        }
        let logs = "logs".parse().unwrap();
        assert_eq!(identity.belonging(&logs, &[]), Belonging::Release);
    }
}
