//! The good names: given to what is known, and taken from what turns out to be something else.
//! Both happen under one lock, so that nobody takes the name from what somebody else has just given it to.

use std::io;

use super::{Cache, Fetched, place};
use crate::host::download::{FetchError, Fetching};
use crate::host::error::PathError;
use crate::host::sink::Written;
use crate::host::tree::Kind;
use crate::model::{RelPath, Sha256Digest};

impl Cache {
    /// A file with one of these digests that was just read. What is found under a name that is not its own is removed, and
    /// told.
    ///
    /// # Errors
    /// When it cannot be read or removed.
    pub fn stored(
        &self,
        sums: &[Sha256Digest],
        tell: &mut dyn FnMut(Fetching),
    ) -> Result<Option<Fetched>, FetchError> {
        for sum in sums {
            let name = place::whole(sum);
            if !self.tree.exists(&name)? {
                continue;
            }
            let path = self.tree.absolute(&name);
            if let Some(Written { bytes, sha256 }) = self.confirmed(&name, *sum)? {
                return Ok(Some(Fetched { path, sha256, bytes, was_cached: true }));
            }
            let _alone = self.briefly_alone(&place::names())?;
            if self.tree.exists(&name)? && self.confirmed(&name, *sum)?.is_none() {
                self.tree.remove_file(&name)?;
                tell(Fetching::Damaged { path });
            }
        }
        Ok(None)
    }

    /// Gives a file of our own the name of its digest. It is durable already.
    pub(super) fn give_name(
        &self,
        own: &RelPath,
        sum: Sha256Digest,
    ) -> Result<std::path::PathBuf, FetchError> {
        let name = place::whole(&sum);
        self.tree.set_mode(own, 0o644)?;
        let _alone = self.briefly_alone(&place::names())?;
        match self.tree.rename(own, &name) {
            Err(error) if error.source.kind() == io::ErrorKind::AlreadyExists => {
                if self.confirmed(&name, sum)?.is_some() {
                    self.tree.remove_file(own)?;
                } else {
                    self.tree.remove_file(&name)?;
                    self.tree.rename(own, &name)?;
                }
            }
            renamed => renamed?,
        }
        Ok(self.tree.absolute(&name))
    }

    /// What is under a name, if that is its own.
    fn confirmed(&self, name: &RelPath, sum: Sha256Digest) -> Result<Option<Written>, PathError> {
        let stat = self.tree.stat(name)?;
        if stat.is_none_or(|stat| stat.kind != Kind::File) {
            return Ok(None);
        }
        let written = self.tree.open_file(name)?.measure()?;
        Ok((written.sha256 == sum).then_some(written))
    }
}
