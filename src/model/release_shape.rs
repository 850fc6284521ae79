//! What an unpacked release must look like before anybody may call it one.
//! No file is opened here: it judges the list that unpacking made.

use super::{Entry, EntryKind, RelPath};

/// The names that make a tree a Mattermost release.
///
/// Releases up to 5.2 carry the server as `bin/platform`, those from 5.3 on as `bin/mattermost`, and those in
/// between carry both: one of them has to be there, and whichever is there has to be a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReleaseShape {
    /// The one directory at the top of the archive.
    pub top: &'static str,
    programs: &'static [&'static str],
    documents: &'static [&'static str],
    reserved: &'static str,
}

/// Why a tree is no release that could be served from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// None of the names under which the server is known is there.
    #[error("none of {} is in the release", names.join(", "))]
    NoProgram {
        /// The names looked for.
        names: Vec<&'static str>,
    },
    /// A file that must be there is not.
    #[error("{name} is not in the release")]
    Missing {
        /// The name looked for.
        name: &'static str,
    },
    /// It is there, but as a directory or a link.
    #[error("{name} is not a regular file")]
    NotAFile {
        /// The name looked for.
        name: &'static str,
    },
    /// A program without a single byte.
    #[error("{name} is an empty file")]
    EmptyProgram {
        /// The name looked for.
        name: &'static str,
    },
}

impl ReleaseShape {
    /// The shape of every Mattermost server release.
    pub const MATTERMOST: Self = Self {
        top: "mattermost",
        programs: &["bin/mattermost", "bin/platform"],
        documents: &["config/config.json"],
        reserved: ".mmembed-",
    };

    /// Is this the server itself, which has to be executable whatever the archive says?
    #[must_use]
    pub fn is_program(&self, path: &RelPath) -> bool {
        self.programs.contains(&path.as_str())
    }

    /// Is this one name of a path kept for files of this program, in any spelling a file system may confuse with it?
    #[must_use]
    pub fn is_reserved(&self, component: &str) -> bool {
        component
            .get(..self.reserved.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(self.reserved))
    }

    /// Judges the complete list of a tree, sorted by path.
    ///
    /// The content of `config.json` (duplicate keys) is not judged here: that is the business of who reads it.
    ///
    /// # Errors
    /// The first reason why the tree is not usable.
    pub fn check(&self, entries: &[Entry]) -> Result<(), ShapeError> {
        let mut programs = 0;
        for &name in self.programs {
            if let Some(size) = file_size(entries, name)? {
                programs += 1;
                if size == 0 {
                    return Err(ShapeError::EmptyProgram { name });
                }
            }
        }
        if programs == 0 {
            return Err(ShapeError::NoProgram { names: self.programs.to_vec() });
        }
        for &name in self.documents {
            file_size(entries, name)?.ok_or(ShapeError::Missing { name })?;
        }
        Ok(())
    }
}

/// The size of a regular file, or `None` if nothing has that name.
fn file_size(entries: &[Entry], name: &'static str) -> Result<Option<u64>, ShapeError> {
    let found = entries
        .binary_search_by(|entry| entry.path.as_str().cmp(name))
        .ok()
        .and_then(|at| entries.get(at));
    match found.map(|entry| &entry.kind) {
        None => Ok(None),
        Some(EntryKind::File { size, .. }) => Ok(Some(*size)),
        Some(EntryKind::Directory | EntryKind::Symlink { .. }) => {
            Err(ShapeError::NotAFile { name })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Sha256Digest;

    const SHAPE: ReleaseShape = ReleaseShape::MATTERMOST;

    fn file(path: &str, size: u64) -> Entry {
        Entry {
            path: path.parse().unwrap(),
            kind: EntryKind::File {
                size,
                sha256: Sha256Digest::from_bytes([0; 32]),
                executable: false,
            },
        }
    }

    fn link(path: &str) -> Entry {
        Entry {
            path: path.parse().unwrap(),
            kind: EntryKind::Symlink { target: "elsewhere".to_owned() },
        }
    }

    #[test]
    fn either_name_of_the_server_will_do() {
        for name in ["bin/mattermost", "bin/platform"] {
            let tree = [file(name, 1), file("config/config.json", 2)];
            assert_eq!(SHAPE.check(&tree), Ok(()), "{name}");
        }
    }

    #[test]
    fn a_tree_that_could_not_be_served_from_is_refused() {
        let config = file("config/config.json", 2);
        let server = file("bin/mattermost", 1);
        let cases = [
            (vec![config.clone()], "none of"),
            (vec![file("bin/mattermost", 0), config.clone()], "is an empty file"),
            (vec![link("bin/mattermost"), config.clone()], "not a regular"),
            (vec![server.clone(), link("bin/platform"), config], "not a regular"),
            (vec![server.clone()], "config/config.json is not in"),
            (vec![server, link("config/config.json")], "config/config.json is not a regular"),
        ];
        for (tree, words) in cases {
            let said = SHAPE.check(&tree).unwrap_err().to_string();
            assert!(said.contains(words), "{said}");
        }
    }

    #[test]
    fn reserved_names_are_known_in_any_case() {
        assert!(SHAPE.is_reserved(".mmembed-tree.json"));
        assert!(SHAPE.is_reserved(".MMembed-x"));
        assert!(!SHAPE.is_reserved(".mmembed"));
        assert!(!SHAPE.is_reserved("é.mmembed-x"));
    }
}
