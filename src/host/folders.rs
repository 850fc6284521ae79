//! Finding folders in a tree that the operator names, by a file that lies in them.
//! Nothing is opened but directories.
#![expect(clippy::disallowed_methods, reason = "this is the door")]

use std::ffi::OsStr;
use std::fs::{self, DirEntry};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::error::{PathContext, PathError};

/// The folders at and below `root` in which something of this name lies that is no directory; in the order of their paths.
/// Hidden folders are passed over, and links to directories are not followed, but for `root` itself.
///
/// # Errors
/// A directory cannot be read, or there are more than `limit` such folders.
pub fn folders_with(root: &Path, name: &OsStr, limit: usize) -> Result<Vec<PathBuf>, PathError> {
    let mut found = Vec::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).on("read", &folder)? {
            let entry = entry.on("read", &folder)?;
            if entry.file_type().on("look at", &entry.path())?.is_dir() {
                waiting.extend((!is_hidden(&entry)).then(|| entry.path()));
            } else if entry.file_name() == name {
                found.push(folder.clone());
            }
        }
        if found.len() > limit {
            let what = format!("more than {limit} folders in it have a {}", name.display());
            return Err(io::Error::other(what)).on("search", root);
        }
    }
    found.sort();
    Ok(found)
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_bytes().starts_with(b".")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn folders_are_found_in_order_and_neither_hidden_ones_nor_by_links() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        for folder in ["b/c", "b", "a-b", "a/x", ".git/a", "d/mark"] {
            fs::create_dir_all(root.join(folder)).unwrap();
            if !folder.starts_with('d') {
                fs::write(root.join(folder).join("mark"), "").unwrap();
            }
        }
        symlink("b", root.join("link")).unwrap();
        symlink(".", root.join("b/loop")).unwrap();
        let found = folders_with(root, OsStr::new("mark"), 4).unwrap();
        let names: Vec<_> = found.iter().map(|path| path.strip_prefix(root).unwrap()).collect();
        assert_eq!(names, ["a/x", "a-b", "b", "b/c"].map(Path::new));
        assert_eq!(folders_with(&root.join("link"), OsStr::new("mark"), 4).unwrap().len(), 2);
        let error = folders_with(root, OsStr::new("mark"), 3).unwrap_err();
        assert_eq!(error.source.to_string(), "more than 3 folders in it have a mark");
        folders_with(&root.join("missing"), OsStr::new("mark"), 3).unwrap_err();
    }
}
