//! The crash matrix: stops the world at every mutation of a run, lets a new run recover, and asks whether the host is
//! in the old state or in the new one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mmembed::engine::{self, OpenError, Outcome, Payload, Silent, Wish};
use mmembed::host::{Cancel, Fault, Host, Lock, LockError, Meter};
use mmembed::model::Plan;
use tempfile::TempDir;

use super::manifest::{Manifest, manifest_without};

/// Builds a host below an empty root and says what will be done to it.
pub type Build = Box<dyn Fn(&Path) -> (Plan, Vec<Payload>)>;

/// A host made ready, a plan for it, and what it reads.
pub struct Scenario {
    /// Builds the host below an empty root and says what will be done to it.
    pub build: Build,
    /// Of what it only counts whether it is there: logs and times that differ from run to run.
    pub unlooked: Vec<&'static str>,
    /// May the host lie in memory? A server refuses to keep its files below `/dev`.
    pub in_memory: bool,
    /// Can two names be exchanged on the host's file system?
    pub can_exchange: bool,
    /// The first mutation that matters, given how many there are.
    pub from: fn(u64) -> u64,
    /// Every how many mutations the world is stopped, and every how many of those its recovery is stopped too, at
    /// every mutation of that.
    pub stride: (u64, u64),
    /// Every how many bytes the last line of the journal is torn, at each mutation that follows a record.
    pub tear: usize,
}

/// One host in a directory of its own.
struct World {
    _directory: TempDir,
    root: PathBuf,
    plan: Plan,
    payloads: Vec<Payload>,
    unlooked: Vec<&'static str>,
    can_exchange: bool,
}

impl Scenario {
    fn world(&self) -> World {
        let directory = if self.in_memory { memory() } else { TempDir::new().unwrap() };
        let root = directory.path().join("root");
        std::fs::create_dir(&root).unwrap();
        let (plan, payloads) = (self.build)(&root);
        let (unlooked, can_exchange) = (self.unlooked.clone(), self.can_exchange);
        let world = World { _directory: directory, root, plan, payloads, unlooked, can_exchange };
        engine::prepare_state(&world.host(Meter::default()), &world.plan.prefix).unwrap();
        world
    }

    /// Every step performed twice, and every undo, comes to the same as once.
    pub fn check_repetition(&self) {
        let (once, twice) = (self.world(), self.world());
        let old = once.look();
        assert!(matches!(once.run(Meter::default()), Ok(Outcome::Committed)));
        assert!(matches!(twice.run(Meter::repeating(2)), Ok(Outcome::Committed)));
        assert_eq!(once.look(), twice.look(), "performed twice");

        let undone = self.world();
        let meter = Meter::default();
        assert!(matches!(self.world().run(meter.clone()), Ok(Outcome::Committed)));
        // The last mutations belong to the steps after the commit; well before them, everything is still undone.
        drop(undone.run(Meter::with_fault(meter.count() * 2 / 3, Fault::Crash)));
        undone.try_recover(Meter::repeating(2));
        undone.recover(Meter::default(), 0);
        undone.assert_old_or_new(&old, &old, "undone twice");
    }

    /// Runs the whole matrix and returns how many points it had.
    pub fn check_every_point(&self) -> u64 {
        let world = self.world();
        let old = world.look();
        let meter = Meter::default();
        let outcome = world.run(meter.clone());
        assert!(matches!(outcome, Ok(Outcome::Committed)), "the plan itself fails: {outcome:?}");
        let (new, points) = (world.look(), meter.count());
        assert_ne!(old, new, "a plan that changes nothing proves nothing");
        for at in ((self.from)(points)..points).step_by(usize::try_from(self.stride.0).unwrap()) {
            self.crash_at(at, &old, &new);
            self.fail_at(at, &old, &new);
            // A line is torn only while it is written: nothing has been done behind it yet.
            if at > 0 && self.records_before(at) != self.records_before(at - 1) {
                self.tear_at(at, &old, &new);
            }
            if at % (self.stride.0 * self.stride.1) == 0 {
                self.crash_twice_at(at, &old, &new);
            }
        }
        points
    }

    /// How many records stand in the journal when the world stops at this mutation.
    fn records_before(&self, at: u64) -> usize {
        let world = self.world();
        drop(world.run(Meter::with_fault(at, Fault::Crash)));
        String::from_utf8_lossy(&world.journal()).lines().count()
    }

    /// The world stops at one mutation; then a recovery is let be.
    fn crash_at(&self, at: u64, old: &Manifest, new: &Manifest) {
        let world = self.world();
        drop(world.run(Meter::with_fault(at, Fault::Crash)));
        world.recover(Meter::default(), at);
        world.assert_old_or_new(old, new, &format!("crash at {at}"));
    }

    /// The world stops at one mutation, and the journal's last line is torn off at every byte of it.
    fn tear_at(&self, at: u64, old: &Manifest, new: &Manifest) {
        for torn in (1..).step_by(self.tear) {
            let world = self.world();
            drop(world.run(Meter::with_fault(at, Fault::Crash)));
            if !world.tear_journal(torn) {
                break;
            }
            world.recover(Meter::default(), at);
            world.assert_old_or_new(old, new, &format!("crash at {at}, {torn} bytes torn off"));
        }
    }

    /// The world stops at one mutation, and its recovery is stopped at each of its own.
    fn crash_twice_at(&self, at: u64, old: &Manifest, new: &Manifest) {
        for again in 0.. {
            let world = self.world();
            drop(world.run(Meter::with_fault(at, Fault::Crash)));
            let meter = Meter::with_fault(again, Fault::Crash);
            world.try_recover(meter.clone());
            world.recover(Meter::default(), at);
            world.assert_old_or_new(
                old,
                new,
                &format!("crash at {at}, recovery crashed at {again}"),
            );
            if meter.count() <= again {
                break;
            }
        }
    }

    /// One mutation fails; the run itself has to end in the old state or the new one, or say that it could not.
    fn fail_at(&self, at: u64, old: &Manifest, new: &Manifest) {
        let world = self.world();
        let outcome = world.run(Meter::with_fault(at, Fault::Error));
        let seen = world.look();
        match outcome {
            Ok(Outcome::RolledBack { .. }) => assert_eq!(&seen, old, "error at {at}"),
            Ok(Outcome::Committed) => assert_eq!(&seen, new, "error at {at}"),
            Err(_) => assert_eq!(&seen, old, "error at {at}, before it began"),
            Ok(
                Outcome::CommittedWithRemainder { .. }
                | Outcome::Stuck { .. }
                | Outcome::Unfinished { .. },
            ) => {
                world.recover(Meter::default(), at);
                world.assert_old_or_new(old, new, &format!("error at {at}, recovered"));
            }
        }
    }
}

impl World {
    fn host(&self, meter: Meter) -> Host {
        let territory = engine::own_territory(&self.plan.prefix);
        let meter = if self.can_exchange { meter } else { meter.without_rename_flags() };
        Host::new(&self.root, territory, meter, Cancel::never()).unwrap()
    }

    /// The lock; `None` when the world stopped before it was taken. Another test's child that is just being started
    /// holds every open file, and with it the lock, for an instant longer than its owner.
    fn lock(&self, host: &Host) -> Option<Lock> {
        loop {
            match Lock::acquire(&host.tree, &self.plan.prefix.lock(), "the matrix") {
                Ok(lock) => return Some(lock),
                Err(LockError::Held { .. }) => std::thread::sleep(Duration::from_millis(5)),
                Err(LockError::Path(_)) => return None,
            }
        }
    }

    fn run(&self, meter: Meter) -> Result<Outcome, OpenError> {
        let host = self.host(meter);
        let Some(lock) = self.lock(&host) else {
            return Err(OpenError::NeedsOperator { id: self.plan.id.clone() });
        };
        engine::carry_out(&host, &lock, self.plan.clone(), &self.payloads, &mut Silent)
    }

    /// A recovery that may be stopped.
    fn try_recover(&self, meter: Meter) {
        let host = self.host(meter);
        if let Some(lock) = self.lock(&host) {
            drop(engine::recover(&host, &lock, &self.plan.prefix, Wish::Retry, &mut Silent));
        }
    }

    /// A recovery that must end well.
    fn recover(&self, meter: Meter, at: u64) {
        let host = self.host(meter);
        let prefix = &self.plan.prefix;
        let lock = self.lock(&host).expect("nothing stops this recovery");
        let outcome = engine::recover(&host, &lock, prefix, Wish::Retry, &mut Silent).unwrap();
        assert!(
            matches!(outcome, None | Some(Outcome::Committed | Outcome::RolledBack { .. })),
            "mutation {at}: {outcome:?}"
        );
        engine::prune(&host, prefix).unwrap();
        assert!(engine::find_open(&host, prefix).unwrap().is_none());
    }

    fn journal_path(&self) -> PathBuf {
        let directory = self.plan.prefix.transaction(&self.plan.id);
        self.root.join(directory.join("journal.jsonl").as_str())
    }

    fn journal(&self) -> Vec<u8> {
        std::fs::read(self.journal_path()).unwrap_or_default()
    }

    /// Tears so many bytes off the journal; says whether its last line is that long.
    fn tear_journal(&self, bytes: usize) -> bool {
        let log = self.journal();
        let body = &log[..log.len().saturating_sub(1)];
        let last = body.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let is_long_enough = bytes <= log.len() - last;
        if is_long_enough {
            std::fs::write(self.journal_path(), &log[..log.len() - bytes]).unwrap();
        }
        is_long_enough
    }

    fn assert_old_or_new(&self, old: &Manifest, new: &Manifest, when: &str) {
        let seen = self.look();
        assert!(
            !(&seen != old && &seen != new),
            "{when}: neither old nor new\n{}",
            difference(old, new, &seen)
        );
    }

    fn look(&self) -> Manifest {
        let state = self.plan.prefix.state();
        let own = [state.join("lock"), state.join("txn")];
        let mut skip: Vec<&str> = own.iter().map(mmembed::model::RelPath::as_str).collect();
        skip.extend(&self.unlooked);
        let chance = [self.plan.id.as_str(), self.root.parent().unwrap().to_str().unwrap()];
        let mut manifest = manifest_without(&self.root, &skip, &chance);
        for path in &self.unlooked {
            manifest.insert((*path).to_owned(), self.root.join(path).exists().to_string());
        }
        manifest
    }
}

/// Thousands of worlds are made and synced: in memory where the machine offers that.
fn memory() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }.unwrap()
}

/// How what is seen differs from the state that it is nearer to.
fn difference(old: &Manifest, new: &Manifest, seen: &Manifest) -> String {
    let rows = |state: &Manifest| -> Vec<String> {
        let paths: BTreeSet<_> = state.keys().chain(seen.keys()).collect();
        let other = paths.into_iter().filter(|path| state.get(*path) != seen.get(*path));
        other
            .map(|path| format!("  {path}: {:?}, not {:?}", seen.get(path), state.get(path)))
            .collect()
    };
    let (from_old, from_new) = (rows(old), rows(new));
    if from_old.len() <= from_new.len() {
        format!("it differs from the old state in\n{}", from_old.join("\n"))
    } else {
        format!("it differs from the new state in\n{}", from_new.join("\n"))
    }
}
