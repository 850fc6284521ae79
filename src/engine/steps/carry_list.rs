//! What has to move from one tree to the next, and whether it can.
//! Nothing is changed here: all that speaks against it is found before the first move.

use std::path::{Path, PathBuf};

use super::carry::{CarryList, Move, Way};
use super::error::StepError;
use crate::engine::foreign::{ForeignError, nameless_in, paths_to_carry};
use crate::engine::state_files::{read_identity, read_maker};
use crate::host::{FileSystems, Host, Kind, PathError, Stat, resolve_links};
use crate::model::{Carry, EntryKind, RelPath, TreeIdentity};

/// Why what lives in a tree cannot be carried to the next one.
#[derive(Debug, thiserror::Error)]
pub enum CarryError {
    /// A tree is not ours, and so it cannot be told what its release brought.
    #[error("{} is no tree that mmembed unpacked", path.display())]
    NotOurs {
        /// The tree.
        path: PathBuf,
    },
    /// The new release has something at the same paths.
    #[error("the new release brings {} itself", spelled(paths))]
    Collision {
        /// All of them, below the tree.
        paths: Vec<RelPath>,
    },
    /// Something is mounted there, and what is mounted cannot be renamed.
    #[error("{} is a mount point: {path} cannot be renamed into the next tree", mount.display())]
    Mounted {
        /// What has to be carried, below the tree.
        path: RelPath,
        /// What is mounted at it, in it or above it.
        mount: PathBuf,
    },
    /// It lies on another file system than the next tree.
    #[error("{path} lies on another file system than the next tree: it cannot be renamed into it")]
    OtherFileSystem {
        /// What has to be carried, below the tree.
        path: RelPath,
    },
    /// What lies in the tree cannot be told.
    #[error(transparent)]
    Foreign(#[from] ForeignError),
    /// The list of what was carried cannot be used.
    #[error("{} was damaged", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
}

impl CarryError {
    pub(super) fn is_crash(&self) -> bool {
        matches!(self, Self::Foreign(error) if error.is_crash())
    }
}

/// So many collisions are named; of more, only how many they are.
const NAMED: usize = 12;

fn spelled(paths: &[RelPath]) -> String {
    let named: Vec<&str> = paths.iter().take(NAMED).map(RelPath::as_str).collect();
    match paths.len() - named.len() {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// The moves, and the paths that are carried by them.
///
/// # Errors
/// When anything of it cannot be carried.
pub(super) fn list_moves(
    carry: &Carry,
    host: &Host,
) -> Result<(CarryList, Vec<RelPath>), StepError> {
    let not_ours = |path| CarryError::NotOurs { path: host.tree.absolute(path) };
    let identity = read_identity(host, &carry.from)?.ok_or_else(|| not_ours(&carry.from))?;
    read_maker(host, &carry.to)?.ok_or_else(|| not_ours(&carry.to))?;
    let units =
        paths_to_carry(host, &carry.from, &identity, &carry.in_tree).map_err(CarryError::from)?;
    let mut listing = Listing {
        host,
        carry,
        identity: &identity,
        list: CarryList::default(),
        collisions: Vec::new(),
    };
    for unit in &units {
        listing.add(unit)?;
    }
    let Listing { list, collisions, .. } = listing;
    if !collisions.is_empty() {
        return Err(CarryError::Collision { paths: collisions }.into());
    }
    refuse_immovable(carry, &list, host)?;
    Ok((list, units))
}

/// A list in the making.
struct Listing<'l> {
    host: &'l Host,
    carry: &'l Carry,
    identity: &'l TreeIdentity,
    list: CarryList,
    collisions: Vec<RelPath>,
}

impl Listing<'_> {
    /// Enters one path of the old tree. Where the new release has a directory with something in it, what is in the old
    /// one is entered instead.
    fn add(&mut self, path: &RelPath) -> Result<(), StepError> {
        let tree = &self.host.tree;
        let Some(old) = tree.stat(&self.carry.from.below(path))? else {
            return Ok(());
        };
        let to = self.carry.to.below(path);
        let replaces_empty = match tree.stat(&to)? {
            None if !self.add_way(path)? => return Ok(()),
            None => false,
            Some(new) if new.kind != Kind::Directory || !may_replace_directory(old) => {
                self.collisions.push(path.clone());
                return Ok(());
            }
            Some(_) if tree.is_empty(&to)? => true,
            Some(_) if old.kind == Kind::Directory => return self.add_content(path),
            Some(_) => {
                self.collisions.push(path.clone());
                return Ok(());
            }
        };
        self.list.moves.push(Move { path: path.clone(), replaces_empty });
        Ok(())
    }

    fn add_content(&mut self, directory: &RelPath) -> Result<(), StepError> {
        let from = self.carry.from.below(directory);
        for name in self.host.tree.names(&from)? {
            let name: RelPath = name
                .to_str()
                .and_then(|name| name.parse().ok())
                .ok_or_else(|| CarryError::from(nameless_in(self.host, &from)))?;
            let path = directory.below(&name);
            // In a mutable directory that the release brought, its own files are as stale as all others.
            let entry = self.identity.entry(&path);
            if entry.is_none_or(|entry| entry.kind == EntryKind::Directory) {
                self.add(&path)?;
            }
        }
        Ok(())
    }

    /// Enters the directories on the way that the new tree lacks; says whether there is a way.
    fn add_way(&mut self, path: &RelPath) -> Result<bool, PathError> {
        let Some(parent) = path.parent().filter(|parent| *parent != RelPath::here()) else {
            return Ok(true);
        };
        if self.list.ways.iter().any(|way| way.path == parent) {
            return Ok(true);
        }
        let tree = &self.host.tree;
        match tree.stat(&self.carry.to.below(&parent))? {
            Some(stat) if stat.kind == Kind::Directory => return Ok(true),
            Some(_) => {
                if !self.collisions.contains(&parent) {
                    self.collisions.push(parent);
                }
                return Ok(false);
            }
            None => {}
        }
        if !self.add_way(&parent)? {
            return Ok(false);
        }
        if let Some(Stat { mode, owner, .. }) = tree.stat(&self.carry.from.below(&parent))? {
            self.list.ways.push(Way { path: parent, mode, owner });
        }
        Ok(true)
    }
}

/// Where the new release has a directory, another one or a link to one serves as well; a file does not.
fn may_replace_directory(old: Stat) -> bool {
    matches!(old.kind, Kind::Directory | Kind::Symlink)
}

/// What is mounted cannot be renamed, nor what holds a mount, nor anything from one file system to another.
fn refuse_immovable(carry: &Carry, list: &CarryList, host: &Host) -> Result<(), StepError> {
    if list.moves.is_empty() {
        return Ok(());
    }
    let top = resolve_links(&host.tree.absolute(&carry.from))?;
    let mounts = FileSystems::read()?.mounts_at_or_below(&top)?;
    let device = host.tree.stat(&carry.to)?.map(|stat| stat.device);
    for Move { path, .. } in &list.moves {
        let place = path.under(&top);
        let mount = mounts.iter().find(|mount| are_in_line(mount, &place));
        if let Some(mount) = mount {
            let (path, mount) = (path.clone(), mount.clone());
            return Err(CarryError::Mounted { path, mount }.into());
        }
        let stat = host.tree.stat(&carry.from.below(path))?;
        // Only directories: overlay file systems give files the device of the layer that they come from.
        let directory = stat.filter(|stat| stat.kind == Kind::Directory);
        if directory.is_some_and(|stat| Some(stat.device) != device) {
            return Err(CarryError::OtherFileSystem { path: path.clone() }.into());
        }
    }
    Ok(())
}

/// Does one of them lie at, above or below the other?
fn are_in_line(a: &Path, b: &Path) -> bool {
    a.starts_with(b) || b.starts_with(a)
}
