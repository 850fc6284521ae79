//! What a power cut would leave at any moment of a run: files and database, kept while the run goes on.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, lchown, symlink};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use mmembed::journal::{TransactionState, replay};
use mmembed::model::{Plan, Step};

use crate::fakes::postgres::{Database, Kept};

/// What was there immediately before one mutation.
pub(super) struct Moment {
    /// The files, in the place of the root.
    pub(super) tree: PathBuf,
    /// The database.
    pub(super) database: Held,
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
        String::from_utf8_lossy(&self.log).lines().count()
    }

    /// What is being done, or comes next; `None` before it has begun.
    pub(super) fn step<'p>(&self, plan: &'p Plan) -> Option<&'p Step> {
        let state = self.state();
        state.has_begun().then(|| plan.step(state.next_to_perform()).map(|it| &it.step)).flatten()
    }
}

/// What the database holds.
#[derive(Clone)]
pub(super) enum Held {
    /// The same as at the beginning.
    Old,
    /// The same as at the end.
    New,
    /// Something between.
    Between(Arc<Kept>),
}

/// Keeps moments of one run.
pub(super) struct Recorder {
    root: PathBuf,
    journal: PathBuf,
    database: Database,
    into: PathBuf,
    /// In which states of the journal moments are kept, and with which database.
    wanted: Box<dyn Fn(&TransactionState) -> Wanted + Send>,
    seen: usize,
    pub(super) moments: Vec<Moment>,
    /// Mutations at which somebody was connected to a database that may have changed.
    pub(super) missed: Vec<usize>,
}

/// How much of a moment is kept.
pub(super) enum Wanted {
    Nothing,
    Before,
    After,
    Between,
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
        let database = match wanted {
            Wanted::Nothing => return,
            Wanted::Before => Held::Old,
            Wanted::After => Held::New,
            Wanted::Between => match self.database.keep() {
                Some(kept) => Held::Between(Arc::new(kept)),
                None => return self.missed.push(at),
            },
        };
        let tree = self.into.join(at.to_string());
        duplicate(&self.root, &tree);
        self.moments.push(Moment { tree, database, log, at });
    }
}

/// Copies a tree with modes and owners. Files that are never written to again once they have their name get another
/// one instead: all but the journals and what lies beside them, and the lock.
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
    } else if from.components().any(|part| part.as_os_str() == "txn") || from.ends_with("lock") {
        fs::copy(from, to).unwrap();
        adorn(to, &meta);
    } else {
        fs::hard_link(from, to).unwrap();
    }
}

fn adorn(path: &Path, like: &fs::Metadata) {
    lchown(path, Some(like.uid()), Some(like.gid())).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(like.mode() & 0o7777)).unwrap();
}
