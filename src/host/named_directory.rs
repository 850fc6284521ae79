//! A directory that the operator names, with one small file for each entry of ours.
//! It is no part of any installation: nothing is journalled here. What others put there stays.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::Path;

use cap_std_ext::cap_std::ambient_authority;
use cap_std_ext::cap_std::fs::{Dir, DirBuilder, DirBuilderExt, Permissions, PermissionsExt};
use cap_std_ext::dirext::CapStdExtDirExt;

use super::error::{PathContext, PathError};
use super::outside::resolve_links;

/// Which files of the directory are ours. Whoever reads an environment directory passes over hidden files.
const OURS: &str = ".mmembed";

/// A list of names takes a few kilobytes.
const LARGEST: u64 = 1024 * 1024;

/// Makes the files that are ours exactly these, each by one rename and readable by its owner only, and takes away those of
/// an earlier call that are not wanted any more. The directory is made, for its owner only, unless it is there. Links to it
/// are followed. Which files are ours is written down before the first one is made, so that a call that was interrupted is
/// completed by the next.
///
/// # Errors
/// When the directory above is not there, when what bears the name is no directory, and when it may not be written to.
pub fn write_entries_outside(
    directory: &Path,
    entries: &[(String, Vec<u8>)],
) -> Result<(), PathError> {
    let place = resolve_links(directory)?;
    let dir = open(&place).on("open", directory)?;
    let former = ours(&dir).on("read", &directory.join(OURS))?;
    let wanted: BTreeSet<String> = entries.iter().map(|(name, _)| name.clone()).collect();
    write_down(&dir, &former.union(&wanted).cloned().collect())
        .on("write", &directory.join(OURS))?;
    for (name, content) in entries {
        private(&dir, name, content).on("write", &directory.join(name))?;
    }
    for stale in former.difference(&wanted) {
        dir.remove_file_optional(stale).on("remove", &directory.join(stale))?;
    }
    write_down(&dir, &wanted).on("write", &directory.join(OURS))
}

/// Makes a directory that the operator names, and those above it, readable by everybody and writable by its owner only. One
/// that is there is left as it is.
///
/// # Errors
/// When one of them cannot be made, or is no directory.
pub fn make_directory_outside(directory: &Path) -> Result<(), PathError> {
    let place = resolve_links(directory)?;
    let root = Dir::open_ambient_dir("/", ambient_authority()).on("open", Path::new("/"))?;
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o755);
    let below = std::path::absolute(&place).on("resolve", directory)?;
    let below = below.strip_prefix("/").unwrap_or(&below);
    if below.as_os_str().is_empty() {
        return Ok(());
    }
    root.create_dir_with(below, &builder).on("make", directory)
}

fn open(place: &Path) -> io::Result<Dir> {
    let (Some(parent), Some(name)) = (place.parent(), place.file_name()) else {
        return Dir::open_ambient_dir(place, ambient_authority());
    };
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let parent = Dir::open_ambient_dir(parent, ambient_authority())?;
    let mut private = DirBuilder::new();
    private.mode(0o700);
    match parent.create_dir_with(name, &private) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        Ok(()) | Err(_) => parent.open_dir(name),
    }
}

/// The files of an earlier call. What is no plain name was not written by us, and is nobody's business here.
fn ours(dir: &Dir) -> io::Result<BTreeSet<String>> {
    let mut text = String::new();
    if let Some(file) = dir.open_optional(OURS)? {
        file.take(LARGEST).read_to_string(&mut text)?;
    }
    let is_plain = |name: &&str| !name.is_empty() && !name.starts_with('.') && !name.contains('/');
    Ok(text.lines().filter(is_plain).map(ToOwned::to_owned).collect())
}

fn write_down(dir: &Dir, names: &BTreeSet<String>) -> io::Result<()> {
    let mut lines: Vec<&str> = names.iter().map(String::as_str).collect();
    // Each line ends, also the last one.
    lines.push("");
    private(dir, OURS, lines.join("\n").as_bytes())
}

fn private(dir: &Dir, name: &str, content: &[u8]) -> io::Result<()> {
    dir.atomic_write_with_perms(name, content, Permissions::from_mode(0o600))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "tests look behind the door")]

    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn entry(name: &str, content: &str) -> (String, Vec<u8>) {
        (name.to_owned(), content.as_bytes().to_owned())
    }

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn mode_of(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn what_is_not_wanted_any_more_goes_and_what_others_put_there_stays() {
        let above = tempfile::tempdir().unwrap();
        let directory = above.path().join("env");
        write_entries_outside(&directory, &[entry("MM_A", "1\n"), entry("MM_B", "2\n")]).unwrap();
        assert_eq!((mode_of(&directory), mode_of(&directory.join("MM_A"))), (0o700, 0o600));
        fs::write(directory.join("MM_C"), "of others").unwrap();
        fs::set_permissions(directory.join("MM_B"), fs::Permissions::from_mode(0o644)).unwrap();
        write_entries_outside(&directory, &[entry("MM_B", "3\n")]).unwrap();
        assert_eq!(names(&directory), [".mmembed", "MM_B", "MM_C"]);
        assert_eq!(fs::read_to_string(directory.join("MM_B")).unwrap(), "3\n");
        assert_eq!(mode_of(&directory.join("MM_B")), 0o600);
        write_entries_outside(&directory, &[]).unwrap();
        assert_eq!(names(&directory), [".mmembed", "MM_C"]);
    }

    #[test]
    fn a_list_of_files_leads_to_none_elsewhere() {
        let above = tempfile::tempdir().unwrap();
        let directory = above.path().join("env");
        fs::create_dir(&directory).unwrap();
        fs::write(above.path().join("outside"), "").unwrap();
        fs::write(directory.join(".mmembed"), "../outside\n/etc\n.\n..\n\nMM_GONE\n").unwrap();
        write_entries_outside(&directory, &[entry("MM_A", "1\n")]).unwrap();
        assert!(above.path().join("outside").exists());
        assert_eq!(names(&directory), [".mmembed", "MM_A"]);
    }

    #[test]
    fn a_link_is_followed_and_a_file_is_refused() {
        let above = tempfile::tempdir().unwrap();
        let (link, file) = (above.path().join("link"), above.path().join("file"));
        fs::create_dir(above.path().join("env")).unwrap();
        symlink("env", &link).unwrap();
        fs::write(&file, "before").unwrap();
        write_entries_outside(&link, &[entry("MM_A", "1\n")]).unwrap();
        assert!(link.is_symlink() && above.path().join("env/MM_A").exists());
        for path in [file.clone(), above.path().join("missing/env")] {
            write_entries_outside(&path, &[entry("MM_A", "1\n")]).unwrap_err();
        }
        fs::create_dir(above.path().join("env/MM_B")).unwrap();
        let error = write_entries_outside(&link, &[entry("MM_B", "1\n")]).unwrap_err();
        assert!(error.to_string().contains("MM_B"), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "before");
    }
}
