//! The file system below one root, through a few verbs that name their paths when they fail.
//! No verb follows a symbolic link out of the root, changes anything outside the territory, or moves or deletes
//! anything on another device.

mod attributes;
mod duplicate;
mod link;
mod names;
mod rename;
mod replace;

pub use attributes::{Attributes, Setting};
pub use rename::Exchange;

use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use cap_std_ext::cap_std::ambient_authority;
use cap_std_ext::cap_std::fs::{Dir, DirBuilder, DirBuilderExt, MetadataExt, OpenOptions};
use cap_std_ext::cap_std::fs::{OpenOptionsExt, Permissions, PermissionsExt};
use cap_std_ext::dirext::CapStdExtDirExt;
use rustix::fs::{AtFlags, Gid, OFlags, Uid};

use super::append_file::AppendFile;
use super::error::{PathContext, PathError};
use super::meter::Meter;
use super::sink::FileSink;
use super::source_file::SourceFile;
use super::territory::Territory;
use crate::model::{Owner, RelPath};

/// The file system below one root.
#[derive(Debug)]
pub struct Tree {
    root: PathBuf,
    dir: Dir,
    territory: Territory,
    meter: Meter,
}

/// What kind of thing lies at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A device, pipe or socket.
    Special,
}

/// What is known of a path without opening it. A symbolic link is described itself, not what it leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// What it is.
    pub kind: Kind,
    /// The permission bits.
    pub mode: u32,
    /// Who owns it.
    pub owner: Owner,
    /// Its size in bytes.
    pub size: u64,
    /// The device it lies on.
    pub device: u64,
    /// Its number on that device.
    pub inode: u64,
    /// How many names it has.
    pub links: u64,
    /// When its content was last changed, as anybody may say of it: in nanoseconds since 1970.
    pub modified: i128,
    /// When anything of it was last changed, by the kernel's clock: in nanoseconds since 1970.
    pub changed: i128,
}

impl Stat {
    /// The three bits of the mode that are for a user without other groups than the one that is named.
    #[must_use]
    pub const fn bits_for(&self, user: Owner) -> u32 {
        let bits = if self.owner.uid == user.uid {
            self.mode >> 6
        } else if self.owner.gid == user.gid {
            self.mode >> 3
        } else {
            self.mode
        };
        bits & 0o7
    }
}

/// The name a file is written under before it takes its real name.
const UNFINISHED: &str = ".mmembed-unfinished";

impl Tree {
    /// The file system below `root`, of which only the territory may be changed.
    ///
    /// # Errors
    /// When `root` is not a directory that can be opened.
    pub fn open(root: &Path, territory: Territory, meter: Meter) -> Result<Self, PathError> {
        let dir = Dir::open_ambient_dir(root, ambient_authority()).on("open", root)?;
        Ok(Self { root: root.to_owned(), dir, territory, meter })
    }

    /// The same file system, of which another territory may be changed.
    pub fn with_territory(&self, territory: Territory) -> Result<Self, PathError> {
        let dir = self.dir.try_clone().on("open", &self.root)?;
        Ok(Self { root: self.root.clone(), dir, territory, meter: self.meter.clone() })
    }

    /// The same once more.
    pub fn again(&self) -> Result<Self, PathError> {
        self.with_territory(self.territory.clone())
    }

    /// The root itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The meter that counts every change made here.
    #[must_use]
    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    /// The absolute path on this machine.
    #[must_use]
    pub fn absolute(&self, path: &RelPath) -> PathBuf {
        path.under(&self.root)
    }

    /// What lies at a path; `None` when nothing does.
    pub fn stat(&self, path: &RelPath) -> Result<Option<Stat>, PathError> {
        let found = self.dir.symlink_metadata_optional(path.as_path());
        let found = absent_parent_is_absence(found).on("look at", &self.absolute(path))?;
        Ok(found.map(|meta| Stat {
            kind: kind_of(&meta),
            mode: meta.mode() & 0o7777,
            owner: Owner { uid: meta.uid(), gid: meta.gid() },
            size: meta.len(),
            device: MetadataExt::dev(&meta),
            inode: MetadataExt::ino(&meta),
            links: MetadataExt::nlink(&meta),
            modified: nanoseconds(meta.mtime(), meta.mtime_nsec()),
            changed: nanoseconds(meta.ctime(), meta.ctime_nsec()),
        }))
    }

    /// Does anything lie at a path?
    pub fn exists(&self, path: &RelPath) -> Result<bool, PathError> {
        Ok(self.stat(path)?.is_some())
    }

    /// The content of a regular file of at most `limit` bytes; `None` when nothing lies there.
    ///
    /// # Errors
    /// Also when it is not a regular file, or is larger.
    pub fn read(&self, path: &RelPath, limit: u64) -> Result<Option<Vec<u8>>, PathError> {
        let Some(stat) = self.stat(path)? else {
            return Ok(None);
        };
        let absolute = self.absolute(path);
        if stat.kind != Kind::File {
            return Err(io::Error::other("not a regular file")).on("read", &absolute);
        }
        if stat.size > limit {
            return Err(io::Error::other(format!("larger than {limit} bytes")))
                .on("read", &absolute);
        }
        // What has taken its place since must not block.
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(OFlags::NONBLOCK.bits().cast_signed());
        let file = self.dir.open_with(path.as_path(), &options).on("open", &absolute)?;
        if !file.metadata().on("look at", &absolute)?.is_file() {
            return Err(io::Error::other("not a regular file")).on("read", &absolute);
        }
        let mut bytes = Vec::new();
        file.take(limit).read_to_end(&mut bytes).on("read", &absolute)?;
        Ok(Some(bytes))
    }

    /// The names in a directory, sorted; none when it is not there.
    pub fn list(&self, path: &RelPath) -> Result<Vec<String>, PathError> {
        let absolute = self.absolute(path);
        let Some(dir) = self.dir.open_dir_optional(path.as_path()).on("open", &absolute)? else {
            return Ok(Vec::new());
        };
        let mut names = Vec::new();
        for entry in dir.entries().on("list", &absolute)? {
            let name = entry.on("list", &absolute)?.file_name();
            names.push(name.to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }

    /// Is nothing in this directory? Looked at without reading it all.
    pub fn is_empty(&self, path: &RelPath) -> Result<bool, PathError> {
        let absolute = self.absolute(path);
        let dir = self.dir.open_dir(path.as_path()).on("open", &absolute)?;
        Ok(dir.entries().on("list", &absolute)?.next().is_none())
    }

    /// What a symbolic link says.
    pub fn read_link(&self, path: &RelPath) -> Result<String, PathError> {
        let target =
            self.dir.read_link_contents(path.as_path()).on("read", &self.absolute(path))?;
        Ok(target.to_string_lossy().into_owned())
    }

    /// A handle of a directory, for the rooms that work below one.
    pub fn directory(&self, path: &RelPath) -> Result<OwnedFd, PathError> {
        let absolute = self.absolute(path);
        let dir = self.dir.open_dir(path.as_path()).on("open", &absolute)?;
        dir.reopen_as_ownedfd().on("open", &absolute)
    }

    /// Makes a directory and makes that durable. Its parent must exist, it itself must not.
    pub fn make_dir(&self, path: &RelPath, mode: u32) -> Result<(), PathError> {
        let absolute = self.absolute(path);
        self.permit(self.territory.leads_to(path), "create directory", path)?;
        self.meter.admit().on("create directory", &absolute)?;
        let mut builder = DirBuilder::new();
        builder.mode(mode);
        self.dir.create_dir_with(path.as_path(), &builder).on("create directory", &absolute)?;
        self.set_mode(path, mode)?;
        self.sync_parent(path)
    }

    /// Opens a file for appending, creating it with mode 0600 when it is not there.
    pub fn append_to(&self, path: &RelPath) -> Result<AppendFile, PathError> {
        let absolute = self.absolute(path);
        self.permit(self.territory.holds(path), "write", path)?;
        self.meter.admit().on("open", &absolute)?;
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true).mode(0o600);
        let file = self.dir.open_with(path.as_path(), &options).on("open", &absolute)?;
        self.sync_parent(path)?;
        Ok(AppendFile::new(file.into_std()))
    }

    /// Opens a new file with mode 0600 for a long stream of bytes, in place of one that lies there. Its name is durable
    /// when this returns, its content when the stream is finished.
    pub fn create(&self, path: &RelPath) -> Result<FileSink, PathError> {
        let absolute = self.absolute(path);
        self.permit(self.territory.holds(path), "write", path)?;
        self.remove_file(path)?;
        self.meter.admit().on("create", &absolute)?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let file = self.dir.open_with(path.as_path(), &options).on("create", &absolute)?;
        self.sync_parent(path)?;
        Ok(FileSink::new(file.into_std(), absolute, self.meter.clone()))
    }

    /// Opens a regular file for reading it from its beginning.
    ///
    /// # Errors
    /// Also when nothing lies there, or something else than a regular file.
    pub fn open_file(&self, path: &RelPath) -> Result<SourceFile, PathError> {
        let absolute = self.absolute(path);
        let kind = self.stat(path)?.map(|stat| stat.kind);
        if kind.is_some_and(|kind| kind != Kind::File) {
            return Err(io::Error::other("not a regular file")).on("read", &absolute);
        }
        let file = self.dir.open(path.as_path()).on("open", &absolute)?;
        Ok(SourceFile::new(file.into_std(), absolute))
    }

    /// Removes what an interrupted [`Tree::replace`] of a file may have left beside it.
    pub fn remove_draft(&self, path: &RelPath) -> Result<(), PathError> {
        let parent = path.parent().unwrap_or_else(RelPath::here);
        let draft = parent.join(&format!("{UNFINISHED}.{}", path.name()));
        if !self.exists(&draft)? {
            return Ok(());
        }
        self.permit(self.territory.holds(path), "remove", path)?;
        self.meter.admit().on("remove", &self.absolute(&draft))?;
        self.dir.remove_file(draft.as_path()).on("remove", &self.absolute(&draft))?;
        self.sync_parent(&draft)
    }

    /// Removes a file, and with it an unfinished one that should have replaced it; both may be gone already.
    pub fn remove_file(&self, path: &RelPath) -> Result<(), PathError> {
        self.permit(self.territory.holds(path), "remove", path)?;
        self.remove_draft(path)?;
        if !self.exists(path)? {
            return Ok(());
        }
        self.meter.admit().on("remove", &self.absolute(path))?;
        self.dir.remove_file(path.as_path()).on("remove", &self.absolute(path))?;
        self.sync_parent(path)
    }

    /// Removes a directory with all that is in it; it may be gone already. Nothing on another device is touched:
    /// a mount point below is found before anything is removed.
    ///
    /// # Errors
    /// Also when something that is no directory lies there.
    pub fn remove_tree(&self, path: &RelPath) -> Result<(), PathError> {
        self.permit(self.territory.holds(path), "remove", path)?;
        match self.stat(path)? {
            None => return Ok(()),
            Some(stat) if stat.kind == Kind::Directory => {}
            Some(_) => {
                let error = io::Error::from(io::ErrorKind::NotADirectory);
                return Err(error).on("remove", &self.absolute(path));
            }
        }
        let (parent, name) = self.parent_of(path)?;
        let parent = parent.reopen_as_ownedfd().on("open", &self.absolute(path))?;
        let above = self.absolute(&path.parent().unwrap_or_else(RelPath::here));
        super::remove::remove_tree(parent.as_fd(), &name, &above, &self.meter)?;
        self.sync_parent(path)
    }

    /// Removes a directory if it is empty; says whether it is gone now. Anything else is left alone.
    pub fn remove_if_empty(&self, path: &RelPath) -> Result<bool, PathError> {
        self.permit(self.territory.leads_to(path), "remove", path)?;
        match self.stat(path)? {
            None => return Ok(true),
            Some(stat) if stat.kind == Kind::Directory => {}
            Some(_) => return Ok(false),
        }
        let absolute = self.absolute(path);
        self.meter.admit().on("remove", &absolute)?;
        match self.dir.remove_dir(path.as_path()) {
            Ok(()) => self.sync_parent(path).map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(false),
            Err(error) => Err(error).on("remove", &absolute),
        }
    }

    /// Makes a directory's own mode, owner and list of names durable.
    pub fn sync_directory(&self, path: &RelPath) -> Result<(), PathError> {
        rustix::fs::fsync(self.directory(path)?).on("sync", &self.absolute(path))
    }

    /// Makes everything on the file system of a directory durable.
    pub fn sync_file_system(&self, path: &RelPath) -> Result<(), PathError> {
        let handle = self.directory(path)?;
        rustix::fs::syncfs(handle).on("sync", &self.absolute(path))
    }

    /// Sets the permission bits.
    pub fn set_mode(&self, path: &RelPath, mode: u32) -> Result<(), PathError> {
        self.permit(self.territory.leads_to(path), "change mode of", path)?;
        self.meter.admit().on("change mode of", &self.absolute(path))?;
        let permissions = Permissions::from_mode(mode);
        self.dir
            .set_permissions(path.as_path(), permissions)
            .on("change mode of", &self.absolute(path))
    }

    /// Sets the owner of a path itself, of a symbolic link not of what it leads to.
    pub fn set_owner(&self, path: &RelPath, owner: Owner) -> Result<(), PathError> {
        self.permit(self.territory.leads_to(path), "change owner of", path)?;
        let (parent, name) = self.parent_of(path)?;
        self.meter.admit().on("change owner of", &self.absolute(path))?;
        let (uid, gid) = (Uid::from_raw(owner.uid), Gid::from_raw(owner.gid));
        let flags = AtFlags::SYMLINK_NOFOLLOW;
        rustix::fs::chownat(&parent, name.as_str(), Some(uid), Some(gid), flags)
            .on("change owner of", &self.absolute(path))
    }

    /// Sets the owner of a directory and of everything in it.
    pub fn set_owner_of_all(&self, path: &RelPath, owner: Owner) -> Result<(), PathError> {
        self.set_owner(path, owner)?;
        for name in self.list(path)? {
            let child = self.child(path, &name)?;
            match self.stat(&child)? {
                Some(stat) if stat.kind == Kind::Directory => {
                    self.set_owner_of_all(&child, owner)?;
                }
                Some(stat) if stat.owner != owner => self.set_owner(&child, owner)?,
                Some(_) | None => {}
            }
        }
        Ok(())
    }

    /// The path of a listed name. Only a name that is not UTF-8 has none.
    fn child(&self, directory: &RelPath, name: &str) -> Result<RelPath, PathError> {
        let name: RelPath = name
            .parse()
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
            .on("look at", &self.absolute(directory))?;
        Ok(directory.below(&name))
    }

    /// May something at this path be changed here?
    #[must_use]
    pub fn may_change(&self, path: &RelPath) -> bool {
        self.territory.holds(path)
    }

    fn permit(&self, allowed: bool, verb: &'static str, path: &RelPath) -> Result<(), PathError> {
        let outside = || io::Error::other("outside the directories of this application");
        if allowed { Ok(()) } else { Err(outside()).on(verb, &self.absolute(path)) }
    }

    fn parent_of(&self, path: &RelPath) -> Result<(Dir, String), PathError> {
        let parent = path
            .parent()
            .ok_or_else(|| io::Error::other("the root itself has no parent here"))
            .on("open", &self.root)?;
        let dir = self.dir.open_dir(parent.as_path()).on("open", &self.absolute(&parent))?;
        Ok((dir, path.name().to_owned()))
    }

    fn sync_parent(&self, path: &RelPath) -> Result<(), PathError> {
        let parent = path.parent().unwrap_or_else(RelPath::here);
        let handle = self.directory(&parent)?;
        rustix::fs::fsync(handle).on("sync", &self.absolute(&parent))
    }
}

fn nanoseconds(seconds: i64, rest: i64) -> i128 {
    i128::from(seconds) * 1_000_000_000 + i128::from(rest)
}

fn kind_of(meta: &cap_std_ext::cap_std::fs::Metadata) -> Kind {
    let kind = meta.file_type();
    if kind.is_file() {
        Kind::File
    } else if kind.is_dir() {
        Kind::Directory
    } else if kind.is_symlink() {
        Kind::Symlink
    } else {
        Kind::Special
    }
}

/// A path below a file, or below nothing, is as absent as a missing name.
fn absent_parent_is_absence<T>(found: io::Result<Option<T>>) -> io::Result<Option<T>> {
    match found {
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(None),
        other => other,
    }
}

/// May the owner run it?
#[must_use]
pub const fn is_executable_mode(mode: u32) -> bool {
    mode & 0o100 != 0
}
