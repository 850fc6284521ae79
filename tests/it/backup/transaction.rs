//! The backup of a transaction: there once it is committed, gone once it is undone, unless the database came back from it.

use std::fs;

use mmembed::engine::{self, Outcome, Payload, Silent, Wish, carry_out, verify_backup};
use mmembed::host::{Cancel, Fault, Meter};
use mmembed::model::{
    BackUp, BackupId, BackupManifest, BackupOrigin, Content, DataPolicy, Intent, PLAN_SCHEMA, Plan,
    Planned, RelPath, Step, TransactionId,
};

use super::site::Site;

/// A site with a little of everything, and the name of its one transaction, which no other test may have: scratch
/// databases are called by it.
struct Case {
    site: Site,
    id: TransactionId,
}

#[derive(Clone, Copy)]
enum Way {
    Works,
    Fails,
}

impl Case {
    fn new(id: &str) -> Self {
        let site = Site::new();
        site.database
            .connect()
            .batch_execute("CREATE TABLE posts (id int); INSERT INTO posts VALUES (1)")
            .unwrap();
        let data = site.root().join("var/opt/acme/mattermost/data");
        fs::create_dir_all(&data).unwrap();
        fs::write(data.join("file"), "1").unwrap();
        Self { site, id: id.parse().unwrap() }
    }

    fn backup(&self) -> BackupId {
        BackupId::from(self.id.clone())
    }

    /// Backs up, then makes a directory, where there is room for it or not, then writes the receipt.
    fn plan(&self, way: Way) -> Plan {
        let site = &self.site;
        let receipt = site.receipt();
        let backup = BackUp {
            shared: false,
            id: self.backup(),
            origin: BackupOrigin::Transaction,
            config: Site::config(),
            database: true,
            policy: DataPolicy::Copy,
            directories: BackUp::directories_of(&receipt, &site.prefix.live()),
            verify_restore: true,
            run_as: site.other_user(),
            retired: None,
        };
        let path = match way {
            Way::Works => Self::made(),
            Way::Fails => site.prefix.opt().join("nowhere/made"),
        };
        let directory =
            Step::MakeDirectory { path, content: Content::Anybody, mode: 0o755, owner: None };
        let steps = [Step::BackUp(backup), directory, Step::Settle];
        let because = "a test wants it".to_owned();
        Plan {
            schema: PLAN_SCHEMA,
            id: self.id.clone(),
            intent: Intent::Reconfigure,
            prefix: site.prefix.clone(),
            steps: steps.map(|step| Planned { step, because: because.clone() }).to_vec(),
            receipt,
        }
    }

    fn made() -> RelPath {
        "opt/acme/embedded/made".parse().unwrap()
    }

    fn run(&self, meter: Meter, way: Way) -> Option<Outcome> {
        self.run_with(meter, way, &[])
    }

    fn run_with(&self, meter: Meter, way: Way, payloads: &[Payload]) -> Option<Outcome> {
        let host = self.site.host_with(meter, Cancel::never());
        let lock = self.site.lock(&host)?;
        carry_out(&host, &lock, self.plan(way), payloads, &mut Silent).ok()
    }

    fn recover(&self) {
        let (host, prefix) = (self.site.host(), &self.site.prefix);
        let lock = self.site.lock(&host).unwrap();
        engine::recover(&host, &lock, prefix, Wish::Usual, &mut Silent).unwrap();
    }

    fn verify(&self) -> BackupManifest {
        verify_backup(&self.site.host(), &self.site.prefix, &self.backup()).unwrap()
    }

    fn scratch_database(&self) -> Option<String> {
        let name = self.id.as_str().to_lowercase().replace('-', "_");
        self.site.database.value(&format!(
            "SELECT datname FROM pg_database WHERE datname = 'mmembed_verify_{name}'"
        ))
    }

    /// Makes the host as it was before.
    fn forget(&self) {
        let prefix = &self.site.prefix;
        for path in [prefix.transaction(&self.id), prefix.backup(&self.backup()), Self::made()] {
            let path = self.site.at(&path);
            if path.exists() {
                fs::remove_dir_all(path).unwrap();
            }
        }
    }
}

#[test]
fn it_stays_with_the_commit_and_goes_with_a_failure() {
    let case = Case::new("20261124T101010Z-00aa");
    let outcome = case.run(Meter::repeating(2), Way::Fails);
    assert!(matches!(outcome, Some(Outcome::RolledBack { .. })), "{outcome:?}");
    assert_eq!(case.site.backups(), [""; 0]);
    case.forget();
    let outcome = case.run(Meter::repeating(2), Way::Works);
    assert!(matches!(outcome, Some(Outcome::Committed)), "{outcome:?}");
    assert_eq!(case.site.backups(), [case.id.as_str()]);
    assert_eq!(case.verify().origin, BackupOrigin::Transaction);
}

#[test]
fn after_a_crash_at_any_moment_it_is_whole_or_gone() {
    let case = Case::new("20261124T101010Z-00bb");
    let mut ends = [0, 0];
    // Every change counts, but not each of them takes another way.
    for at in (0..).step_by(3) {
        let outcome = case.run(Meter::with_fault(at, Fault::Crash), Way::Works);
        case.recover();
        let backups = case.site.backups();
        if !backups.is_empty() {
            assert_eq!(backups, [case.id.as_str()]);
            case.verify();
        }
        ends[backups.len()] += 1;
        assert_eq!(case.scratch_database(), None, "at {at}");
        if matches!(outcome, Some(Outcome::Committed)) {
            break;
        }
        case.forget();
    }
    assert!(ends[0] > 10 && ends[1] > 1, "{ends:?}");
}

#[test]
fn it_is_kept_when_the_database_came_back_from_it() {
    let case = Case::new("20261124T101010Z-00cc");
    // As if a step in between had brought the database back.
    let marker = [Payload { name: "database-restored", content: Vec::new() }];
    let outcome = case.run_with(Meter::default(), Way::Fails, &marker);
    assert!(matches!(outcome, Some(Outcome::RolledBack { .. })), "{outcome:?}");
    assert_eq!(case.site.backups(), [case.id.as_str()]);
    case.verify();
}
