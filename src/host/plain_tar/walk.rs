//! From header to header, up to the end.
#![expect(clippy::disallowed_types, reason = "this is the door")]

use std::collections::BTreeSet;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::TarMember;
use super::block::{self, BLOCK, Block, EMPTY, Plain, padded};
use super::error::{PlainTarError, TarFault};
use crate::host::error::{PathContext, PathError};

/// How many members are looked at: a bundle of every release there ever was has a tenth of it.
const MOST: usize = 10_000;

/// How many empty blocks the end is marked with (POSIX.1-2017, pax, "ustar Interchange Format").
pub(super) const END_BLOCKS: u64 = 2;

/// The members of a file, which has to be made of them from its first byte to its last.
pub(super) fn members(file: &File, path: &Path) -> Result<Vec<TarMember>, PlainTarError> {
    let size = file.metadata().on("look at", path)?.len();
    let mut walk = Walk { file, path, size, at: 0, members: Vec::new() };
    let fault = |fault| PlainTarError::Fault { path: path.to_owned(), fault };
    let mut names = BTreeSet::new();
    while let Some(member) = walk.next()?.map_err(fault)? {
        if !names.insert(member.name.clone()) {
            return Err(fault(TarFault::Twice { name: member.name }));
        }
        if walk.members.len() == MOST {
            return Err(fault(TarFault::Many { most: MOST }));
        }
        walk.members.push(member);
    }
    if walk.members.is_empty() {
        return Err(fault(TarFault::Empty));
    }
    Ok(walk.members)
}

struct Walk<'f> {
    file: &'f File,
    path: &'f Path,
    size: u64,
    /// Where the next block begins.
    at: u64,
    members: Vec<TarMember>,
}

/// What is wrong with what was read, or what could not be read.
type Seen<T> = Result<Result<T, TarFault>, PathError>;

impl Walk<'_> {
    /// The next member; nothing at the end.
    fn next(&mut self) -> Seen<Option<TarMember>> {
        let Some(block) = self.block()? else {
            return Ok(Err(if self.at == 0 { TarFault::NoTar } else { TarFault::NoEnd }));
        };
        if block == EMPTY {
            return Ok(self.end()?.map(|()| None));
        }
        let Plain { name, size } = match block::read(&block, self.at) {
            Ok(plain) => plain,
            Err(fault) => return Ok(Err(fault)),
        };
        let offset = self.at + BLOCK;
        let next = padded(size).and_then(|length| offset.checked_add(length));
        let Some(next) = next.filter(|next| *next <= self.size) else {
            return Ok(Err(TarFault::Cut { name }));
        };
        let mut padding = vec![0; usize::try_from(next - offset - size).unwrap_or_default()];
        self.file.read_exact_at(&mut padding, offset + size).on("read", self.path)?;
        if padding.iter().any(|byte| *byte != 0) {
            return Ok(Err(TarFault::Padding { name }));
        }
        self.at = next;
        Ok(Ok(Some(TarMember { name, offset, size })))
    }

    fn end(&mut self) -> Seen<()> {
        let end = self.at + END_BLOCKS * BLOCK;
        self.at += BLOCK;
        let Some(block) = self.block()? else {
            return Ok(Err(TarFault::NoEnd));
        };
        Ok(if block != EMPTY {
            Err(TarFault::Damaged { at: self.at - BLOCK })
        } else if self.size != end {
            Err(TarFault::Trailing { at: end })
        } else {
            Ok(())
        })
    }

    /// The block here, if the file has a whole one.
    fn block(&self) -> Result<Option<Block>, PathError> {
        if self.size.saturating_sub(self.at) < BLOCK {
            return Ok(None);
        }
        let mut block = EMPTY;
        self.file.read_exact_at(&mut block, self.at).on("read", self.path)?;
        Ok(Some(block))
    }
}
