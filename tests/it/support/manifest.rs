//! What lies below a directory, so that two moments can be compared.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use mmembed::model::Sha256Digest;

/// Path to kind, mode, owner and content.
pub type Manifest = BTreeMap<String, String>;

/// Everything below `root`, but for the paths that `skip` names (with all below them).
pub fn manifest(root: &Path, skip: &[&str]) -> Manifest {
    let mut manifest = Manifest::new();
    walk(root, root, skip, &mut manifest);
    manifest
}

fn walk(root: &Path, directory: &Path, skip: &[&str], manifest: &mut Manifest) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path
            .strip_prefix(root)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        if skip.contains(&name.as_str()) {
            continue;
        }
        let meta = fs::symlink_metadata(&path).unwrap();
        let content = if meta.is_dir() {
            "directory".to_owned()
        } else if meta.is_symlink() {
            format!("-> {}", fs::read_link(&path).unwrap().display())
        } else {
            Sha256Digest::of(&fs::read(&path).unwrap()).to_string()
        };
        let mode = meta.permissions().mode() & 0o7777;
        manifest.insert(
            name,
            format!("{mode:04o} {}:{} {content}", meta.uid(), meta.gid()),
        );
        if meta.is_dir() {
            walk(root, &path, skip, manifest);
        }
    }
}
