//! A file that the operator names, written whole or not at all, and the standard input.
//! It is no part of any installation: nothing is journalled here.

use std::io::{self, Read, Write};
use std::path::Path;

use cap_std_ext::cap_std::ambient_authority;
use cap_std_ext::cap_std::fs::{
    Dir, Metadata, MetadataExt, OpenOptions, OpenOptionsExt, Permissions, PermissionsExt,
};
use cap_std_ext::dirext::CapStdExtDirExt;
use rustix::fs::{Gid, Uid, fchown};

use super::append_file::AppendFile;
use super::error::{PathContext, PathError};
use super::outside::resolve_links;
use super::source_file::{SourceFile, Summing};
use crate::model::Sha256Digest;

/// A new file may hold passwords.
const PRIVATE: u32 = 0o600;

/// What was published is no secret.
const PUBLIC: u32 = 0o644;

/// Replaces a file by one rename, after its content is on the disk. A new one is readable by its owner only; one that is
/// there keeps its mode and its owner. Links are followed.
///
/// # Errors
/// When the directory is not there or may not be written to, and when the path names something that is no file.
pub fn write_outside(path: &Path, content: &[u8]) -> Result<(), PathError> {
    replace(path, content, |former| former.map_or(PRIVATE, |former| former.mode() & 0o7777))
}

/// The same, readable by its owner only, whatever it was before: for what certainly holds secrets.
///
/// # Errors
/// As [`write_outside`].
pub fn write_private_outside(path: &Path, content: &[u8]) -> Result<(), PathError> {
    replace(path, content, |_| PRIVATE)
}

/// The same, readable by everybody: for what others have published.
///
/// # Errors
/// As [`write_outside`].
pub fn write_public_outside(path: &Path, content: &[u8]) -> Result<(), PathError> {
    replace(path, content, |_| PUBLIC)
}

/// Copies a file to a place that the operator names, by one rename, readable by everybody; and only if it has this digest
/// while it is copied.
///
/// # Errors
/// When it cannot be read or written, and when it turns out to be another file; then nothing was changed.
pub fn copy_outside(
    from: &mut SourceFile,
    expected: &Sha256Digest,
    path: &Path,
) -> Result<(), PathError> {
    let place = resolve_links(path)?;
    let (Some(parent), Some(name)) = (place.parent(), place.file_name()) else {
        return Err(io::Error::other("not the name of a file")).on("write", path);
    };
    let parent = Dir::open_ambient_dir(parent, ambient_authority()).on("open", parent)?;
    let copied = parent.atomic_replace_with(name, |draft| -> io::Result<()> {
        let mut summing = Summing::new(from);
        io::copy(&mut summing, draft)?;
        draft.flush()?;
        if summing.finish()? != *expected {
            return Err(io::Error::other("the file that is copied has changed meanwhile"));
        }
        draft.get_mut().as_file_mut().set_permissions(Permissions::from_mode(PUBLIC))
    });
    copied.on("write", path)
}

fn replace(
    path: &Path,
    content: &[u8],
    mode_after: impl FnOnce(Option<&Metadata>) -> u32,
) -> Result<(), PathError> {
    let place = resolve_links(path)?;
    let (Some(parent), Some(name)) = (place.parent(), place.file_name()) else {
        return Err(io::Error::other("not the name of a file")).on("write", path);
    };
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let parent = Dir::open_ambient_dir(parent, ambient_authority()).on("open", parent)?;
    let former = parent.symlink_metadata_optional(name).on("look at", path)?;
    if former.as_ref().is_some_and(|former| !former.is_file()) {
        return Err(io::Error::other("not a regular file")).on("write", path);
    }
    let mode = mode_after(former.as_ref());
    let written = parent.atomic_replace_with(name, |draft| -> io::Result<()> {
        draft.get_mut().as_file_mut().set_permissions(Permissions::from_mode(PRIVATE))?;
        draft.write_all(content)?;
        draft.flush()?;
        let file = draft.get_mut().as_file_mut();
        if let Some(former) = former {
            let now = file.metadata()?;
            if (now.uid(), now.gid()) != (former.uid(), former.gid()) {
                let (uid, gid) = (Uid::from_raw(former.uid()), Gid::from_raw(former.gid()));
                fchown(&*file, Some(uid), Some(gid))?;
            }
        }
        file.set_permissions(Permissions::from_mode(mode))
    });
    written.on("write", path)
}

/// Opens a file for appending; a new one is readable by its owner only, one that is there keeps its mode. Links are followed.
///
/// # Errors
/// When the directory is not there, when it may not be written to, and when the path names something that is no file.
pub fn append_outside(path: &Path) -> Result<AppendFile, PathError> {
    let place = resolve_links(path)?;
    let (Some(parent), Some(name)) = (place.parent(), place.file_name()) else {
        return Err(io::Error::other("not the name of a file")).on("write", path);
    };
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let parent = Dir::open_ambient_dir(parent, ambient_authority()).on("open", parent)?;
    let former = parent.symlink_metadata_optional(name).on("look at", path)?;
    if former.is_some_and(|former| !former.is_file()) {
        return Err(io::Error::other("not a regular file")).on("write", path);
    }
    let mut options = OpenOptions::new();
    options.append(true).create(true).mode(PRIVATE);
    let file = parent.open_with(name, &options).on("open", path)?;
    Ok(AppendFile::new(file.into_std()))
}

/// What is piped into this program, if it is at most `limit` bytes.
///
/// # Errors
/// When it cannot be read, or is larger.
pub fn read_standard_input(limit: u64) -> Result<Vec<u8>, PathError> {
    let place = Path::new("standard input");
    let mut content = Vec::new();
    io::stdin().take(limit + 1).read_to_end(&mut content).on("read", place)?;
    if u64::try_from(content.len()).is_ok_and(|length| length > limit) {
        return Err(io::Error::other(format!("larger than {limit} bytes"))).on("read", place);
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "tests look behind the door")]

    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode_of(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn a_new_file_is_private_and_one_that_is_there_keeps_its_mode() {
        let dir = tempfile::tempdir().unwrap();
        let (new, old) = (dir.path().join("new"), dir.path().join("old"));
        fs::write(&old, "before").unwrap();
        fs::set_permissions(&old, fs::Permissions::from_mode(0o640)).unwrap();
        write_outside(&new, b"x").unwrap();
        write_outside(&old, b"after").unwrap();
        assert_eq!((mode_of(&new), mode_of(&old)), (0o600, 0o640));
        write_private_outside(&old, b"after").unwrap();
        assert_eq!(mode_of(&old), 0o600);
        write_public_outside(&old, b"after").unwrap();
        assert_eq!(mode_of(&old), 0o644);
        assert_eq!(fs::read_to_string(&old).unwrap(), "after");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "no draft is left");
    }

    #[test]
    fn a_link_stays_one_and_what_is_no_file_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let (link, file) = (dir.path().join("link"), dir.path().join("file"));
        fs::write(&file, "before").unwrap();
        symlink("file", &link).unwrap();
        write_outside(&link, b"after").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "after");
        for path in [dir.path().to_owned(), dir.path().join("missing/file")] {
            write_outside(&path, b"x").unwrap_err();
        }
    }
}
