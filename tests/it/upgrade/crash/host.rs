//! One host with a database that can be brought to any moment, and looked at as a whole.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mmembed::engine::{self, Outcome, Payload, Prepared, Silent, Undertaking, Wish};
use mmembed::host::{Cancel, Fault, Host, Lock, Meter};
use mmembed::journal::TransactionState;
use mmembed::model::{
    BackupId, Consent, DataPolicy, Leg, Manner, Plan, RestoreWish, Start, TransactionId,
    UpgradeWish,
};

use super::moments::{Held, Moment, Recorder, Wanted, duplicate};
use crate::fakes::postgres::Kept;
use crate::support::manifest::{Manifest, manifest_without};
use crate::support::world::STATE;
use crate::upgrade::site::Site;

/// What is written by a server at any time.
const LOGS: &str = "var/opt/acme/mattermost/logs";

/// How many matrices there have been in this cluster.
static COUNT: AtomicU16 = AtomicU16::new(0);

/// A host, and what will be done to it.
pub(super) struct Matrix {
    pub(super) site: Site,
    pub(super) plan: Plan,
    payloads: Vec<Payload>,
    before: PathBuf,
    /// What the database holds at the beginning, and at the end.
    kept: (Kept, Option<Kept>),
    /// What it holds now, where that is known.
    held: RefCell<Option<Held>>,
    pub(super) old: Manifest,
}

/// One backup is kept; its dump is brought back on trial, or not.
pub(super) fn manner(verify_restore: bool) -> Manner {
    Manner {
        data: DataPolicy::Link,
        verify_restore,
        keep: 1,
        hooks: None,
        adopt_new_defaults: false,
    }
}

pub(super) fn upgrade_wish(site: &Site, archive: PathBuf, manner: Manner) -> UpgradeWish {
    UpgradeWish {
        app: "acme".parse().unwrap(),
        root: site.world.root.clone(),
        archive,
        version: None,
        edition: None,
        sha256: None,
        overlays: Vec::new(),
        policies: Vec::new(),
        start: Start::Prove { within: Duration::from_secs(60) },
        service: None,
        consent: Consent { downgrade: false, edition_change: false, unsaved_database: false },
        env_files: Vec::new(),
        manner,
        leg: Leg::default(),
    }
}

pub(super) fn restore_wish(site: &Site, manner: Manner) -> RestoreWish {
    RestoreWish {
        app: "acme".parse().unwrap(),
        root: site.world.root.clone(),
        backup: None,
        archive: None,
        start: Start::Prove { within: Duration::from_secs(60) },
        service: None,
        accept_loss: false,
        env_files: Vec::new(),
        manner,
    }
}

impl Matrix {
    /// A site whose server is stopped, and what is undertaken there.
    pub(super) fn new(site: Site, undertaking: &dyn Undertaking) -> Self {
        let root = &site.world.root;
        let territory = engine::installed_territory(root, undertaking.prefix()).unwrap();
        let host = Host::new(root, territory, Meter::default(), Cancel::never()).unwrap();
        engine::prune(&host, undertaking.prefix()).unwrap();
        // Later than all that have been, the same at every point, and another one in each matrix of this cluster.
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let id: TransactionId = format!("20991231T235959Z-{number:04x}").parse().unwrap();
        let plan = match undertaking.plan(&host, id).unwrap() {
            Prepared::Plan { plan, findings } => {
                let fatal: Vec<_> = findings.iter().filter(|it| it.is_fatal()).collect();
                assert!(fatal.is_empty(), "{fatal:?}");
                *plan
            }
            Prepared::NothingToDo(_) => panic!("there is nothing to do"),
        };
        let before = site.world.beside("before");
        duplicate(root, &before);
        let database = site.world.database.keep().expect("nobody is connected");
        let payloads = undertaking.payloads();
        let (kept, held, old) = ((database, None), RefCell::new(None), Manifest::new());
        let mut matrix = Self { site, plan, payloads, before, kept, held, old };
        matrix.old = matrix.look();
        matrix
    }

    /// Everything is as it was at the beginning.
    pub(super) fn reset(&self) {
        self.clear();
        duplicate(&self.before, &self.site.world.root);
        self.hold(&Held::Old);
    }

    /// Everything is as it was at this moment.
    pub(super) fn bring_to(&self, moment: &Moment) {
        self.clear();
        duplicate(&moment.tree, &self.site.world.root);
        self.hold(&moment.database);
    }

    /// What is there now is what an undisturbed run leads to.
    pub(super) fn remember_end(&mut self) -> Manifest {
        self.kept.1 = Some(self.site.world.database.keep().expect("nobody is connected"));
        self.held.replace(Some(Held::New));
        self.look()
    }

    /// Makes the database hold this, unless it is known to already. Whatever comes next may change it.
    fn hold(&self, wanted: &Held) {
        let (database, (old, new)) = (&self.site.world.database, &self.kept);
        match (self.held.take(), wanted) {
            (Some(Held::Old), Held::Old) | (Some(Held::New), Held::New) => {}
            (_, Held::Old) => database.put_back(old),
            (_, Held::New) => database.put_back(new.as_ref().expect("it was remembered")),
            (_, Held::Between(kept)) => database.put_back(kept),
        }
    }

    fn clear(&self) {
        fs::remove_dir_all(&self.site.world.root).unwrap();
    }

    fn host(&self, meter: Meter) -> Host {
        let territory = engine::own_territory(&self.plan.prefix);
        Host::new(&self.site.world.root, territory, meter, Cancel::never()).unwrap()
    }

    fn lock(&self, host: &Host) -> Lock {
        loop {
            match Lock::acquire(&host.tree, &self.plan.prefix.lock(), "the matrix") {
                Ok(lock) => return lock,
                // A child of another test that is just being started holds every open file for an instant.
                Err(_) => {
                    std::thread::sleep(Duration::from_millis(5));
                }
            }
        }
    }

    pub(super) fn run(&self, meter: Meter) -> Result<Outcome, engine::OpenError> {
        let lock = self.lock(&self.host(Meter::default()));
        let host = self.host(meter);
        engine::carry_out(&host, &lock, self.plan.clone(), &self.payloads, &mut Silent)
    }

    pub(super) fn recover(&self, meter: Meter) -> Option<Outcome> {
        let lock = self.lock(&self.host(Meter::default()));
        let host = self.host(meter);
        engine::recover(&host, &lock, &self.plan.prefix, Wish::Retry, &mut Silent).unwrap()
    }

    /// A recovery that must end well, and as the journal says: in the new state after the commit, else in the old one.
    pub(super) fn recover_well(&self, is_committed: bool, new: &Manifest, when: &str) {
        let outcome = self.recover(Meter::default());
        match &outcome {
            Some(Outcome::Committed) => assert!(is_committed, "{when}: {outcome:?}"),
            Some(Outcome::RolledBack { .. }) | None => {
                assert!(!is_committed, "{when}: {outcome:?}");
            }
            Some(other) => panic!("{when}: {other:?}"),
        }
        self.assert_is(if is_committed { new } else { &self.old }, when);
        self.held.replace(Some(if is_committed { Held::New } else { Held::Old }));
    }

    /// A run whose moments are kept, as far as they are wanted.
    pub(super) fn watched(
        &self,
        name: &str,
        wanted: impl Fn(&TransactionState) -> Wanted + Send + 'static,
    ) -> (Meter, Arc<Mutex<Recorder>>) {
        let world = &self.site.world;
        let recorder =
            Recorder::new(&world.root, self.journal(), &world.database, world.beside(name), wanted);
        let watching = Arc::clone(&recorder);
        let meter = Meter::default().watched(move || watching.lock().unwrap().look());
        (meter, recorder)
    }

    pub(super) fn journal(&self) -> PathBuf {
        let transaction = self.plan.prefix.transaction(&self.plan.id);
        self.site.world.below(transaction.as_str()).join("journal.jsonl")
    }

    /// All of the host that matters, and all of the database.
    pub(super) fn look(&self) -> Manifest {
        let (lock, txn) = (format!("{STATE}/lock"), format!("{STATE}/txn"));
        let mut seen = manifest_without(&self.site.world.root, &[&lock, &txn, LOGS], &[]);
        let database = &self.site.world.database;
        for (name, content) in database_content(database) {
            seen.insert(format!("database: {name}"), content);
        }
        let scratch = format!("mmembed_verify_{}", self.plan.id).to_lowercase().replace('-', "_");
        for scratch in database.beginning_with(&scratch) {
            seen.insert(format!("scratch database {scratch}"), String::new());
        }
        seen
    }

    /// Fails unless the host is as said. A backup from which the database was brought back may be there beside it.
    #[track_caller]
    pub(super) fn assert_is(&self, wanted: &Manifest, when: &str) {
        self.assert_is_after(&self.plan.id, wanted, when);
    }

    /// The same after another transaction than the planned one.
    #[track_caller]
    pub(super) fn assert_is_after(&self, id: &TransactionId, wanted: &Manifest, when: &str) {
        let mut seen = self.look();
        let restored = self.plan.prefix.transaction(id).join("database-restored");
        let id = BackupId::from(id.clone());
        let backup = self.plan.prefix.backup(&id);
        if self.site.world.below(restored.as_str()).exists()
            && !wanted.contains_key(backup.as_str())
        {
            let host = self.host(Meter::default());
            engine::verify_backup(&host, &self.plan.prefix, &id).unwrap();
            let is_backup = |path: &String| {
                path.starts_with(backup.as_str())
                    || (*path == self.plan.prefix.backups().as_str() && !wanted.contains_key(path))
            };
            seen.retain(|path, _| !is_backup(path));
        }
        let differences = difference(wanted, &seen);
        assert!(differences.is_empty(), "{when}:\n{}", differences.join("\n"));
    }

    /// A run that is stopped at one mutation by an error, which it has to cope with itself.
    pub(super) fn fail_at(&self, at: u64, new: &Manifest) {
        self.reset();
        let when = format!("error at {at}");
        match self.run(Meter::with_fault(at, Fault::Error)) {
            Ok(Outcome::RolledBack { .. }) | Err(_) => self.assert_is(&self.old, &when),
            Ok(Outcome::Committed) => self.assert_like(new, &when),
            Ok(_) => match self.recover(Meter::default()) {
                Some(Outcome::RolledBack { .. }) => self.assert_is(&self.old, &when),
                Some(Outcome::Committed) => self.assert_like(new, &when),
                other => panic!("{when}: {other:?}"),
            },
        }
    }

    /// The same paths with the same modes and owners: another run writes other times.
    #[track_caller]
    pub(super) fn assert_like(&self, wanted: &Manifest, when: &str) {
        let paths = |manifest: &Manifest| -> BTreeSet<String> {
            let row = |(path, what): (&String, &String)| {
                let words = what.split(' ').take(2).collect::<Vec<_>>().join(" ");
                if path.starts_with("database") { path.clone() } else { format!("{path} {words}") }
            };
            manifest.iter().map(row).collect()
        };
        assert_eq!(paths(&self.look()), paths(wanted), "{when}");
    }
}

/// How what is seen differs from what is wanted.
fn difference(wanted: &Manifest, seen: &Manifest) -> Vec<String> {
    let paths: BTreeSet<_> = wanted.keys().chain(seen.keys()).collect();
    let others = paths.into_iter().filter(|path| wanted.get(*path) != seen.get(*path));
    others
        .map(|path| format!("  {path}: {:?}, not {:?}", seen.get(path), wanted.get(path)))
        .collect()
}

/// Every row of every table, and the schema, by name.
fn database_content(database: &crate::fakes::postgres::Database) -> Vec<(String, String)> {
    let mut client = database.connect();
    let schema = "SELECT 'columns of ' || table_name, string_agg(column_name || ' ' || data_type || \
         ' ' || is_nullable || ' ' || coalesce(column_default, ''), ', ' ORDER BY ordinal_position) \
         FROM information_schema.columns WHERE table_schema = 'public' GROUP BY table_name \
         UNION ALL SELECT 'index ' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' \
         UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid) \
         FROM pg_constraint WHERE connamespace = 'public'::regnamespace \
         UNION ALL SELECT 'sequence ' || sequencename, sequenceowner || coalesce(last_value::text, '') \
         FROM pg_sequences WHERE schemaname = 'public' \
         UNION ALL SELECT 'routine ' || oid::regprocedure, prosrc FROM pg_proc \
         WHERE pronamespace = 'public'::regnamespace \
         UNION ALL SELECT 'type ' || typname, typtype::text FROM pg_type \
         WHERE typnamespace = 'public'::regnamespace \
         UNION ALL SELECT 'relation ' || relname, relkind::text || relowner::regrole || coalesce(relacl::text, '') \
         FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    let text = |row: &postgres::Row| (row.get::<_, String>(0), row.get::<_, String>(1));
    let mut content: Vec<_> = client.query(schema, &[]).unwrap().iter().map(text).collect();
    for table in database.tables() {
        let rows = format!(
            "SELECT 'rows of {table}', md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) FROM \"{table}\" t"
        );
        content.extend(client.query(&rows, &[]).unwrap().iter().map(text));
    }
    content
}
