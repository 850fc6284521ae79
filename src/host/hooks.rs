//! The operator's hooks on disk: which there are, and whether they may be run.
//! Nothing is run here.

#![expect(clippy::disallowed_methods, reason = "this is the door")]

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::error::{PathContext, PathError};
use super::outside::{absolute, require_directory_outside};
use super::owner::current_owner;

/// Written by anybody but its owner: then anybody could have put anything there.
const WRITABLE_BY_OTHERS: u32 = 0o022;

/// A program to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookProgram {
    /// The name by which its place in the row is decided.
    pub name: String,
    /// Where it really lies.
    pub path: PathBuf,
    /// May it fail?
    pub may_fail: bool,
}

/// What lies in a directory of hooks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HookPrograms {
    /// The hooks, in the order in which they are to be run.
    pub programs: Vec<HookProgram>,
    /// What else lies there and is not called `NN-name`, without hidden files.
    pub others: Vec<String>,
}

/// Why hooks may not be run.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// They could not be looked at.
    #[error(transparent)]
    Path(#[from] PathError),
    /// It cannot be run.
    #[error("the hook {} is no executable file", path.display())]
    NotExecutable {
        /// The hook.
        path: PathBuf,
    },
    /// Others could have written it.
    #[error(
        "the hook {} will not be run: others than root and its owner may write to {}",
        hook.display(), path.display()
    )]
    WritableByOthers {
        /// The hook.
        hook: PathBuf,
        /// It, or the directory that holds it.
        path: PathBuf,
    },
    /// It belongs to somebody else.
    #[error(
        "the hook {} will not be run: {} belongs to user {uid}, who is neither root nor who runs this",
        hook.display(), path.display()
    )]
    ForeignOwner {
        /// The hook.
        hook: PathBuf,
        /// It, or the directory that holds it.
        path: PathBuf,
        /// Whose it is.
        uid: u32,
    },
}

/// Where the hooks that somebody names lie, from the root on.
///
/// # Errors
/// When there is no directory that can be searched: who names hooks does not want them passed over for a slip of the pen.
pub fn hooks_directory(path: &Path) -> Result<PathBuf, PathError> {
    let path = absolute(path)?;
    require_directory_outside(&path)?;
    Ok(path)
}

/// The hooks in a directory, by name. Links are followed. None, when there is no such directory.
///
/// # Errors
/// When one of them may not be run: it is no executable file, or it, the file behind a link, or a directory that holds
/// it belongs to or may be written by others than root and the caller.
pub fn hooks_in(directory: &Path) -> Result<HookPrograms, HookError> {
    let mut found = HookPrograms::default();
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(found),
        other => other.on("read", directory)?,
    };
    for entry in entries {
        let path = entry.on("read", directory)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if is_hook(&name) {
            let may_fail = name.ends_with(MAY_FAIL);
            found.programs.push(HookProgram { path: checked(&path)?, name, may_fail });
        } else if !name.starts_with('.') {
            found.others.push(super::lines::printable(name.as_bytes()));
        }
    }
    found.programs.sort_by(|a, b| a.name.cmp(&b.name));
    found.others.sort();
    Ok(found)
}

/// The ending of the names of hooks that may fail.
const MAY_FAIL: &str = ".may-fail";

/// Two digits, a hyphen, and a name; not the copy that an editor leaves.
fn is_hook(name: &str) -> bool {
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    let rest = name.get(digits..).unwrap_or_default();
    digits == 2 && rest.len() > 1 && rest.starts_with('-') && !rest.ends_with('~')
}

/// Where it really lies, once nobody else can have put it there.
fn checked(hook: &Path) -> Result<PathBuf, HookError> {
    let real = fs::canonicalize(hook).on("look at", hook)?;
    let meta = fs::metadata(&real).on("look at", hook)?;
    if !meta.is_file() || meta.permissions().mode() & 0o111 == 0 {
        return Err(HookError::NotExecutable { path: hook.to_owned() });
    }
    let phase = hook.parent();
    let held_by = [phase, phase.and_then(Path::parent), real.parent()];
    for path in [Some(real.as_path())].into_iter().chain(held_by).flatten() {
        refuse_foreign(hook, path)?;
    }
    Ok(real)
}

fn refuse_foreign(hook: &Path, path: &Path) -> Result<(), HookError> {
    let meta = fs::metadata(path).on("look at", path)?;
    let (hook, path) = (hook.to_owned(), path.to_owned());
    if meta.permissions().mode() & WRITABLE_BY_OTHERS != 0 {
        return Err(HookError::WritableByOthers { hook, path });
    }
    match meta.uid() {
        uid if uid == 0 || uid == current_owner().uid => Ok(()),
        uid => Err(HookError::ForeignOwner { hook, path, uid }),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;

    use super::*;

    fn chmod(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    /// A directory of one phase.
    fn phase() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let phase = dir.path().join("hooks/before-stop");
        fs::create_dir_all(&phase).unwrap();
        for path in [phase.parent().unwrap(), &phase] {
            chmod(path, 0o755);
        }
        (dir, phase)
    }

    fn hook(phase: &Path, name: &str, mode: u32) -> PathBuf {
        let path = phase.join(name);
        fs::write(&path, "#!/bin/sh\n").unwrap();
        chmod(&path, mode);
        path
    }

    #[test]
    fn hooks_are_found_in_the_order_of_their_names() {
        let (_dir, phase) = phase();
        for name in ["20-b", "10-z", "10-a.may-fail"] {
            hook(&phase, name, 0o755);
        }
        for name in ["README", "10-a~", "1-x", "100-x", "10-", ".hidden"] {
            hook(&phase, name, 0o644);
        }
        let found = hooks_in(&phase).unwrap();
        let names: Vec<(&str, bool)> =
            found.programs.iter().map(|hook| (hook.name.as_str(), hook.may_fail)).collect();
        assert_eq!(names, [("10-a.may-fail", true), ("10-z", false), ("20-b", false)]);
        assert_eq!(found.others, ["1-x", "10-", "10-a~", "100-x", "README"]);
        let nothing = hooks_in(&phase.join("none")).unwrap();
        assert_eq!(nothing, HookPrograms::default());
    }

    #[test]
    fn hooks_that_are_named_have_to_be_there() {
        let (_dir, phase) = phase();
        let hooks = phase.parent().unwrap();
        assert_eq!(hooks_directory(hooks).unwrap(), hooks);
        let mistyped = hooks.with_file_name("hoks");
        let said = hooks_directory(&mistyped).unwrap_err().to_string();
        assert!(said.contains(mistyped.to_str().unwrap()), "{said}");
        let file = hook(&phase, "10-a", 0o755);
        assert!(hooks_directory(&file).is_err());
    }

    #[test]
    fn what_others_could_have_written_is_refused() {
        let (_dir, phase) = phase();
        let path = hook(&phase, "10-a", 0o755);
        for (at, mode, back) in [
            (path.clone(), 0o757, 0o755),
            (path.clone(), 0o775, 0o755),
            (phase.clone(), 0o777, 0o755),
            (phase.parent().unwrap().to_owned(), 0o1777, 0o755),
        ] {
            chmod(&at, mode);
            let error = hooks_in(&phase).unwrap_err();
            let HookError::WritableByOthers { hook, path: named } = &error else {
                panic!("{error:?}");
            };
            assert_eq!((hook, named), (&path, &at));
            chmod(&at, back);
        }
        assert_eq!(hooks_in(&phase).unwrap().programs.len(), 1);
        if crate::host::is_root() {
            std::os::unix::fs::chown(&path, Some(21_545), None).unwrap();
            let error = hooks_in(&phase).unwrap_err();
            assert!(matches!(error, HookError::ForeignOwner { uid: 21_545, .. }), "{error:?}");
        }
    }

    #[test]
    fn a_link_is_followed_to_what_it_is() {
        let (dir, phase) = phase();
        let beside = dir.path().join("beside");
        fs::create_dir(&beside).unwrap();
        chmod(&beside, 0o755);
        let target = hook(&beside, "program", 0o755);
        std::os::unix::fs::symlink(&target, phase.join("10-a")).unwrap();
        let found = hooks_in(&phase).unwrap();
        assert_eq!(found.programs[0].path, target.canonicalize().unwrap());
        chmod(&beside, 0o777);
        let error = hooks_in(&phase).unwrap_err();
        assert!(matches!(error, HookError::WritableByOthers { .. }), "{error:?}");
        fs::remove_file(&target).unwrap();
        assert!(matches!(hooks_in(&phase).unwrap_err(), HookError::Path(_)));
    }

    #[test]
    fn what_cannot_be_run_is_refused_by_name() {
        let (_dir, phase) = phase();
        let path = hook(&phase, "10-a", 0o644);
        let said = hooks_in(&phase).unwrap_err().to_string();
        assert!(said.contains(path.to_str().unwrap()), "{said}");
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(matches!(hooks_in(&phase).unwrap_err(), HookError::NotExecutable { .. }));
    }
}
