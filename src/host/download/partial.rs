//! The beginning of a file that is still being fetched, and its note: `partial/NAME` and `partial/NAME.json`.
//! The note always describes the bytes: before it changes, they are gone.

#![expect(clippy::disallowed_types, reason = "this is the door")]

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use sha2::{Digest, Sha256};

use super::note::{Kept, Note};
use crate::host::error::{PathContext, PathError};
use crate::host::sink::Written;
use crate::host::tree::{Kind, Tree};
use crate::model::{RelPath, Sha256Digest};

/// How much is written at once; each such piece is one mutation.
const PIECE: usize = 1024 * 1024;

/// A note is a few hundred bytes.
const LARGEST_NOTE: u64 = 64 * 1024;

/// A file of which the beginning is there.
pub(in crate::host) struct Partial<'t> {
    tree: &'t Tree,
    path: RelPath,
    note_path: RelPath,
    note: Note,
    file: File,
    /// Of all bytes, those that wait to be written too.
    hash: Sha256,
    bytes: u64,
    pending: Vec<u8>,
    /// Whether an earlier run wrote some of it.
    inherited: bool,
}

impl<'t> Partial<'t> {
    /// Opens what an earlier run has left, or nothing. Bytes that nothing vouches for are taken only `if_checked`: when
    /// the digest of the whole file is known, and will be looked at.
    pub(in crate::host) fn open(
        tree: &'t Tree,
        path: RelPath,
        if_checked: bool,
    ) -> Result<Self, PathError> {
        let note_path = beside(&path);
        let absolute = tree.absolute(&path);
        if tree.stat(&path)?.is_some_and(|stat| stat.kind != Kind::File) {
            return Err(io::Error::other("not a regular file")).on("write", &absolute);
        }
        let note = tree.read(&note_path, LARGEST_NOTE)?;
        let note = note.and_then(|text| Note::parse(&text));
        let file = tree.append_to(&path)?.into_file();
        let (hash, pending) = (Sha256::new(), Vec::new());
        let mut partial = Self {
            tree,
            path,
            note_path,
            note: note.clone().unwrap_or_default(),
            file,
            hash,
            bytes: 0,
            pending,
            inherited: false,
        };
        match note {
            Some(note) if note.kept.is_some() || if_checked => {
                partial.inherit(note.kept).on("read", &absolute)?;
            }
            _ => partial.forget()?,
        }
        if !partial.is_resumable() {
            partial.forget()?;
        }
        Ok(partial)
    }

    /// Takes what is there: as much as is vouched for, or all.
    fn inherit(&mut self, kept: Option<Kept>) -> io::Result<()> {
        let limit = kept.map_or(u64::MAX, |kept| kept.bytes);
        let mut hash = Sha256::new();
        let mut chunk = vec![0; 256 * 1024];
        self.file.seek(SeekFrom::Start(0))?;
        let mut source = Read::by_ref(&mut self.file).take(limit);
        loop {
            let count = source.read(&mut chunk)?;
            if count == 0 {
                break;
            }
            hash.update(chunk.get(..count).unwrap_or_default());
            self.bytes += count as u64;
        }
        let digest = Sha256Digest::from_bytes(hash.clone().finalize().into());
        if kept.is_some_and(|kept| kept.bytes != self.bytes || kept.sha256 != digest) {
            self.bytes = 0;
            return Ok(());
        }
        self.hash = hash;
        self.inherited = self.bytes > 0;
        if self.file.metadata()?.len() != self.bytes {
            self.tree.meter().admit()?;
            self.file.set_len(self.bytes)?;
        }
        Ok(())
    }

    /// Can more be asked for?
    fn is_resumable(&self) -> bool {
        let is_sound = self.note.total.is_none_or(|total| self.bytes <= total);
        self.bytes > 0 && is_sound && self.note.validator.if_range().is_some()
    }

    pub(in crate::host) const fn tree(&self) -> &'t Tree {
        self.tree
    }

    pub(in crate::host) const fn path(&self) -> &RelPath {
        &self.path
    }

    /// How many bytes are there.
    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) const fn note(&self) -> &Note {
        &self.note
    }

    pub(super) const fn is_inherited(&self) -> bool {
        self.inherited
    }

    /// Is there nothing more to come?
    pub(super) fn is_complete(&self) -> bool {
        self.bytes > 0 && self.note.total == Some(self.bytes)
    }

    /// The file turned out to have so many bytes.
    pub(super) const fn expect_total(&mut self, total: u64) {
        self.note.total = Some(total);
    }

    /// Begins anew, with a file that this note describes.
    pub(super) fn begin(&mut self, note: Note) -> Result<(), PathError> {
        self.forget()?;
        self.tree.replace(&self.note_path, &note.to_text(), 0o600, None)?;
        self.note = note;
        Ok(())
    }

    /// Gives up what is there.
    pub(super) fn forget(&mut self) -> Result<(), PathError> {
        let absolute = self.tree.absolute(&self.path);
        self.note = Note::default();
        self.hash = Sha256::new();
        self.pending.clear();
        (self.bytes, self.inherited) = (0, false);
        if self.file.metadata().on("look at", &absolute)?.len() == 0 {
            return Ok(());
        }
        self.tree.meter().admit().on("write", &absolute)?;
        self.file.set_len(0).on("write", &absolute)?;
        self.file.sync_all().on("sync", &absolute)
    }

    /// More of the file.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), PathError> {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        self.pending.extend_from_slice(bytes);
        if self.pending.len() >= PIECE { self.write_pending() } else { Ok(()) }
    }

    fn write_pending(&mut self) -> Result<(), PathError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let absolute = self.tree.absolute(&self.path);
        self.tree.meter().admit().on("write", &absolute)?;
        self.file.write_all(&self.pending).on("write", &absolute)?;
        self.pending.clear();
        Ok(())
    }

    /// Makes what is there durable, for another run to go on from; or removes it, if none could. Gives how many bytes are
    /// kept.
    pub(super) fn keep(&mut self) -> Result<u64, PathError> {
        if !self.is_resumable() {
            return self.discard().map(|()| 0);
        }
        let Written { bytes, sha256 } = self.finish()?;
        let note = Note { kept: Some(Kept { bytes, sha256 }), ..self.note.clone() };
        self.tree.replace(&self.note_path, &note.to_text(), 0o600, None)?;
        Ok(bytes)
    }

    /// Makes all of it durable.
    pub(super) fn finish(&mut self) -> Result<Written, PathError> {
        self.write_pending()?;
        self.file.sync_all().on("sync", &self.tree.absolute(&self.path))?;
        let sha256 = Sha256Digest::from_bytes(self.hash.clone().finalize().into());
        Ok(Written { bytes: self.bytes, sha256 })
    }

    /// Removes it.
    pub(super) fn discard(&mut self) -> Result<(), PathError> {
        self.tree.remove_file(&self.path)?;
        self.tree.remove_file(&self.note_path)
    }

    /// Removes the note of a file that has another name now.
    pub(in crate::host) fn remove_note(&self) -> Result<(), PathError> {
        self.tree.remove_file(&self.note_path)
    }
}

fn beside(path: &RelPath) -> RelPath {
    let parent = path.parent().unwrap_or_else(RelPath::here);
    parent.join(&format!("{}.json", path.name()))
}
