//! A live tree and a staged one, made by hand, and plans that lead from one to the other.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use mmembed::engine::{self, OpenError, Outcome, Reporter};
use mmembed::host::{Cancel, Host, Lock, LockError, Meter};
use mmembed::model::{
    Carry, Edition, Entry, EntryKind, Event, IDENTITY_SCHEMA, RelPath, Release, Sha256Digest, Step,
    TransactionId, TreeIdentity, Version,
};

use crate::crash::{id, plan, prefix};
use crate::support::manifest::{Manifest, manifest_without};

/// The two trees of a host below a root.
pub struct Trees {
    root: PathBuf,
}

/// What was said while a plan was carried out, and how it ended.
pub struct Ran {
    pub outcome: Result<Outcome, OpenError>,
    pub notes: Vec<String>,
}

impl Ran {
    #[track_caller]
    pub fn committed(self) -> Vec<String> {
        assert!(matches!(self.outcome, Ok(Outcome::Committed)), "{:?}", self.outcome);
        self.notes
    }

    /// Why it was undone.
    #[track_caller]
    pub fn refused(self) -> String {
        match self.outcome {
            Ok(Outcome::RolledBack { cause: Some(cause) }) => cause.to_string(),
            other => panic!("{other:?}"),
        }
    }
}

struct Heard(Vec<String>);

impl Reporter for Heard {
    fn hear(&mut self, event: &Event) {
        if let Event::Note { text } = event {
            self.0.push(text.clone());
        }
    }
}

pub fn path(text: &str) -> RelPath {
    text.parse().unwrap()
}

pub fn paths(texts: &[&str]) -> Vec<RelPath> {
    texts.iter().map(|text| path(text)).collect()
}

impl Trees {
    pub fn below(root: &Path) -> Self {
        fs::create_dir_all(root.join(prefix().embedded().as_str())).unwrap();
        Self { root: root.to_owned() }
    }

    /// Makes a release the live tree. A name that ends in a slash is a directory.
    pub fn live(&self, version: Version, names: &[&str]) {
        let former: TransactionId = "20251123T205143Z-0001".parse().unwrap();
        self.release(&prefix().live(), former, version, "old", names);
    }

    /// Makes a release the staged tree.
    pub fn staged(&self, version: Version, names: &[&str]) {
        self.release(&prefix().staged(&id()), id(), version, "new", names);
    }

    fn release(
        &self,
        tree: &RelPath,
        transaction: TransactionId,
        version: Version,
        age: &str,
        names: &[&str],
    ) {
        let top = self.root.join(tree.as_str());
        let mut entries = Vec::new();
        let mut directories = BTreeSet::new();
        fs::create_dir(&top).unwrap();
        for name in names.iter().chain(&["config/config.json"]) {
            for above in Path::new(name.trim_end_matches('/')).ancestors().skip(1) {
                directories.insert(above.to_str().unwrap().to_owned());
            }
            if let Some(directory) = name.strip_suffix('/') {
                directories.insert(directory.to_owned());
                continue;
            }
            let content = format!("{age} {name}");
            let executable = name.starts_with("bin/");
            write(&top.join(name), &content, if executable { 0o755 } else { 0o644 });
            let (size, sha256) = (content.len() as u64, Sha256Digest::of(content.as_bytes()));
            let kind = EntryKind::File { size, sha256, executable };
            entries.push(Entry { path: path(name), kind });
        }
        for directory in directories.iter().filter(|directory| !directory.is_empty()) {
            fs::create_dir_all(top.join(directory)).unwrap();
            entries.push(Entry { path: path(directory), kind: EntryKind::Directory });
        }
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        let identity = TreeIdentity {
            schema: IDENTITY_SCHEMA,
            transaction,
            release: Release { version, edition: Edition::Team },
            archive: Some(Sha256Digest::of(age.as_bytes())),
            entries,
            assumed: false,
        };
        let text = serde_json::to_string(&identity).unwrap();
        write(&top.join(TreeIdentity::FILE), &text, 0o644);
    }

    /// Puts a file into the live tree, or changes one.
    pub fn put(&self, name: &str, content: &str) {
        write(&self.in_live(name), content, 0o640);
    }

    pub fn in_live(&self, name: &str) -> PathBuf {
        self.root.join(prefix().live().as_str()).join(name)
    }

    pub fn in_staged(&self, name: &str) -> PathBuf {
        self.root.join(prefix().staged(&id()).as_str()).join(name)
    }

    pub fn in_retired(&self, name: &str) -> PathBuf {
        self.root.join(prefix().retired(&id()).as_str()).join(name)
    }

    /// Where changed files are kept.
    pub fn kept() -> RelPath {
        prefix().state().join("backups/one/modified")
    }

    pub fn in_kept(&self, name: &str) -> PathBuf {
        self.root.join(Self::kept().as_str()).join(name)
    }

    /// What is read back of a live file.
    #[track_caller]
    pub fn reads(&self, name: &str) -> String {
        fs::read_to_string(self.in_live(name)).unwrap()
    }

    /// All that there is beside the stage.
    pub fn look(&self) -> Manifest {
        let stage = prefix().staged(&id());
        manifest_without(&self.root.join(prefix().embedded().as_str()), &[stage.name()], &[])
    }

    /// What leads from one tree to the other, the way of an upgrade.
    pub fn steps(in_tree: &[&str]) -> Vec<Step> {
        let (from, to) = (prefix().live(), prefix().staged(&id()));
        let mut steps = vec![
            Self::check(in_tree),
            Step::InheritAttributes { from: from.clone(), to },
            Step::KeepModified { tree: from, into: Self::kept() },
        ];
        steps.extend(Self::carry_and_activate(in_tree, &[]));
        steps
    }

    pub fn check(in_tree: &[&str]) -> Step {
        let (from, to) = (prefix().live(), prefix().staged(&id()));
        Step::CheckCarry(Carry { from, to, in_tree: paths(in_tree), expected: Vec::new() })
    }

    pub fn activate() -> Step {
        let (live, staged) = (prefix().live(), prefix().staged(&id()));
        Step::Activate { staged, live, maker: id(), retired: Some(prefix().retired(&id())) }
    }

    pub fn carry_and_activate(in_tree: &[&str], expected: &[&str]) -> Vec<Step> {
        let (from, to) = (prefix().live(), prefix().staged(&id()));
        let (in_tree, expected) = (paths(in_tree), paths(expected));
        vec![Step::Carry(Carry { from, to, in_tree, expected }), Self::activate()]
    }

    pub fn host(&self, meter: Meter) -> Host {
        let territory = engine::own_territory(&prefix());
        Host::new(&self.root, territory, meter, Cancel::never()).unwrap()
    }

    /// Another test's child that is just being started holds every open file, and with it the lock, for an instant.
    fn lock(host: &Host) -> Lock {
        engine::prepare_state(host, &prefix()).unwrap();
        loop {
            match Lock::acquire(&host.tree, &prefix().lock(), "a test") {
                Ok(lock) => return lock,
                Err(LockError::Held { .. }) => std::thread::yield_now(),
                Err(error) => panic!("{error}"),
            }
        }
    }

    pub fn run(&self, steps: Vec<Step>) -> Ran {
        self.run_on(Meter::default(), steps)
    }

    pub fn run_on(&self, meter: Meter, steps: Vec<Step>) -> Ran {
        let lock = Self::lock(&self.host(Meter::default()));
        let mut heard = Heard(Vec::new());
        let host = self.host(meter);
        let plan = plan(prefix(), steps);
        let outcome = engine::carry_out(&host, &lock, plan, &[], &mut heard);
        Ran { outcome, notes: heard.0 }
    }

    /// What a new run makes of an interrupted one.
    pub fn recover_on(&self, meter: Meter) -> Option<Outcome> {
        let host = self.host(meter);
        let lock = Self::lock(&host);
        let mut silent = engine::Silent;
        engine::recover(&host, &lock, &prefix(), engine::Wish::Retry, &mut silent).unwrap()
    }
}

/// Writes a file with this mode, whatever the mask, making the directories above it.
pub fn write(path: &Path, content: &str, mode: u32) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// A step that fails: there is no tree there.
pub fn failing() -> Step {
    let nothing = prefix().state().join("nothing");
    Step::CheckCarry(Carry {
        from: nothing.clone(),
        to: nothing,
        in_tree: vec![],
        expected: vec![],
    })
}
