//! Is a backup still what it was when it was finished? Every byte of every part is read.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};

use super::error::BackupError;
use super::manifest::manifest_text;
use crate::engine::dump::{Watch, check_dump};
use crate::host::{Host, Kind, Level, PathError, list_tree};
use crate::model::{
    BackupId, BackupManifest, BackupPart, Prefix, RelPath, SavedDirectory, SavedFile, SavedKind,
};

/// Reads a backup to its last byte, and has its dump list its content.
///
/// Files of directories that were linked, not copied, are only looked for with their size: they are the ones in use.
///
/// # Errors
/// [`BackupError::Damaged`] with all that is wrong.
pub fn verify(host: &Host, prefix: &Prefix, id: &BackupId) -> Result<BackupManifest, BackupError> {
    let (manifest, is_whole) = manifest_text(host, prefix, id)?;
    let mut look = Look { host, directory: prefix.backup(id), faults: Vec::new() };
    if !is_whole {
        look.fault(BackupManifest::FILE, "is not what was written");
    }
    if manifest.id != *id {
        look.fault(BackupManifest::FILE, &format!("is that of the backup {}", manifest.id));
    }
    for part in &manifest.parts {
        look.part(part)?;
    }
    look.strangers(&manifest)?;
    // Lists that are damaged themselves say nothing.
    if look.faults.is_empty() {
        for directory in &manifest.directories {
            look.directory(directory)?;
        }
        look.dump(&manifest)?;
    }
    if look.faults.is_empty() {
        return Ok(manifest);
    }
    Err(BackupError::Damaged { id: id.clone(), faults: look.faults })
}

struct Look<'l> {
    host: &'l Host,
    directory: RelPath,
    faults: Vec<String>,
}

impl Look<'_> {
    fn fault(&mut self, what: &str, how: &str) {
        self.faults.push(format!("{what} {how}"));
    }

    fn part(&mut self, part: &BackupPart) -> Result<(), BackupError> {
        let (name, path) = (part.path.as_str(), self.directory.below(&part.path));
        match self.host.tree.stat(&path)? {
            None => self.fault(name, "is missing"),
            Some(stat) if stat.kind != Kind::File => self.fault(name, "is no file"),
            Some(stat) if stat.size != part.size => {
                let how = format!("has {} bytes instead of {}", stat.size, part.size);
                self.fault(name, &how);
            }
            Some(_) => {
                let read = self.host.tree.open_file(&path)?.measure()?;
                if read.sha256 != part.sha256 {
                    self.fault(name, "is not what was written");
                }
            }
        }
        Ok(())
    }

    /// Everything in the backup is a part, leads to one, or is in a saved directory.
    fn strangers(&mut self, manifest: &BackupManifest) -> Result<(), BackupError> {
        let own =
            [BackupManifest::FILE, BackupManifest::DIGEST_FILE, BackupManifest::FORMER_VALUES];
        let mut known: BTreeSet<RelPath> =
            own.iter().map(|name| RelPath::here().join(name)).collect();
        known.extend(manifest.parts.iter().map(|part| part.path.clone()));
        known.extend(manifest.directories.iter().map(|directory| directory.part.clone()));
        self.strangers_in(&RelPath::here(), &known)
    }

    fn strangers_in(
        &mut self,
        place: &RelPath,
        known: &BTreeSet<RelPath>,
    ) -> Result<(), BackupError> {
        for name in self.host.tree.list(&self.directory.below(place))? {
            let Ok(name) = name.parse::<RelPath>() else {
                self.fault(&name, "does not belong to it");
                continue;
            };
            let path = place.below(&name);
            if known.contains(&path) {
                continue;
            }
            if known.iter().any(|part| part.is_within(&path)) {
                self.strangers_in(&path, known)?;
            } else {
                self.fault(path.as_str(), "does not belong to it");
            }
        }
        Ok(())
    }

    /// Goes through the list and the directory side by side: both are in the same order.
    fn directory(&mut self, saved: &SavedDirectory) -> Result<(), BackupError> {
        let tree = &self.host.tree;
        let part = self.directory.below(&saved.part);
        if tree.stat(&part)?.is_none_or(|stat| stat.kind != Kind::Directory) {
            self.fault(saved.part.as_str(), "is missing");
            return Ok(());
        }
        let list = tree.open_file(&self.directory.below(&saved.list))?;
        let list_name = list.path().to_owned();
        let mut lines = BufReader::new(list).lines();
        let with_digests = self.has_digests(saved)?;
        let mut wrong = Vec::new();
        let mut differs = |path: &str| wrong.push(format!("{}/{path}", saved.part));
        let unreadable = |source| PathError { verb: "read", path: list_name.clone(), source };
        list_tree(&tree.absolute(&part), with_digests, &mut |found| {
            let listed = lines.next().transpose().map_err(unreadable)?;
            let listed = listed.and_then(|line| serde_json::from_str::<SavedFile>(&line).ok());
            if listed.as_ref() != Some(&found) {
                differs(&found.path);
            }
            Ok(())
        })?;
        for line in lines {
            let line = line.map_err(unreadable)?;
            let listed = serde_json::from_str::<SavedFile>(&line).ok();
            differs(listed.as_ref().map_or("", |file| &file.path));
        }
        // Once something is missing or added, all that follows is out of step.
        if let Some(first) = wrong.first() {
            let first = first.clone();
            self.fault(&first, "is not as it was saved");
        }
        Ok(())
    }

    /// Do the files of this list have digests? All have or none.
    fn has_digests(&self, saved: &SavedDirectory) -> Result<bool, BackupError> {
        let list = self.host.tree.open_file(&self.directory.below(&saved.list))?;
        let lines = BufReader::new(list).lines().map_while(Result::ok);
        let mut files = lines.filter_map(|line| serde_json::from_str::<SavedFile>(&line).ok());
        Ok(files.any(|file| matches!(file.kind, SavedKind::File { sha256: Some(_), .. })))
    }

    fn dump(&self, manifest: &BackupManifest) -> Result<(), BackupError> {
        let Some(database) = &manifest.database else { return Ok(()) };
        let (path, driver) = (self.directory.below(&database.dump), &database.description.driver);
        let mut quiet = |_| ();
        let mut watch = Watch { stop_at: Level::First, progress: &mut quiet };
        Ok(check_dump(self.host, driver, &path, &mut watch)?)
    }
}
