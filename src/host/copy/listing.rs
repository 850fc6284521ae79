//! The list of what lies in a directory: kinds, sizes, digests where wanted.
//! Nothing is changed here.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::directory::{Directory, Kind};
use crate::host::error::PathError;
use crate::host::source_file::SourceFile;
use crate::model::{SavedFile, SavedKind};

/// Tells all that lies below a directory, a directory before what is in it, names in order. Sockets and the like do not
/// count. No symlink is followed.
///
/// # Errors
/// Those of looking, and those that `each` gives, which end it.
pub fn list_tree(
    top: &Path,
    with_digests: bool,
    each: &mut dyn FnMut(SavedFile) -> Result<(), PathError>,
) -> Result<(), PathError> {
    list(&Directory::open(top)?, Path::new(""), with_digests, each)
}

fn list(
    directory: &Directory,
    below: &Path,
    with_digests: bool,
    each: &mut dyn FnMut(SavedFile) -> Result<(), PathError>,
) -> Result<(), PathError> {
    for entry in directory.entries()? {
        let place: PathBuf = below.join(&entry.name);
        let path = spelled(place.as_os_str());
        match entry.kind {
            Kind::Directory => {
                each(SavedFile { path, kind: SavedKind::Directory })?;
                list(&directory.below(&entry.name)?, &place, with_digests, each)?;
            }
            Kind::File => {
                let file = directory.open_file(&entry)?;
                let mut file = SourceFile::new(file, directory.path.join(&entry.name));
                let size = file.size()?;
                let sha256 = if with_digests { Some(file.measure()?.sha256) } else { None };
                each(SavedFile { path, kind: SavedKind::File { size, sha256 } })?;
            }
            Kind::Symlink => {
                let target = directory.link_target(&entry.name)?;
                let target = spelled(OsStr::from_bytes(target.as_bytes()));
                each(SavedFile { path, kind: SavedKind::Symlink { target } })?;
            }
            Kind::Socket | Kind::Special(_) => {}
        }
    }
    Ok(())
}

/// Text as it is; `%`, control characters and bytes that are no text as `%` and two digits.
fn spelled(name: &OsStr) -> String {
    let escape = |byte: u8| format!("%{byte:02X}");
    let mut text = String::new();
    for chunk in name.as_bytes().utf8_chunks() {
        for c in chunk.valid().chars() {
            if c == '%' || c.is_ascii_control() {
                text += &escape(u8::try_from(c).unwrap_or(b'%'));
            } else {
                text.push(c);
            }
        }
        for byte in chunk.invalid() {
            text += &escape(*byte);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_one_spelling() {
        let spellings: Vec<String> =
            [&b"a b"[..], b"50%", b"50%25", b"\xff", b"\n", "\u{e9}".as_bytes()]
                .iter()
                .map(|bytes| spelled(OsStr::from_bytes(bytes)))
                .collect();
        assert_eq!(spellings, ["a b", "50%25", "50%2525", "%FF", "%0A", "\u{e9}"]);
    }
}
