//! Where things are in a cache, and whether it may be one at all.
//! The directories above the cache are made but not judged: whoever can change those can do anything.

#![expect(clippy::disallowed_types, reason = "this is the door")]

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use url::Url;

use super::error::CacheError;
use crate::host::error::{PathContext, PathError};
use crate::host::meter::Meter;
use crate::host::owner::current_owner;
use crate::host::territory::Territory;
use crate::host::tree::{Kind, Tree};
use crate::model::{RelPath, Sha256Digest};

/// Whole files: anybody may read what is published.
const WHOLE: &str = "sha256";

/// Beginnings, notes and locks are nobody else's business.
const PARTIAL: &str = "partial";

/// Group and others may write.
const WRITABLE: u32 = 0o022;

/// What is not one's own cannot be taken away.
const STICKY: u32 = 0o1000;

/// A whole file.
pub(super) fn whole(sum: &Sha256Digest) -> RelPath {
    RelPath::here().join(WHOLE).join(&sum.to_string())
}

/// The beginning of what is published at an address. Who asks makes no difference, and is not told by the name.
pub(super) fn partial(url: &str) -> RelPath {
    let plain = Url::parse(url).ok().map(|mut url| {
        // Fails only where there can be no user, and then there is none to remove.
        url.set_username("").ok();
        url.set_password(None).ok();
        url.to_string()
    });
    let name = Sha256Digest::of(plain.as_deref().unwrap_or(url).as_bytes());
    RelPath::here().join(PARTIAL).join(&name.to_string())
}

/// A file that is taken in.
pub(super) fn adopted() -> RelPath {
    RelPath::here().join(PARTIAL).join("adopted")
}

/// What stands for all good names when one is given or taken.
pub(super) fn names() -> RelPath {
    RelPath::here().join(PARTIAL).join("names")
}

/// The lock of a file.
pub(super) fn lock(path: &RelPath) -> RelPath {
    RelPath::here().join(PARTIAL).join(&format!("{}.lock", path.name()))
}

/// Opens a cache, and makes it unless it is there.
pub(super) fn open(directory: &Path, meter: Meter) -> Result<Tree, CacheError> {
    make(directory, &meter)?;
    if !directory.is_dir() {
        return Err(CacheError::NoDirectory { path: directory.to_owned() });
    }
    let tree = Tree::open(directory, Territory::new(vec![RelPath::here()]), meter)?;
    require_own(&tree, &RelPath::here())?;
    for (name, mode) in [(WHOLE, 0o755), (PARTIAL, 0o700)] {
        let path = RelPath::here().join(name);
        if !tree.exists(&path)? {
            match tree.make_dir(&path, mode) {
                // Somebody else was faster.
                Err(error) if error.source.kind() == io::ErrorKind::AlreadyExists => {}
                made => made?,
            }
        }
        require_own(&tree, &path)?;
    }
    Ok(tree)
}

/// Makes a directory and those above it, and makes that durable.
fn make(directory: &Path, meter: &Meter) -> Result<(), PathError> {
    if directory.exists() {
        return Ok(());
    }
    if let Some(above) = directory.parent().filter(|above| !above.as_os_str().is_empty()) {
        make(above, meter)?;
        meter.admit().on("create directory", directory)?;
        match DirBuilder::new().mode(0o755).create(directory) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
            made => made.on("create directory", directory)?,
        }
        let opened = fs::File::open(above).on("open", above)?;
        return opened.sync_all().on("sync", above);
    }
    meter.admit().on("create directory", directory)?;
    DirBuilder::new().mode(0o755).create(directory).on("create directory", directory)
}

/// Refuses a directory in which others could exchange what was checked.
fn require_own(tree: &Tree, path: &RelPath) -> Result<(), CacheError> {
    let absolute = tree.absolute(path);
    let stat = tree.stat(path)?.filter(|stat| stat.kind == Kind::Directory);
    let Some(stat) = stat else {
        return Err(CacheError::NoDirectory { path: absolute });
    };
    let owner = stat.owner.uid;
    if owner != 0 && owner != current_owner().uid {
        return Err(CacheError::Foreign { path: absolute, owner });
    }
    if stat.mode & WRITABLE != 0 && stat.mode & STICKY == 0 {
        return Err(CacheError::Open { path: absolute, mode: stat.mode });
    }
    Ok(())
}
