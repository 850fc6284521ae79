//! An uncompressed tar file of plain files side by side, written whole or not at all, and read by seeking.
//! Only the plainest form is taken: one header of the oldest kind for each file, that says its name and its size and nothing
//! else. So there is one way to write a given list of files, and every byte of it is looked at when it is read. Nothing is
//! unpacked here.
#![expect(clippy::disallowed_types, reason = "this is the door")]

mod block;
mod draft;
mod error;
mod walk;

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

pub use draft::{NewContent, NewMember, TarDraft, require_place};
pub use error::{PlainTarError, TarFault};

use super::error::{PathContext, PathError};
use super::outside::open_regular;

/// A tar file that was opened. Whoever exchanges its name meanwhile exchanges nothing here.
#[derive(Debug)]
pub struct PlainTar {
    file: File,
    path: PathBuf,
    members: Vec<TarMember>,
}

/// Where a member lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TarMember {
    /// Its name: that of a plain file, unlike all others.
    pub name: String,
    /// The place of its first byte.
    pub offset: u64,
    /// How many bytes it has.
    pub size: u64,
}

/// The bytes of a member, from the first to the last.
#[derive(Debug)]
pub struct MemberReader<'t> {
    tar: &'t PlainTar,
    at: u64,
    left: u64,
}

impl PlainTar {
    /// Opens one. Every header is read, and no content.
    ///
    /// # Errors
    /// It cannot be read, or is not a tar file of plain files only, from its first byte to its last.
    pub fn open(path: &Path) -> Result<Self, PlainTarError> {
        let file = open_regular(path)?;
        let members = walk::members(&file, path)?;
        Ok(Self { file, path: path.to_owned(), members })
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its members, in their order.
    #[must_use]
    pub fn members(&self) -> &[TarMember] {
        &self.members
    }

    /// The member with this name.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&TarMember> {
        self.members.iter().find(|member| member.name == name)
    }

    /// The bytes of a member.
    #[must_use]
    pub const fn reader(&self, member: &TarMember) -> MemberReader<'_> {
        MemberReader { tar: self, at: member.offset, left: member.size }
    }

    /// All bytes of a member that has at most `limit`.
    ///
    /// # Errors
    /// It has more, or cannot be read.
    pub fn content(&self, member: &TarMember, limit: u64) -> Result<Vec<u8>, PathError> {
        if member.size > limit {
            let why = format!("{} is larger than {limit} bytes", member.name);
            return Err(io::Error::other(why)).on("read", &self.path);
        }
        let mut content = Vec::new();
        self.reader(member).read_to_end(&mut content).on("read", &self.path)?;
        Ok(content)
    }
}

impl Read for MemberReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let wanted = buffer.get_mut(..most).unwrap_or_default();
        if wanted.is_empty() {
            return Ok(0);
        }
        let count = self.tar.file.read_at(wanted, self.at)?;
        if count == 0 {
            let why = "the file has become shorter while it was read";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, why));
        }
        self.at += count as u64;
        self.left -= count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests;
