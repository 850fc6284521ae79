//! One writer at a time for one application: an advisory lock that the system releases when its holder dies.
//! The lock file is never deleted: whoever deleted it would let two in.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this is the door: the lock lives as long as the file is open"
)]

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::PathBuf;

use super::error::{PathContext, PathError};
use super::tree::Tree;
use crate::model::RelPath;

/// The proof of being alone. Released when dropped, or when the process ends in whatever way.
#[must_use = "the lock is released as soon as it is dropped"]
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why the lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody else works on this application.
    #[error("another mmembed is at work here: {holder} (lock {})", path.display())]
    Held {
        /// The lock file.
        path: PathBuf,
        /// What the holder wrote about itself.
        holder: String,
    },
    /// The lock file cannot be used.
    #[error(transparent)]
    Path(#[from] PathError),
}

impl Lock {
    /// Takes the lock at once or not at all; `holder` is what others are told who find it taken.
    ///
    /// # Errors
    /// [`LockError::Held`] when somebody else has it.
    pub fn acquire(tree: &Tree, path: &RelPath, holder: &str) -> Result<Self, LockError> {
        let absolute = tree.absolute(path);
        let mut file = tree.append_to(path)?.into_file();
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = read_holder(&mut file).on("read", &absolute)?;
                return Err(LockError::Held { path: absolute, holder });
            }
            Err(TryLockError::Error(error)) => return Err(error).on("lock", &absolute)?,
        }
        file.set_len(0).on("write", &absolute)?;
        file.write_all(holder.as_bytes()).on("write", &absolute)?;
        Ok(Self { _file: file })
    }
}

/// Who holds the lock just now, as far as the system tells; `None` when nobody is seen to. The lock itself is not touched: not
/// even for an instant is it kept from those who want it.
#[must_use]
pub fn lock_holder(tree: &Tree, path: &RelPath) -> Option<String> {
    let stat = tree.stat(path).ok().flatten()?;
    let locks = fs::read_to_string("/proc/locks").ok()?;
    let (major, minor) = (rustix::fs::major(stat.device), rustix::fs::minor(stat.device));
    let place = format!("{major:02x}:{minor:02x}:{}", stat.inode);
    let is_held = locks.lines().any(|line| is_lock_of(line, &place));
    let text = tree.read(path, 512).ok().flatten().filter(|_| is_held)?;
    Some(String::from_utf8_lossy(&text).trim().to_owned())
}

/// Is this line about a held lock on that file? `proc_locks(5)`: `1: FLOCK  ADVISORY  WRITE 708 00:14:13347 0 EOF`; lines of those
/// who wait have an arrow behind the number.
fn is_lock_of(line: &str, place: &str) -> bool {
    let mut words = line.split_whitespace().skip(1);
    words.next() == Some("FLOCK") && words.nth(3) == Some(place)
}

fn read_holder(file: &mut File) -> io::Result<String> {
    let mut text = String::new();
    file.rewind()?;
    file.take(512).read_to_string(&mut text)?;
    let text = text.trim();
    Ok(if text.is_empty() { "one that just started".to_owned() } else { text.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_about_a_held_lock_is_told_from_others() {
        let place = "fe:00:1234";
        for (line, is_it) in [
            ("1: FLOCK  ADVISORY  WRITE 708 fe:00:1234 0 EOF", true),
            ("1: -> FLOCK  ADVISORY  WRITE 709 fe:00:1234 0 EOF", false),
            ("2: POSIX  ADVISORY  WRITE 708 fe:00:1234 0 EOF", false),
            ("3: FLOCK  ADVISORY  WRITE 708 fe:00:12345 0 EOF", false),
            ("", false),
        ] {
            assert_eq!(is_lock_of(line, place), is_it, "{line}");
        }
    }

    #[test]
    fn who_holds_a_lock_is_seen_while_it_is_held() {
        use crate::host::{Meter, Territory};
        let directory = tempfile::TempDir::new().unwrap();
        let path: RelPath = "lock".parse().unwrap();
        let territory = Territory::new(vec![path.clone()]);
        let tree = Tree::open(directory.path(), territory, Meter::default()).unwrap();
        assert_eq!(lock_holder(&tree, &path), None);
        let lock = Lock::acquire(&tree, &path, "process 7 since noon").unwrap();
        assert_eq!(lock_holder(&tree, &path).as_deref(), Some("process 7 since noon"));
        drop(lock);
        assert_eq!(lock_holder(&tree, &path), None);
    }
}
