//! The cache: whole files under their digests, `sha256/HEX`, and beginnings of files, `partial/NAME`.
//! What has a good name was durable, and had that digest, before it got it. Several processes may use one cache.

mod error;
mod place;
mod store;

pub use error::CacheError;

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::download::{Download, FetchError, Fetching, Partial};
use super::error::{PathContext, PathError};
use super::lock::{Lock, LockError};
use super::meter::Meter;
use super::network::Network;
use super::outside::size_outside;
use super::signal::Level;
use super::tree::Tree;
use crate::model::{RelPath, Sha256Digest};

/// How often a lock that somebody else has is tried again.
const LOOK: Duration = Duration::from_millis(250);

/// How long the lock of the good names is waited for: nobody holds it for longer than it takes to hash a file.
const STORE_WAIT: Duration = Duration::from_secs(60);

/// A directory of files that were fetched.
#[derive(Debug)]
pub struct Cache {
    tree: Tree,
}

/// What somebody wants to have.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Where it is published.
    pub url: String,
    /// Every digest that it may have; when there are none, it may have any.
    pub sums: Vec<Sha256Digest>,
    /// The most bytes that it may have.
    pub cap: u64,
}

/// A whole file in the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Where it is.
    pub path: PathBuf,
    /// What it is.
    pub sha256: Sha256Digest,
    /// How many bytes it has.
    pub bytes: u64,
    /// Whether it was there before.
    pub was_cached: bool,
}

impl Cache {
    /// Opens a cache, and makes it unless it is there.
    ///
    /// Only its owner may change anything in it (0755): what others could exchange after it was checked would be no use. A
    /// directory with the sticky bit may be written to by others, because they can take away nothing there.
    ///
    /// # Errors
    /// When it cannot be made or opened, belongs to somebody else than this user or root, or may be changed by others.
    pub fn open(directory: &Path, meter: Meter) -> Result<Self, CacheError> {
        Ok(Self { tree: place::open(directory, meter)? })
    }

    /// Where it is.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.tree.root()
    }

    /// A file with one of these digests, if there is one. It is not read: what it is is known once it was.
    pub fn find(&self, sums: &[Sha256Digest]) -> Result<Option<PathBuf>, PathError> {
        for sum in sums {
            let path = place::whole(sum);
            if self.tree.exists(&path)? {
                return Ok(Some(self.tree.absolute(&path)));
            }
        }
        Ok(None)
    }

    /// A file with one of these digests in a cache that lies there, if there is one, and how many bytes it has. No cache is made, and
    /// what the file is is known once it was read.
    #[must_use]
    pub fn peek(directory: &Path, sums: &[Sha256Digest]) -> Option<(PathBuf, u64)> {
        let paths = sums.iter().map(|sum| place::whole(sum).under(directory));
        let mut found = paths.filter_map(|path| Some((size_outside(&path).ok()?, path)));
        found.next().map(|(bytes, path)| (path, bytes))
    }

    /// Gets a file, from the cache if it is there, else from where it is published.
    ///
    /// A file that is in the cache is read, and removed if it is not what its name says. Of two who want the same address
    /// one waits for the other.
    ///
    /// # Errors
    /// [`FetchError`]. Nothing has a good name then that had none before.
    pub fn fetch(
        &self,
        network: &Network,
        wanted: &Wanted,
        tell: &mut dyn FnMut(Fetching),
    ) -> Result<Fetched, FetchError> {
        if let Some(found) = self.stored(&wanted.sums, tell)? {
            return Ok(found);
        }
        network.admit(&wanted.url)?;
        let name = place::partial(&wanted.url);
        let _alone = self.wait_for(&name, network, &wanted.url, tell)?;
        if let Some(found) = self.stored(&wanted.sums, tell)? {
            return Ok(found);
        }
        let mut partial = Partial::open(&self.tree, name, !wanted.sums.is_empty())?;
        let mut download =
            Download { network, url: &wanted.url, sums: &wanted.sums, cap: wanted.cap, tell };
        let written = download.run(&mut partial)?;
        let path = self.give_name(partial.path(), written.sha256)?;
        partial.remove_note()?;
        Ok(Fetched { path, sha256: written.sha256, bytes: written.bytes, was_cached: false })
    }

    /// Takes a file in that comes from elsewhere: a directory, a bundle. `from` is what it is called in messages.
    ///
    /// # Errors
    /// [`FetchError`], also when it cannot be read.
    pub fn adopt(
        &self,
        mut file: impl Read,
        from: &Path,
        sums: &[Sha256Digest],
        cap: u64,
    ) -> Result<Fetched, FetchError> {
        let name = place::adopted();
        let _alone = self.briefly_alone(&name)?;
        let mut sink = self.tree.create(&name)?;
        let copied = io::copy(&mut file.by_ref().take(cap.saturating_add(1)), &mut sink);
        let written = match copied {
            Err(error) if is_full(&error) => Err(error).on("write", self.directory()),
            copied => copied.on("copy", from).and_then(|_| sink.finish()),
        };
        let shown = || from.display().to_string();
        let verdict = match written {
            Err(error) => Err(error.into()),
            Ok(written) if written.bytes > cap => Err(FetchError::TooLarge { from: shown(), cap }),
            Ok(written) if written.bytes == 0 => Err(FetchError::Empty { from: shown() }),
            Ok(written) if sums.is_empty() || sums.contains(&written.sha256) => Ok(written),
            Ok(written) => Err(FetchError::WrongDigest {
                from: shown(),
                expected: sums.to_vec(),
                actual: written.sha256,
            }),
        };
        match verdict {
            Ok(written) => {
                let (sha256, bytes) = (written.sha256, written.bytes);
                let was_cached = self.find(&[sha256])?.is_some();
                let path = self.give_name(&name, sha256)?;
                Ok(Fetched { path, sha256, bytes, was_cached })
            }
            Err(error) => {
                // The error that matters is the first one.
                drop(self.tree.remove_file(&name));
                Err(error)
            }
        }
    }

    /// The lock of one file that is fetched; waits as long as fetching may take.
    fn wait_for(
        &self,
        name: &RelPath,
        network: &Network,
        url: &str,
        tell: &mut dyn FnMut(Fetching),
    ) -> Result<Lock, FetchError> {
        let began = network.clock().monotonic();
        let mut was_told = false;
        loop {
            let (path, holder) = match self.try_lock(name) {
                Ok(lock) => return Ok(lock),
                Err(LockError::Held { path, holder }) => (path, holder),
                Err(LockError::Path(error)) => return Err(error.into()),
            };
            let from = Network::shown(url);
            if network.cancel().requested() != Level::No {
                return Err(super::NetworkError::Cancelled { url: from }.into());
            }
            if network.clock().monotonic().saturating_sub(began) >= network.total() {
                return Err(FetchError::Busy { from, path, holder });
            }
            if !std::mem::replace(&mut was_told, true) {
                tell(Fetching::Waiting { holder });
            }
            network.clock().sleep(LOOK);
        }
    }

    /// The lock of something that takes only moments.
    fn briefly_alone(&self, name: &RelPath) -> Result<Lock, FetchError> {
        let clock = super::Clock::system();
        loop {
            match self.try_lock(name) {
                Ok(lock) => return Ok(lock),
                Err(LockError::Held { path, holder }) if clock.monotonic() >= STORE_WAIT => {
                    let from = self.directory().display().to_string();
                    return Err(FetchError::Busy { from, path, holder });
                }
                Err(LockError::Held { .. }) => clock.sleep(LOOK),
                Err(LockError::Path(error)) => return Err(error.into()),
            }
        }
    }

    fn try_lock(&self, name: &RelPath) -> Result<Lock, LockError> {
        let holder = format!("process {}", std::process::id());
        Lock::acquire(&self.tree, &place::lock(name), &holder)
    }
}

/// Then it is the cache that failed, whatever was copied.
fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}
