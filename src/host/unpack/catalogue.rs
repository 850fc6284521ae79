//! The list of a release tree while it is being made: what has which path, and what would clash with it.
//! It knows only names; nothing is created here.

use std::collections::BTreeMap;

use caseless::Caseless;
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use super::name::judge_link;
use super::rule::{Breach, Rule};
use crate::model::{Entry, EntryKind, RelPath};

/// All entries so far, with an index by which names that some file system confuses are found.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    entries: Vec<Entry>,
    index: BTreeMap<Fold, usize>,
    /// Bytes of all names: what this list costs.
    bytes: u64,
}

/// Half of the SHA-256 of a folded path. A 16-byte key keeps the index of the largest allowed archive in a few
/// megabytes, whatever its names; two names with the same key would cost 2^64 attempts, and would be refused.
type Fold = [u8; 16];

impl Catalogue {
    /// Bytes of all names and link targets so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Notes a directory. Gives the paths that have to be created, outermost first: none if it is there already.
    pub(super) fn add_directory(&mut self, path: &RelPath) -> Result<Vec<RelPath>, Breach> {
        match self.find(path)? {
            Some(EntryKind::File { .. } | EntryKind::Symlink { .. }) => {
                Err(Rule::NAME_DUPLICATE.into())
            }
            Some(EntryKind::Directory) | None => self.add_way(path),
        }
    }

    /// Makes room for a file or link: its parents are noted, and it must be new. Gives the directories to create.
    pub(super) fn make_room(&mut self, path: &RelPath) -> Result<Vec<RelPath>, Breach> {
        let parent = path.parent().ok_or(Rule::NAME_DUPLICATE)?;
        Rule::NAME_DUPLICATE.demands(self.find(path)?.is_none())?;
        self.add_way(&parent)
    }

    /// Notes a directory and all above it, as far as they are not known yet.
    fn add_way(&mut self, path: &RelPath) -> Result<Vec<RelPath>, Breach> {
        let mut missing = Vec::new();
        let mut at = Some(path.clone());
        while let Some(path) = at.filter(|path| *path != RelPath::here()) {
            match self.find(&path)? {
                Some(EntryKind::Directory) => break,
                Some(EntryKind::Symlink { .. }) => return Err(Rule::LINK_PARENT.into()),
                Some(EntryKind::File { .. }) => return Err(Rule::NAME_PARENT.into()),
                None => at = path.parent(),
            }
            missing.push(path);
        }
        missing.reverse();
        for path in &missing {
            self.push(Entry { path: path.clone(), kind: EntryKind::Directory });
        }
        Ok(missing)
    }

    /// Notes a file or link for which [`Self::make_room`] has made room.
    pub(super) fn push(&mut self, entry: Entry) {
        let target = match &entry.kind {
            EntryKind::Symlink { target } => target.len(),
            EntryKind::File { .. } | EntryKind::Directory => 0,
        };
        self.bytes += (entry.path.as_str().len() + target) as u64;
        self.index.insert(fold(&entry.path), self.entries.len());
        self.entries.push(entry);
    }

    /// What has this path. An entry whose path merely folds to the same is a collision.
    fn find(&self, path: &RelPath) -> Result<Option<&EntryKind>, Breach> {
        let found = self.index.get(&fold(path)).and_then(|at| self.entries.get(*at));
        match found {
            Some(entry) if entry.path != *path => {
                let other = super::error::printable(entry.path.as_str().as_bytes());
                Err(Rule::NAME_COLLISION.with(format!("\"{other}\"")))
            }
            other => Ok(other.map(|entry| &entry.kind)),
        }
    }

    /// Judges where a link leads, now that everything is known. It has to lead to something that is there, without
    /// passing through another link, and must not lead back to where it came from.
    pub(super) fn judge_link(&self, path: &RelPath) -> Result<(), Breach> {
        let mut at = path.clone();
        // More links than this in a row are no chain but a ring.
        for _ in 0..40 {
            let Some(EntryKind::Symlink { target }) = self.find(&at)? else {
                return Ok(());
            };
            let (_, leads_to) = judge_link(&at, target.as_bytes())?;
            Rule::LINK_CYCLE.demands(!path.is_within(&leads_to))?;
            self.way_is_clear(&at, target)?;
            self.find(&leads_to)?.ok_or(Rule::LINK_DANGLING)?;
            at = leads_to;
        }
        Err(Rule::LINK_CYCLE.into())
    }

    /// Is every directory that the kernel would pass on its way a directory, also before a `..`?
    fn way_is_clear(&self, link: &RelPath, target: &str) -> Result<(), Breach> {
        let mut at = link.parent().unwrap_or_else(RelPath::here);
        for part in target.split('/').filter(|part| !matches!(*part, "" | ".")) {
            if at != RelPath::here() && self.find(&at)? != Some(&EntryKind::Directory) {
                return Err(Rule::LINK_THROUGH.into());
            }
            at = match part {
                ".." => at.parent().ok_or(Rule::LINK_OUTSIDE)?,
                name => at.join(name),
            };
        }
        let slashed = target.ends_with('/') || target.ends_with("/.");
        if slashed && self.find(&at)? != Some(&EntryKind::Directory) {
            return Err(Rule::LINK_THROUGH.into());
        }
        Ok(())
    }

    /// The finished list, sorted by path.
    pub(super) fn into_entries(self) -> Vec<Entry> {
        let mut entries = self.entries;
        entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        entries
    }
}

/// The key of a path: names that differ only in case, in Unicode form (NFC, NFD), or in the dots and spaces at their
/// end, which Windows drops, have the same.
fn fold(path: &RelPath) -> Fold {
    let mut hash = Sha256::new();
    for part in path.as_str().split('/') {
        let trimmed = part.trim_end_matches(['.', ' ']);
        let part = if trimmed.is_empty() { part } else { trimmed };
        if part.is_ascii() {
            hash.update(part.to_ascii_lowercase());
        } else {
            let folded: String = part.nfd().default_case_fold().nfc().collect();
            hash.update(folded);
        }
        hash.update(b"/");
    }
    let mut key = Fold::default();
    for (to, from) in key.iter_mut().zip(hash.finalize()) {
        *to = from;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RelPath {
        text.parse().unwrap()
    }

    #[test]
    fn names_that_a_file_system_confuses_fold_to_one_key() {
        for (a, b) in [
            ("Foo/a", "foo/A"),
            ("caf\u{e9}", "cafe\u{301}"),
            ("stra\u{df}e", "STRASSE"),
            ("a", "a. "),
            ("\u{212a}", "k"),
            ("\u{1e9e}", "ss"),
        ] {
            assert_eq!(fold(&path(a)), fold(&path(b)), "{a:?} {b:?}");
        }
        for (a, b) in [("a/b", "ab"), ("a", "b"), ("...", "..x"), ("i", "\u{131}")] {
            assert_ne!(fold(&path(a)), fold(&path(b)), "{a:?} {b:?}");
        }
    }

    #[test]
    fn missing_parents_are_named_from_the_outside_in_and_only_once() {
        let mut catalogue = Catalogue::default();
        let made = catalogue.make_room(&path("a/b/c")).unwrap();
        assert_eq!(made, [path("a"), path("a/b")]);
        assert_eq!(catalogue.make_room(&path("a/b/d")).unwrap(), []);
        let clash = catalogue.make_room(&path("A/x")).unwrap_err();
        assert_eq!(clash.rule, Rule::NAME_COLLISION);
    }
}
