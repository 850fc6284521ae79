//! Where a path leads for those whose root directory is another one than this machine's.
#![expect(clippy::disallowed_methods, reason = "this is a door: what a link says is read")]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use rustix::io::Errno;

use super::error::{PathContext, PathError};
use crate::model::RelPath;

/// As many as the kernel follows, see `path_resolution(7)`.
const MOST_LINKS: usize = 40;

/// The path with every link resolved as a process sees it whose root directory is `root`: a link that says `/` means that root, and
/// none leads out of it. What does not exist is kept as it is.
///
/// # Errors
/// A directory on the way cannot be looked into, the links lead in a circle, or one says what is not UTF-8.
pub fn resolve_within(root: &Path, path: &RelPath) -> Result<RelPath, PathError> {
    walk(root, path).on("resolve", &path.under(root))
}

fn walk(root: &Path, path: &RelPath) -> io::Result<RelPath> {
    let mut at = RelPath::here();
    let mut ahead = parts(path.as_path());
    let mut followed = 0;
    while let Some(part) = ahead.pop() {
        let next = step(&at, &part)?;
        match fs::read_link(next.under(root)) {
            Ok(target) => {
                followed += 1;
                if followed > MOST_LINKS {
                    return Err(Errno::LOOP.into());
                }
                ahead.extend(parts(&target));
            }
            // No link (EINVAL), or not there.
            Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::NotFound) => {
                at = next;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(at)
}

/// The parts of a path, the first one last.
fn parts(path: &Path) -> Vec<OsString> {
    path.components().rev().map(|part| part.as_os_str().to_owned()).collect()
}

fn step(at: &RelPath, part: &OsStr) -> io::Result<RelPath> {
    match part.to_str() {
        Some("/") => Ok(RelPath::here()),
        Some(".") => Ok(at.clone()),
        Some("..") => Ok(at.parent().unwrap_or_else(RelPath::here)),
        Some(name) => Ok(at.below(&name.parse().map_err(|_| ErrorKind::InvalidFilename)?)),
        None => Err(ErrorKind::InvalidFilename.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn resolved(root: &Path, path: &str) -> Result<String, PathError> {
        resolve_within(root, &path.parse().unwrap()).map(|path| path.as_str().to_owned())
    }

    #[test]
    fn links_are_followed_as_from_inside() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        fs::create_dir_all(root.join("etc/runit/runsvdir/default")).unwrap();
        fs::write(root.join("etc/file"), "").unwrap();
        for (link, target) in [
            ("etc/service", "runit/runsvdir/current"),
            ("etc/runit/runsvdir/current", "/etc/runit/runsvdir/default"),
            ("out", "../../../../etc/./runit"),
            ("top", "/"),
            ("nowhere", "/srv/nothing"),
            ("one", "two"),
            ("two", "/one"),
        ] {
            symlink(target, root.join(link)).unwrap();
        }
        for (path, leads) in [
            ("etc/service", "etc/runit/runsvdir/default"),
            ("etc/service/chat/run", "etc/runit/runsvdir/default/chat/run"),
            ("out/runsvdir", "etc/runit/runsvdir"),
            ("top/etc/file", "etc/file"),
            ("nowhere/below", "srv/nothing/below"),
            ("not/there", "not/there"),
        ] {
            assert_eq!(resolved(root, path).unwrap(), leads, "{path}");
        }
        let looped = resolved(root, "one/below").unwrap_err();
        assert_eq!(looped.source.raw_os_error(), Some(Errno::LOOP.raw_os_error()));
        assert_eq!(
            resolved(root, "etc/file/below").unwrap_err().source.kind(),
            ErrorKind::NotADirectory
        );
    }
}
