//! What a power cut would leave at any moment of a run: files and database, kept while the run goes on.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, lchown, symlink};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use mmembed::journal::{TransactionState, replay};
use mmembed::model::{Plan, Step};

use crate::fakes::postgres::{Database, Kept};

/// Larger files are never written to again once they have their name: they are kept by another name for them.
const LARGE: u64 = 64 * 1024;

/// What was there immediately before one mutation.
pub(super) struct Moment {
    /// The files, in the place of the root.
    pub(super) tree: PathBuf,
    /// The database, where it may be another one than at the beginning.
    pub(super) database: Option<Kept>,
    /// The journal.
    pub(super) log: Vec<u8>,
    /// The mutation's number.
    pub(super) at: usize,
}

impl Moment {
    pub(super) fn state(&self) -> TransactionState {
        replay(&self.log).unwrap().state
    }

    /// How many records stand in the journal.
    pub(super) fn records(&self) -> usize {
        self.log.iter().filter(|byte| **byte == b'\n').count()
    }

    /// What is being done, or comes next; `None` before it has begun.
    pub(super) fn step<'p>(&self, plan: &'p Plan) -> Option<&'p Step> {
        let state = self.state();
        state.has_begun().then(|| plan.step(state.next_to_perform()).map(|it| &it.step)).flatten()
    }
}

/// Keeps moments of one run.
pub(super) struct Recorder {
    root: PathBuf,
    journal: PathBuf,
    database: Database,
    into: PathBuf,
    /// From which state of the journal on moments are kept, and from which on with the database.
    wanted: Box<dyn Fn(&TransactionState) -> Wanted + Send>,
    seen: usize,
    pub(super) moments: Vec<Moment>,
    /// Mutations at which somebody was connected to a database that may have changed.
    pub(super) missed: Vec<usize>,
}

/// How much of a moment is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Nothing,
    Files,
    FilesAndDatabase,
}

impl Recorder {
    pub(super) fn new(
        root: &Path,
        journal: PathBuf,
        database: &Database,
        into: PathBuf,
        wanted: impl Fn(&TransactionState) -> Wanted + Send + 'static,
    ) -> Arc<Mutex<Self>> {
        fs::create_dir_all(&into).unwrap();
        let (root, database) = (root.to_owned(), database.clone());
        let wanted = Box::new(wanted);
        let (moments, missed) = (Vec::new(), Vec::new());
        Arc::new(Mutex::new(Self {
            root,
            journal,
            database,
            into,
            wanted,
            seen: 0,
            moments,
            missed,
        }))
    }

    /// Keeps what is there now, if it is wanted.
    pub(super) fn look(&mut self) {
        let at = self.seen;
        self.seen += 1;
        let log = fs::read(&self.journal).unwrap_or_default();
        let wanted = (self.wanted)(&replay(&log).unwrap().state);
        if wanted == Wanted::Nothing {
            return;
        }
        let mut database = None;
        if wanted == Wanted::FilesAndDatabase {
            database = self.database.keep();
            if database.is_none() {
                self.missed.push(at);
                return;
            }
        }
        let tree = self.into.join(at.to_string());
        duplicate(&self.root, &tree);
        self.moments.push(Moment { tree, database, log, at });
    }
}

/// Copies a tree with modes and owners. Large files get another name instead.
pub(super) fn duplicate(from: &Path, to: &Path) {
    let meta = fs::symlink_metadata(from).unwrap();
    if meta.is_symlink() {
        symlink(fs::read_link(from).unwrap(), to).unwrap();
        lchown(to, Some(meta.uid()), Some(meta.gid())).unwrap();
    } else if meta.is_dir() {
        fs::create_dir(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            duplicate(&entry.path(), &to.join(entry.file_name()));
        }
        adorn(to, &meta);
    } else if meta.len() > LARGE {
        fs::hard_link(from, to).unwrap();
    } else {
        fs::copy(from, to).unwrap();
        adorn(to, &meta);
    }
}

fn adorn(path: &Path, like: &fs::Metadata) {
    lchown(path, Some(like.uid()), Some(like.gid())).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(like.mode() & 0o7777)).unwrap();
}
