//! The crash matrix: stops the world at every mutation of a run, lets a new run recover, and asks whether the host is
//! in the old state or in the new one.

use std::path::{Path, PathBuf};

use mmembed::engine::{self, OpenError, Outcome, Payload, Silent};
use mmembed::host::{Cancel, Fault, Host, Lock, Meter, Territory};
use mmembed::model::{Plan, Prefix};
use tempfile::TempDir;

use super::manifest::{Manifest, manifest};

/// A host made ready, a plan for it, and what it reads.
pub struct Scenario {
    /// Builds the host below an empty root and says what will be done to it.
    pub build: Box<dyn Fn(&Path) -> (Plan, Vec<Payload>)>,
    /// What may be changed.
    pub territory: fn(&Prefix) -> Territory,
}

/// One host in a directory of its own.
struct World {
    _directory: TempDir,
    root: PathBuf,
    plan: Plan,
    payloads: Vec<Payload>,
    territory: Territory,
}

impl Scenario {
    fn world(&self) -> World {
        let directory = scratch();
        let root = directory.path().join("root");
        std::fs::create_dir(&root).unwrap();
        let (plan, payloads) = (self.build)(&root);
        let territory = (self.territory)(&plan.prefix);
        let world = World {
            _directory: directory,
            root,
            plan,
            payloads,
            territory,
        };
        engine::prepare_state(&world.host(Meter::default()), &world.plan.prefix).unwrap();
        world
    }

    /// Runs the whole matrix and returns how many points it had.
    pub fn check_every_point(&self) -> u64 {
        let world = self.world();
        let old = world.look();
        let meter = Meter::default();
        assert!(
            matches!(world.run(meter.clone()), Ok(Outcome::Committed)),
            "the plan itself works"
        );
        let (new, points) = (world.look(), meter.count());
        assert_ne!(old, new, "a plan that changes nothing proves nothing");
        for at in 0..points {
            self.crash_at(at, &old, &new);
            self.fail_at(at, &old, &new);
        }
        points
    }

    /// The world stops at one mutation; then a recovery that is itself stopped, at each of its mutations; then one
    /// that is let be.
    fn crash_at(&self, at: u64, old: &Manifest, new: &Manifest) {
        let world = self.world();
        drop(world.run(Meter::with_fault(at, Fault::Crash)));
        world.cut_journal_at_every_byte(|| world.recover(Meter::default(), at), old, new);
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
        Host::new(&self.root, self.territory.clone(), meter, Cancel::never()).unwrap()
    }

    fn run(&self, meter: Meter) -> Result<Outcome, OpenError> {
        let host = self.host(meter);
        let lock =
            Lock::acquire(&host.tree, &self.plan.prefix.lock(), "the matrix").map_err(|_| {
                OpenError::NeedsOperator {
                    id: self.plan.id.clone(),
                }
            })?;
        engine::carry_out(&host, &lock, self.plan.clone(), &self.payloads, &mut Silent)
    }

    /// A recovery that may be stopped.
    fn try_recover(&self, meter: Meter) {
        let host = self.host(meter);
        if let Ok(lock) = Lock::acquire(&host.tree, &self.plan.prefix.lock(), "the matrix") {
            drop(engine::recover(
                &host,
                &lock,
                &self.plan.prefix,
                true,
                &mut Silent,
            ));
        }
    }

    /// A recovery that must end well.
    fn recover(&self, meter: Meter, at: u64) {
        let host = self.host(meter);
        let prefix = &self.plan.prefix;
        let lock = Lock::acquire(&host.tree, &prefix.lock(), "the matrix").unwrap();
        let outcome = engine::recover(&host, &lock, prefix, true, &mut Silent).unwrap();
        assert!(
            matches!(
                outcome,
                None | Some(Outcome::Committed | Outcome::RolledBack { .. })
            ),
            "mutation {at}: {outcome:?}"
        );
        engine::prune(&host, prefix).unwrap();
        assert!(engine::find_open(&host, prefix).unwrap().is_none());
    }

    /// A torn write leaves the last line of the journal cut at any byte.
    fn cut_journal_at_every_byte(&self, recover: impl Fn(), old: &Manifest, new: &Manifest) {
        let journal = self.root.join(
            self.plan
                .prefix
                .transaction(&self.plan.id)
                .join("journal.jsonl")
                .as_str(),
        );
        let Ok(log) = std::fs::read(&journal) else {
            return recover();
        };
        let body = &log[..log.len().saturating_sub(1)];
        let last = body
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |at| at + 1);
        // Each cut recovers the same host anew, so only the first one finds work; the others must not be misled.
        for cut in (last..=log.len()).rev() {
            if journal.exists() {
                std::fs::write(&journal, &log[..cut]).unwrap();
            }
            recover();
            self.assert_old_or_new(old, new, &format!("journal cut to {cut} bytes"));
        }
    }

    fn assert_old_or_new(&self, old: &Manifest, new: &Manifest, when: &str) {
        let seen = self.look();
        if &seen != old && &seen != new {
            panic!(
                "{when}: neither old nor new\n{}",
                difference(old, new, &seen)
            );
        }
    }

    fn look(&self) -> Manifest {
        let state = self.plan.prefix.state();
        let own = [state.join("lock"), state.join("txn")];
        manifest(&self.root, &own.each_ref().map(|path| path.as_str()))
    }
}

/// Thousands of worlds are made and synced: in memory where the machine offers that.
fn scratch() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        TempDir::new_in(memory)
    } else {
        TempDir::new()
    }
    .unwrap()
}

fn difference(old: &Manifest, new: &Manifest, seen: &Manifest) -> String {
    let mut text = String::new();
    let paths: std::collections::BTreeSet<_> =
        old.keys().chain(new.keys()).chain(seen.keys()).collect();
    for path in paths {
        let (was, is, sees) = (old.get(path), new.get(path), seen.get(path));
        if was != sees || is != sees {
            text += &format!("  {path}\n    old  {was:?}\n    new  {is:?}\n    seen {sees:?}\n");
        }
    }
    text
}
