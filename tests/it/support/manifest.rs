//! What lies below a directory, so that two moments can be compared.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use mmembed::model::Sha256Digest;

/// Path to kind, mode, owner and content.
pub type Manifest = BTreeMap<String, String>;

/// Everything below `root`, but for the paths that `skip` names (with all below them); what `chance` names differs from run to run and is not looked at, in content and in names of links.
pub fn manifest_without(root: &Path, skip: &[&str], chance: &[&str]) -> Manifest {
    let mut manifest = Manifest::new();
    walk(root, root, skip, chance, &mut manifest);
    manifest
}

fn walk(root: &Path, directory: &Path, skip: &[&str], chance: &[&str], manifest: &mut Manifest) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        if skip.contains(&name.as_str()) {
            continue;
        }
        let meta = fs::symlink_metadata(&path).unwrap();
        let content = if meta.is_dir() {
            "directory".to_owned()
        } else if meta.is_symlink() {
            format!("-> {}", fs::read_link(&path).unwrap().display())
        } else {
            digest(&fs::read(&path).unwrap(), chance)
        };
        let mode = meta.permissions().mode() & 0o7777;
        manifest.insert(name, format!("{mode:04o} {}:{} {content}", meta.uid(), meta.gid()));
        if meta.is_dir() {
            walk(root, &path, skip, chance, manifest);
        }
    }
}

/// The digest of a content; texts have what is left to chance taken out.
fn digest(content: &[u8], chance: &[&str]) -> String {
    let text = std::str::from_utf8(content)
        .map(|text| chance.iter().fold(text.to_owned(), |text, chance| text.replace(chance, "*")));
    match text {
        Ok(text) => Sha256Digest::of(text.as_bytes()).to_string(),
        Err(_) => Sha256Digest::of(content).to_string(),
    }
}
