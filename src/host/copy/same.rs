//! Are two directory trees the same?
//! Nothing is changed, not even the times of access where the system allows it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, Stat};

use super::content;
use super::directory::{Directory, Entry, Kind, shown};
use crate::host::error::{PathContext, PathError};

/// Steps in which file systems keep times: nanoseconds, then those that lose the last digits, up to whole seconds.
const GRAINS: [u64; 5] = [1, 100, 1_000, 1_000_000, 1_000_000_000];

/// Why two trees do not count as the same.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// One could not be read.
    #[error(transparent)]
    Path(#[from] PathError),
    /// They differ; this is the first difference in the order of names.
    #[error("{} differs from its original {}: {aspect}", copy.display(), original.display())]
    Different {
        /// Of which path in the first tree.
        original: PathBuf,
        /// Of which path in the second tree.
        copy: PathBuf,
        /// In what.
        aspect: Aspect,
    },
}

/// In what two files may differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// The copy is not there.
    Missing,
    /// The original is not there.
    Extra,
    /// A file is a directory, or the like.
    Kind,
    /// The mode, in bits.
    Mode {
        /// Of the original.
        original: u32,
        /// Of the copy.
        copy: u32,
    },
    /// User or group.
    Owner,
    /// The time of the last modification.
    Modified,
    /// The length of a file.
    Size,
    /// The bytes of a file.
    Content,
    /// The target of a symlink.
    Target {
        /// Where the original points.
        original: PathBuf,
        /// Where the copy points.
        copy: PathBuf,
    },
    /// Two names of one file are names of two files, or the other way round.
    HardLinks,
}

impl fmt::Display for Aspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("it is missing"),
            Self::Extra => f.write_str("there is no such original"),
            Self::Kind => f.write_str("it is of another kind"),
            Self::Mode { original, copy } => write!(f, "mode {copy:04o} instead of {original:04o}"),
            Self::Owner => f.write_str("another owner"),
            Self::Modified => f.write_str("another time of modification"),
            Self::Size => f.write_str("another size"),
            Self::Content => f.write_str("other content"),
            Self::Target { original, copy } => {
                write!(f, "it points to {} instead of {}", copy.display(), original.display())
            }
            Self::HardLinks => f.write_str("other hard links"),
        }
    }
}

/// Compares a tree with its copy: names, kinds, modes, owners (as root), times of modification, targets of symlinks,
/// hard links, and every byte. Sockets do not count. A time may be rounded down, as the copy's file system may
/// keep coarser ones.
///
/// # Errors
/// The first difference, in the order of names, or what could not be read.
pub fn same_tree(original: &Path, copy: &Path) -> Result<(), CompareError> {
    Comparison {
        owners_count: rustix::process::geteuid().is_root(),
        copies: BTreeMap::new(),
        originals: BTreeMap::new(),
    }
    .directories(&Directory::open(original)?, &Directory::open(copy)?)
}

struct Comparison {
    owners_count: bool,
    /// By inode of the original, where it has several names: the inode of the copy.
    copies: BTreeMap<u64, u64>,
    /// The other way round.
    originals: BTreeMap<u64, u64>,
}

impl Comparison {
    fn directories(&mut self, a: &Directory, b: &Directory) -> Result<(), CompareError> {
        let top = |aspect| CompareError::Different {
            original: a.path.clone(),
            copy: b.path.clone(),
            aspect,
        };
        self.attributes(&a.stat()?, &b.stat()?).map_err(top)?;
        let (of_a, of_b) = (countable(a)?, countable(b)?);
        let different = |entry: &Entry, aspect| CompareError::Different {
            original: a.path.join(&entry.name),
            copy: b.path.join(&entry.name),
            aspect,
        };
        let originals: BTreeSet<_> = of_a.iter().map(|entry| &entry.name).collect();
        if let Some(extra) = of_b.iter().find(|entry| !originals.contains(&entry.name)) {
            return Err(different(extra, Aspect::Extra));
        }
        let by_name: BTreeMap<_, _> = of_b.iter().map(|entry| (&entry.name, entry)).collect();
        for entry in &of_a {
            let Some(copy) = by_name.get(&entry.name) else {
                return Err(different(entry, Aspect::Missing));
            };
            if entry.kind == Kind::Directory && copy.kind == Kind::Directory {
                self.directories(&a.below(&entry.name)?, &b.below(&entry.name)?)?;
            } else if let Some(aspect) = self.entries((a, entry), (b, copy))? {
                return Err(different(entry, aspect));
            }
        }
        Ok(())
    }

    fn entries(
        &mut self,
        (a, of_a): (&Directory, &Entry),
        (b, of_b): (&Directory, &Entry),
    ) -> Result<Option<Aspect>, PathError> {
        if of_a.kind != of_b.kind {
            return Ok(Some(Aspect::Kind));
        }
        if let Err(aspect) = self.attributes(&of_a.stat, &of_b.stat) {
            return Ok(Some(aspect));
        }
        match of_a.kind {
            Kind::File => self.files((a, of_a), (b, of_b)),
            Kind::Symlink => {
                let (original, copy) = (a.link_target(&of_a.name)?, b.link_target(&of_b.name)?);
                Ok((original != copy)
                    .then(|| Aspect::Target { original: shown(original), copy: shown(copy) }))
            }
            Kind::Directory | Kind::Socket | Kind::Special(_) => Ok(None),
        }
    }

    fn files(
        &mut self,
        (a, of_a): (&Directory, &Entry),
        (b, of_b): (&Directory, &Entry),
    ) -> Result<Option<Aspect>, PathError> {
        if of_a.stat.st_size != of_b.stat.st_size {
            return Ok(Some(Aspect::Size));
        }
        if (of_a.stat.st_nlink > 1 || of_b.stat.st_nlink > 1)
            && !self.pairs(of_a.stat.st_ino, of_b.stat.st_ino)
        {
            return Ok(Some(Aspect::HardLinks));
        }
        let mut original = a.open_file(of_a)?;
        let mut copy = b.open_file(of_b)?;
        let same =
            content::is_same(&mut original, &mut copy).on("compare", &b.path.join(&of_b.name))?;
        Ok((!same).then_some(Aspect::Content))
    }

    /// Do these two belong to each other and to no third?
    fn pairs(&mut self, original: u64, copy: u64) -> bool {
        *self.copies.entry(original).or_insert(copy) == copy
            && *self.originals.entry(copy).or_insert(original) == original
    }

    fn attributes(&self, a: &Stat, b: &Stat) -> Result<(), Aspect> {
        let [original, copy] = [a, b].map(|stat| Mode::from_raw_mode(stat.st_mode).bits());
        if original != copy {
            return Err(Aspect::Mode { original, copy });
        }
        if self.owners_count && (a.st_uid, a.st_gid) != (b.st_uid, b.st_gid) {
            return Err(Aspect::Owner);
        }
        if !is_same_time(a, b) {
            return Err(Aspect::Modified);
        }
        Ok(())
    }
}

/// Everything but sockets.
fn countable(directory: &Directory) -> Result<Vec<Entry>, PathError> {
    let mut entries = directory.entries()?;
    entries.retain(|entry| entry.kind != Kind::Socket);
    Ok(entries)
}

fn is_same_time(a: &Stat, b: &Stat) -> bool {
    a.st_mtime == b.st_mtime
        && GRAINS.iter().any(|grain| a.st_mtime_nsec / grain * grain == b.st_mtime_nsec)
}
