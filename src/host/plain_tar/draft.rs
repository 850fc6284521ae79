//! Writing a tar file of plain files: beside its place, durable, and then by one rename.
//! Until then it has no name at all, on file systems that allow it: whoever kills this process leaves nothing behind.

use std::ffi::{OsStr, OsString};
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use cap_std_ext::cap_std::ambient_authority;
use cap_std_ext::cap_std::fs::{Dir, Permissions, PermissionsExt};
use cap_std_ext::cap_tempfile::TempFile;
use cap_std_ext::dirext::CapStdExtDirExt;
use rustix::fs::{Access, AtFlags, FallocateFlags};
use rustix::io::Errno;

use super::block::{self, BLOCK, EMPTY, padded};
use super::walk::END_BLOCKS;
use crate::host::error::{PathContext, PathError};
use crate::host::meter::Meter;
use crate::host::outside::{open_outside, resolve_links};
use crate::host::signal::{Cancel, Level};
use crate::host::source_file::Summing;
use crate::model::Sha256Digest;

/// How much is written at once; each such piece is one mutation.
const PIECE: usize = 1024 * 1024;

/// A member to be written.
#[derive(Clone, Debug)]
pub struct NewMember<'c> {
    /// Its name.
    pub name: &'c str,
    /// How many bytes it has.
    pub size: u64,
    /// Where they come from.
    pub content: NewContent<'c>,
}

/// The bytes of a member to be written.
#[derive(Clone, Debug)]
pub enum NewContent<'c> {
    /// These.
    Bytes(&'c [u8]),
    /// Those of a file, if they have this digest.
    File(&'c Path, Sha256Digest),
}

/// A tar file to be written.
pub struct TarDraft<'c> {
    /// Its members, in their order.
    pub members: Vec<NewMember<'c>>,
    /// May it take the place of a file that is there?
    pub replace: bool,
    /// What counts its mutations.
    pub meter: Meter,
    /// Whether somebody asked to stop.
    pub cancel: Cancel,
}

/// Can a tar file be written there? So it is known before there is anything to write.
///
/// # Errors
/// The directory is not there or may not be written to; or something is there that must not give way.
pub fn require_place(path: &Path, replace: bool) -> Result<(), PathError> {
    let place = resolve_links(path)?;
    let (parent, name) = opened(&place, path)?;
    admit(&parent, &name, replace).on("write", path)?;
    let wanted = Access::WRITE_OK | Access::EXEC_OK;
    rustix::fs::accessat(&parent, ".", wanted, AtFlags::EACCESS).on("write", path)
}

/// The directory of a place, and the name in it.
fn opened(place: &Path, path: &Path) -> Result<(Dir, OsString), PathError> {
    let (Some(parent), Some(name)) = (place.parent(), place.file_name()) else {
        return Err(io::Error::other("not the name of a file")).on("write", path);
    };
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let directory = Dir::open_ambient_dir(parent, ambient_authority()).on("open", parent)?;
    Ok((directory, name.to_owned()))
}

fn admit(parent: &Dir, name: &OsStr, replace: bool) -> io::Result<()> {
    match parent.symlink_metadata_optional(name)? {
        None => Ok(()),
        Some(there) if !there.is_file() => Err(io::Error::other("not a regular file")),
        Some(_) if replace => Ok(()),
        Some(_) => Err(io::ErrorKind::AlreadyExists.into()),
    }
}

impl TarDraft<'_> {
    /// How many bytes it will have.
    #[must_use]
    pub fn size(&self) -> u64 {
        let member =
            |member: &NewMember<'_>| BLOCK.saturating_add(padded(member.size).unwrap_or(u64::MAX));
        let members = self.members.iter().map(member).fold(0, u64::saturating_add);
        members.saturating_add(END_BLOCKS * BLOCK)
    }

    /// Writes it, readable by everybody. Links to its place are followed. `tell` hears how many bytes are written by now.
    ///
    /// # Errors
    /// It cannot be written, a source cannot be read or has another size or digest, or somebody asked to stop. Then what was
    /// there is as it was.
    pub fn write(&self, path: &Path, tell: &mut dyn FnMut(u64)) -> Result<(), PathError> {
        let place = resolve_links(path)?;
        let (parent, name) = opened(&place, path)?;
        admit(&parent, &name, self.replace).on("write", path)?;
        let written = parent.atomic_replace_with(&name, |draft| -> Result<(), Failed> {
            reserve(draft.get_ref(), self.size())?;
            let mut output = Output { draft, of: self, bytes: 0, tell };
            for member in &self.members {
                output.member(member)?;
            }
            for _ in 0..END_BLOCKS {
                output.bytes(&EMPTY)?;
            }
            draft.flush()?;
            draft.get_ref().as_file().set_permissions(Permissions::from_mode(0o644))?;
            admit(&parent, &name, self.replace)?;
            Ok(self.meter.admit()?)
        });
        written.or_else(|failed| match failed {
            Failed::Source(error) => Err(error),
            Failed::Place(error) => Err(error).on("write", path),
        })
    }
}

/// What failed: reading a source, or everything else.
enum Failed {
    Source(PathError),
    Place(io::Error),
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Place(error)
    }
}

/// Claims all the room at once: what does not fit is better known before the first byte. Not every file system can.
fn reserve(draft: &TempFile<'_>, size: u64) -> io::Result<()> {
    match rustix::fs::fallocate(draft.as_file(), FallocateFlags::empty(), 0, size) {
        Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

struct Output<'w, 'd> {
    draft: &'w mut BufWriter<TempFile<'d>>,
    of: &'w TarDraft<'w>,
    bytes: u64,
    tell: &'w mut dyn FnMut(u64),
}

impl Output<'_, '_> {
    fn member(&mut self, member: &NewMember<'_>) -> Result<(), Failed> {
        let NewMember { name, size, content } = member;
        let unplain = || io::Error::other(format!("{name:?} is not the plain name of a file"));
        self.bytes(&block::header(name, *size).ok_or_else(unplain)?)?;
        let written = match content {
            NewContent::Bytes(bytes) => {
                self.bytes(bytes)?;
                bytes.len() as u64
            }
            NewContent::File(path, sha256) => self.file(path, sha256)?,
        };
        if written != *size {
            return Err(io::Error::other(format!("{name} has {written} bytes, not {size}")).into());
        }
        let padding = padded(*size).unwrap_or(*size) - size;
        let padding = EMPTY.get(..usize::try_from(padding).unwrap_or_default());
        Ok(self.bytes(padding.unwrap_or_default())?)
    }

    fn file(&mut self, path: &Path, sha256: &Sha256Digest) -> Result<u64, Failed> {
        let mut source = Summing::new(open_outside(path).map_err(Failed::Source)?);
        let mut piece = vec![0; PIECE];
        let mut all = 0;
        loop {
            let count = source.read(&mut piece).on("read", path).map_err(Failed::Source)?;
            if count == 0 {
                break;
            }
            self.bytes(piece.get(..count).unwrap_or_default())?;
            all += count as u64;
        }
        let actual = source.finish().on("read", path).map_err(Failed::Source)?;
        if actual == *sha256 {
            return Ok(all);
        }
        let changed = Err(io::Error::other("the file has changed since it was looked at"));
        changed.on("read", path).map_err(Failed::Source)
    }

    fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.of.cancel.requested() != Level::No {
            return Err(io::Error::other("somebody asked to stop"));
        }
        self.of.meter.admit()?;
        self.draft.write_all(bytes)?;
        self.bytes += bytes.len() as u64;
        (self.tell)(self.bytes);
        Ok(())
    }
}
