//! Files of the program itself that lie where the system looks for them: its manual, and what shells complete.
//! No application's directory is touched.

use crate::engine::open::make_path;
use crate::host::{Host, PathError};
use crate::model::RelPath;

/// A file, and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedFile {
    /// The place, below the root.
    pub path: RelPath,
    /// What is in it.
    pub content: Vec<u8>,
}

/// Everybody may read it.
const MODE: u32 = 0o644;

/// Writes these files and makes the directories that they lie in; one that is as it should be is left alone. Says which were
/// written. The territory of the host has to hold them.
///
/// # Errors
/// The first that cannot be written; those before it are complete.
pub fn write_shared(host: &Host, files: &[SharedFile]) -> Result<Vec<RelPath>, PathError> {
    let mut written = Vec::new();
    for SharedFile { path, content } in files {
        if is_as_wanted(host, path, content)? {
            continue;
        }
        if let Some(directory) = path.parent() {
            make_path(host, &directory, 0o755)?;
        }
        host.tree.replace(path, content, MODE, None)?;
        written.push(path.clone());
    }
    Ok(written)
}

fn is_as_wanted(host: &Host, path: &RelPath, content: &[u8]) -> Result<bool, PathError> {
    let Some(stat) = host.tree.stat(path)? else {
        return Ok(false);
    };
    let length = u64::try_from(content.len()).unwrap_or(u64::MAX);
    let may_be = stat.kind == crate::host::Kind::File && stat.size == length && stat.mode == MODE;
    Ok(may_be && host.tree.read(path, length)?.is_some_and(|there| there == content))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::{Cancel, Meter, Territory};

    #[test]
    fn twice_is_once_and_nothing_else_may_be_written() {
        let root = tempfile::TempDir::new().unwrap();
        let path: RelPath = "usr/share/man/man1/acme.1".parse().unwrap();
        let territory = Territory::new(vec![path.parent().unwrap()]);
        let host = Host::new(root.path(), territory, Meter::default(), Cancel::never()).unwrap();
        let file = SharedFile { path: path.clone(), content: b".TH acme 1\n".to_vec() };
        let written = write_shared(&host, std::slice::from_ref(&file)).unwrap();
        assert_eq!(written, std::slice::from_ref(&path));
        assert_eq!(host.tree.read(&path, 100).unwrap().unwrap(), file.content);
        assert_eq!(host.tree.stat(&path).unwrap().unwrap().mode, 0o644);
        assert_eq!(write_shared(&host, std::slice::from_ref(&file)).unwrap(), []);
        host.tree.set_mode(&path, 0o600).unwrap();
        assert_eq!(write_shared(&host, std::slice::from_ref(&file)).unwrap(), [path]);
        let other = SharedFile { path: "etc/passwd".parse().unwrap(), content: Vec::new() };
        assert!(write_shared(&host, std::slice::from_ref(&other)).is_err());
        assert!(!root.path().join("etc/passwd").exists());
    }
}
