//! One writer at a time for one application: an advisory lock that the system releases when its holder dies.
//! The lock file is never deleted: whoever deleted it would let two in.
#![expect(
    clippy::disallowed_types,
    reason = "this is the door: the lock lives as long as the file is open"
)]

use std::fs::{File, TryLockError};
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

fn read_holder(file: &mut File) -> io::Result<String> {
    let mut text = String::new();
    file.rewind()?;
    file.take(512).read_to_string(&mut text)?;
    let text = text.trim();
    Ok(if text.is_empty() { "one that just started".to_owned() } else { text.to_owned() })
}
