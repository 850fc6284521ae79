//! Lays the members of an archive out in the stage, as far as each is allowed.
//! Links come last, when everything else is written: nothing can be written through one.

use std::os::fd::BorrowedFd;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{Mode, syncfs};
use sha2::{Digest, Sha256};

use super::catalogue::Catalogue;
use super::chunks::ChunkReader;
use super::error::EntryName;
use super::header::MemberKind;
use super::job::{Progress, Unpack};
use super::member::{Halt, Member, Members};
use super::name::{self, Place};
use super::rule::{Breach, Rule};
use super::source::Source;
use super::stage::Stage;
use crate::host::error::PathContext;
use crate::host::{Meter, PathError};
use crate::model::{Entry, EntryKind, RelPath, ReleaseShape, Sha256Digest};

/// A finished tree.
#[derive(Debug)]
pub(super) struct Laid {
    pub(super) entries: Vec<Entry>,
    pub(super) notes: Vec<String>,
}

/// Why a tree was not finished.
#[derive(Debug)]
pub(super) enum Trouble {
    Refused(Option<EntryName>, Breach),
    System(PathError),
    /// The stream broke off; whoever delivers it knows why.
    Stream,
}

/// As [`Trouble`], before the entry is named.
#[derive(Debug)]
enum Snag {
    Halt(Halt),
    System(PathError),
}

impl<T: Into<Halt>> From<T> for Snag {
    fn from(halt: T) -> Self {
        Self::Halt(halt.into())
    }
}

impl From<PathError> for Snag {
    fn from(error: PathError) -> Self {
        Self::System(error)
    }
}

/// A tree in the making.
struct Layout<'a> {
    shape: &'a ReleaseShape,
    stage: Stage<'a>,
    catalogue: Catalogue,
    names: u64,
    /// Links wait here until everything else is written.
    links: Vec<(EntryName, RelPath, String)>,
}

/// Reads the stream to its end and lays out what it holds.
pub(super) fn lay_out(
    job: &mut Unpack<'_>,
    input: ChunkReader,
    source: &Source,
    read: &AtomicU64,
) -> Result<Laid, Trouble> {
    let stage = Stage::new(job.into, job.into_name, job.meter, job.now);
    let mut layout = Layout {
        shape: job.shape,
        stage: stage.map_err(Trouble::System)?,
        catalogue: Catalogue::default(),
        names: job.limits.names,
        links: Vec::new(),
    };
    let mut members = Members::new(input, job.limits);
    let mut tell = |entries| {
        (job.progress)(Progress {
            read: read.load(Ordering::Relaxed),
            size: source.size(),
            entries,
        });
    };
    layout.take_all(&mut members, &mut tell).map_err(|snag| match snag {
        Snag::System(error) => Trouble::System(error),
        Snag::Halt(Halt::Stream(_)) => Trouble::Stream,
        Snag::Halt(Halt::Breach(breach)) => Trouble::Refused(members.current(), breach),
    })?;
    layout.finish(&members.into_ignored())
}

impl Layout<'_> {
    fn take_all(
        &mut self,
        members: &mut Members<ChunkReader>,
        tell: &mut dyn FnMut(u64),
    ) -> Result<(), Snag> {
        while let Some(member) = members.next()? {
            self.take(&member, members, tell)?;
            Rule::LIMIT_NAMES.demands(self.catalogue.bytes() <= self.names)?;
            tell(members.count());
        }
        Ok(())
    }

    fn take(
        &mut self,
        member: &Member,
        members: &mut Members<ChunkReader>,
        tell: &mut dyn FnMut(u64),
    ) -> Result<(), Snag> {
        let path = match name::judge(&member.name, self.shape)? {
            Place::Inside(path) => path,
            Place::AboveTop if member.kind == MemberKind::Directory => return Ok(()),
            Place::AboveTop => return Err(Rule::PATH_EMPTY.into()),
        };
        match member.kind {
            MemberKind::Directory => {
                let missing = self.catalogue.add_directory(&path)?;
                self.make_directories(&missing)
            }
            MemberKind::Symlink => self.take_link(&path, member, members.current()),
            MemberKind::File => self.take_file(path, member, members, tell),
        }
    }

    fn make_directories(&mut self, paths: &[RelPath]) -> Result<(), Snag> {
        for path in paths {
            self.stage.make_directory(path)?;
        }
        Ok(())
    }

    fn take_link(
        &mut self,
        path: &RelPath,
        member: &Member,
        entry: Option<EntryName>,
    ) -> Result<(), Snag> {
        let (target, _) = name::judge_link(path, &member.link)?;
        let missing = self.catalogue.make_room(path)?;
        self.make_directories(&missing)?;
        self.catalogue.push(Entry {
            path: path.clone(),
            kind: EntryKind::Symlink { target: target.clone() },
        });
        self.links.extend(entry.map(|entry| (entry, path.clone(), target)));
        Ok(())
    }

    fn take_file(
        &mut self,
        path: RelPath,
        member: &Member,
        members: &mut Members<ChunkReader>,
        tell: &mut dyn FnMut(u64),
    ) -> Result<(), Snag> {
        let missing = self.catalogue.make_room(&path)?;
        self.make_directories(&missing)?;
        let mut file = self.stage.make_file(&path)?;
        let mut hash = Sha256::new();
        let number = members.count();
        members.content(|piece| {
            hash.update(piece);
            tell(number);
            file.write(piece).map_err(Snag::from)
        })?;
        let executable = member.mode & 0o100 != 0 || self.shape.is_program(&path);
        let time = self.stage.time(member.mtime);
        file.finish(mode(member.mode, executable), &time)?;
        let sha256 = Sha256Digest::from_bytes(hash.finalize().into());
        self.catalogue
            .push(Entry { path, kind: EntryKind::File { size: member.size, sha256, executable } });
        Ok(())
    }

    fn finish(mut self, ignored: &[String]) -> Result<Laid, Trouble> {
        for (entry, path, _) in &self.links {
            self.catalogue
                .judge_link(path)
                .map_err(|breach| Trouble::Refused(Some(entry.clone()), breach))?;
        }
        let entries = self.catalogue.into_entries();
        let judged = self.shape.check(&entries);
        judged
            .map_err(|error| Trouble::Refused(None, Rule::RELEASE_SHAPE.with(error.to_string())))?;
        for (_, path, target) in &self.links {
            self.stage.make_link(path, target).map_err(Trouble::System)?;
        }
        let notes =
            ignored.iter().map(|key| format!("extension key \"{key}\" was not heeded")).collect();
        Ok(Laid { entries, notes })
    }
}

/// The mode of a file: 0755 or 0644, whatever else the archive asks for. A file that it keeps from group and others
/// (`config.json` since 6.0) stays kept; one without any right at all is merely badly packed.
fn mode(archived: u32, executable: bool) -> Mode {
    let (own, shared) = (archived & 0o700, archived & 0o077);
    let private = own != 0 && shared == 0;
    Mode::from_raw_mode(match (private, executable) {
        (false, false) => 0o644,
        (false, true) => 0o755,
        (true, false) => 0o600,
        (true, true) => 0o700,
    })
}

/// Waits until everything on the file system of `directory` is on the disk: one call for a whole tree.
///
/// # Errors
/// When the system reports that something could not be written.
pub fn make_durable(
    directory: BorrowedFd<'_>,
    name: &Path,
    meter: &Meter,
) -> Result<(), PathError> {
    meter.admit().on("sync", name)?;
    syncfs(directory).on("sync", name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_normalised_but_never_widened_for_others() {
        for (archived, executable, expected) in [
            (0o644, false, 0o644),
            (0o4755, true, 0o755),
            (0o666, false, 0o644),
            (0o444, false, 0o644),
            (0, false, 0o644),
            (0o600, false, 0o600),
            (0o400, false, 0o600),
            (0o700, true, 0o700),
            (0o640, false, 0o644),
        ] {
            assert_eq!(mode(archived, executable).as_raw_mode(), expected, "{archived:o}");
        }
    }
}
