//! A host with a receipt, a configuration and a database of its own: what backups are made of. No release is unpacked.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use mmembed::database::Privileges;
use mmembed::engine::{
    BackupError, BackupWish, DatabaseRestore, Silent, create_backup, own_territory,
    restore_database, take_lock,
};
use mmembed::host::{Cancel, Exec, Host, Level, Lock, LockError, Meter, current_owner};
use mmembed::model::{
    ArchiveStamp, BackupId, BackupManifest, DataPolicy, Edition, Location, Owner, PlaceName,
    Placement, Prefix, RECEIPT_SCHEMA, Receipt, RelPath, Release, ServerEnvironment, Service,
    Viewpoint,
};
use serde_json::json;
use tempfile::TempDir;

use crate::fakes::postgres::{Database, database, programs};
use crate::fakes::running::heeding_signals;

/// Who runs the server when root runs the tests: no user of that number exists.
const SERVICE: u32 = 21_543;

/// Pieces of the database's password, as it is and as it stands in an URL, and a salt.
pub(super) const SECRETS: [&str; 3] = ["w\u{f6}rd&1", "w%C3%B6rd", "canarysalt"];

pub(super) struct Site {
    directory: TempDir,
    pub(super) prefix: Prefix,
    pub(super) database: Database,
}

pub(super) const WISH: BackupWish = BackupWish { policy: DataPolicy::Skip, verify_restore: false };

impl Site {
    pub(super) fn new() -> Self {
        let database = database();
        let source = database.url();
        Self::on(database, "postgres", &source)
    }

    /// A site whose configuration names this data source.
    pub(super) fn on(database: Database, driver: &str, source: &str) -> Self {
        let directory = tempfile::Builder::new()
            .prefix("mmembed-backup-")
            .permissions(fs::Permissions::from_mode(0o755))
            .tempdir()
            .unwrap();
        let app = "acme".parse().unwrap();
        let prefix = Prefix::new(
            app,
            Prefix::usual_opt(&"acme".parse().unwrap()),
            Prefix::usual_var(&"acme".parse().unwrap()),
        );
        let site = Self { directory, prefix, database };
        for path in [
            site.prefix.live().join("config"),
            site.prefix.state(),
            site.prefix.transactions(),
            site.prefix.applied(),
        ] {
            fs::create_dir_all(site.at(&path)).unwrap();
        }
        site.write_config(driver, source);
        fs::write(site.at(&site.prefix.receipt()), serde_json::to_vec(&site.receipt()).unwrap())
            .unwrap();
        fs::write(site.at(&site.prefix.ledger()), "{}").unwrap();
        fs::write(site.at(&site.prefix.applied().join("defaults.json")), "{\"a\": 1}").unwrap();
        site
    }

    pub(super) fn config() -> RelPath {
        Prefix::usual_opt(&"acme".parse().unwrap()).join("embedded/mattermost/config/config.json")
    }

    pub(super) fn write_config(&self, driver: &str, source: &str) {
        let config = json!({
            "SqlSettings": { "DriverName": driver, "DataSource": source },
            "FileSettings": { "PublicLinkSalt": "canarysaltcanarysaltcanarysalt12" },
        });
        let path = self.at(&Self::config());
        fs::write(&path, serde_json::to_string_pretty(&config).unwrap()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    }

    pub(super) fn root(&self) -> &Path {
        self.directory.path()
    }

    pub(super) fn at(&self, path: &RelPath) -> PathBuf {
        path.under(self.root())
    }

    /// Where a backup lies.
    pub(super) fn place(&self, id: &BackupId) -> PathBuf {
        self.at(&self.prefix.backup(id))
    }

    pub(super) fn host(&self) -> Host {
        self.host_with(Meter::default(), Cancel::never())
    }

    pub(super) fn host_with(&self, meter: Meter, cancel: Cancel) -> Host {
        Host::new(self.root(), own_territory(&self.prefix), meter, cancel).unwrap()
    }

    /// The same with programs of this directory in front of the system's.
    pub(super) fn host_finding(&self, programs: &Path) -> Host {
        let mut host = self.host();
        host.exec = Exec::with_path(vec![programs.to_owned(), "/usr/bin".into(), "/bin".into()]);
        host
    }

    /// The lock, as soon as it is free: a child that another test of this process is just starting may hold it for a moment.
    /// `None` where the world was stopped before it was taken.
    pub(super) fn lock(&self, host: &Host) -> Option<Lock> {
        loop {
            match take_lock(host, &self.prefix) {
                Ok(lock) => return Some(lock),
                Err(LockError::Held { .. }) => {
                    std::thread::sleep(std::time::Duration::from_millis(5));
                }
                Err(LockError::Path(_)) => return None,
            }
        }
    }

    pub(super) fn create_on(
        &self,
        host: &Host,
        wish: BackupWish,
    ) -> Result<BackupManifest, BackupError> {
        let lock = self.lock(host).unwrap();
        create_backup(host, &self.prefix, &lock, wish, None, &mut Silent)
    }

    pub(super) fn create(&self, wish: BackupWish) -> BackupManifest {
        self.create_on(&self.host(), wish).unwrap()
    }

    pub(super) fn restore_on(&self, host: &Host, id: &BackupId) -> Result<(), BackupError> {
        let config = Self::config();
        let wish = DatabaseRestore {
            id,
            config: &config,
            environment: &ServerEnvironment::default(),
            run_as: self.other_user(),
            privileges: Privileges::Restored,
            stop_at: Level::First,
        };
        restore_database(host, &self.prefix, &wish, &mut Silent)
    }

    pub(super) fn restore(&self, id: &BackupId) {
        self.restore_on(&self.host(), id).unwrap();
    }

    pub(super) fn other_user(&self) -> Option<Owner> {
        let server = self.receipt().server;
        (server != current_owner()).then_some(server)
    }

    /// What is there in the directory of backups.
    pub(super) fn backups(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.at(&self.prefix.backups())) else {
            return Vec::new();
        };
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The program itself, for this application and root.
    pub(super) fn command(&self, words: &[&str]) -> Command {
        let mut command = heeding_signals(env!("CARGO_BIN_EXE_mmembed"));
        command
            .args(&words[..2])
            .args(["--app", "acme", "--root"])
            .arg(self.root())
            .args(&words[2..]);
        command.env_remove("MMEMBED_APP").env_remove("MMEMBED_ROOT");
        command
    }

    pub(super) fn run(&self, words: &[&str]) -> Output {
        let output = self.command(words).output().unwrap();
        assert_no_secret("the program's words", &[&output.stdout[..], &output.stderr].concat());
        output
    }

    /// The whole database as text: by the role itself, and with everything of every schema.
    pub(super) fn content(&self) -> String {
        let output =
            Command::new(programs().join("pg_dump")).arg(self.database.url()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        // Newer minor versions guard a dump by a word that they draw by lot.
        let stays =
            |line: &&str| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict");
        text.lines().filter(stays).collect::<Vec<_>>().join("\n")
    }

    pub(super) fn receipt(&self) -> Receipt {
        let server = if rustix::process::geteuid().is_root() {
            Owner { uid: SERVICE, gid: SERVICE }
        } else {
            current_owner()
        };
        let var = Prefix::usual_var(self.prefix.app());
        let at = |name: PlaceName| Placement {
            name,
            location: Location::At(var.join("mattermost").join(name.as_str())),
        };
        Receipt {
            schema: RECEIPT_SCHEMA,
            tool: "0.1.0".to_owned(),
            transaction: "20261123T205143Z-9f3a".parse().unwrap(),
            app: self.prefix.app().clone(),
            release: Release { version: "10.11.4".parse().unwrap(), edition: Edition::Team },
            archive: ArchiveStamp { path: "/x.tar.gz".into(), size: 1, modified: 0, sha256: None },
            viewpoint: Viewpoint::ThisMachine,
            config: Self::config(),
            placements: PlaceName::USUAL.map(at).to_vec(),
            owner: current_owner(),
            server,
            service: Service::None,
            overridden: Vec::new(),
            waived: Vec::new(),
            waivers: Vec::new(),
            proof: None,
        }
    }
}

#[track_caller]
pub(super) fn assert_no_secret(whose: &str, bytes: &[u8]) {
    for secret in SECRETS {
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{whose} shows {secret:?}: {}", String::from_utf8_lossy(bytes));
    }
}
