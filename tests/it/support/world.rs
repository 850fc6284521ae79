//! A host of its own for each test: a root, a database, a port, an archive, and the secrets that must never be seen.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::fakes::port::free_port;
use crate::fakes::postgres::{Database, database, programs};
use crate::fakes::release::FixtureRelease;
use crate::fakes::running::{heeding_signals, request};
use crate::support::manifest::{Manifest, manifest_without};
use crate::support::said::Said;

pub(crate) const MMEMBED: &str = env!("CARGO_BIN_EXE_mmembed");
const STAND_IN: &str = env!("CARGO_BIN_EXE_stand-in");

/// Who runs the server when root runs the tests: no user of that number exists.
pub(crate) const SERVICE: u32 = 21_543;

/// A salt that is told from all others.
pub(crate) const SALT: &str = "canarysaltcanarysaltcanarysalt12";

/// Pieces of the database's password, as it is and as it stands in an URL, and the salt.
const SECRETS: [&str; 3] = ["w\u{f6}rd&1", "w%C3%B6rd", "canarysalt"];

/// mmembed's own state, below the root.
pub(crate) const STATE: &str = "var/opt/acme/mmembed";

/// The live tree, below the root.
pub(crate) const LIVE: &str = "opt/acme/embedded/mattermost";

/// How long anything may take before the test has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// The release `version`, quick to unpack and to give up.
pub(crate) fn release(version: &str) -> FixtureRelease {
    FixtureRelease::new(version, STAND_IN).small_files(40).timings(|timings| {
        timings.ping_retry_ms = 100;
        timings.lock_wait_ms = 100;
    })
}

pub(crate) fn is_root() -> bool {
    mmembed::host::is_root()
}

pub(crate) struct World {
    directory: TempDir,
    pub(crate) root: PathBuf,
    pub(crate) database: Database,
    pub(crate) port: u16,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::on(database())
    }

    /// A host whose server uses this database.
    pub(crate) fn on(database: Database) -> Self {
        let directory = tempfile::Builder::new()
            .permissions(fs::Permissions::from_mode(0o755))
            .tempdir()
            .unwrap();
        let root = directory.path().canonicalize().unwrap().join("root");
        for path in ["opt/other", "var/opt/acme", "etc"] {
            fs::create_dir_all(root.join(path)).unwrap();
        }
        fs::write(root.join("etc/motd"), "Welcome.\n").unwrap();
        fs::write(root.join("opt/other/file"), "The host's own.\n").unwrap();
        Self { root, directory, database, port: free_port() }
    }

    /// A place beside the root.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn below(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// A path below the root as it is seen from inside.
    pub(crate) fn inside(&self, path: &Path) -> String {
        format!("/{}", path.strip_prefix(&self.root).unwrap().display())
    }

    /// Builds an archive beside the root.
    pub(crate) fn archive(&self, release: &FixtureRelease) -> PathBuf {
        release.build(self.directory.path())
    }

    /// What the host wants of its server.
    pub(crate) fn overlay(&self) -> Value {
        json!({
            "ServiceSettings": {
                "SiteURL": "https://chat.acme.example",
                "ListenAddress": format!("127.0.0.1:{}", self.port),
            },
            "TeamSettings": { "SiteName": "Acme Chat" },
            "SqlSettings": { "DriverName": "postgres", "DataSource": self.database.url() },
            "FileSettings": { "PublicLinkSalt": SALT },
            "EmailSettings": { "SendEmailNotifications": true },
        })
    }

    /// Writes an overlay file beside the root, readable for its owner only.
    pub(crate) fn write_overlay(&self, name: &str, overlay: &Value) -> PathBuf {
        let path = self.beside(name);
        fs::write(&path, serde_json::to_string_pretty(overlay).unwrap()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    /// `WORD --app acme --root ROOT`.
    pub(crate) fn words(&self, word: &[&str]) -> Vec<String> {
        let mut words: Vec<String> = word.iter().map(ToString::to_string).collect();
        words.extend(["--app".into(), "acme".into(), "--root".into()]);
        words.push(self.root.display().to_string());
        words
    }

    /// The words of an installation with [`World::overlay`] as it stands in the file `overlay.json`.
    pub(crate) fn install_words(&self, archive: &Path, more: &[&str]) -> Vec<String> {
        let overlay = self.beside("overlay.json");
        if !overlay.exists() {
            self.write_overlay("overlay.json", &self.overlay());
        }
        let mut words = self.words(&["install", "--release"]);
        words.insert(2, archive.display().to_string());
        words.extend(["--config-overlay".into(), overlay.display().to_string()]);
        if is_root() && !more.contains(&"--service-user") {
            words.extend([
                "--service-user".into(),
                SERVICE.to_string() + ":" + &SERVICE.to_string(),
            ]);
        }
        words.extend(more.iter().map(ToString::to_string));
        words
    }

    pub(crate) fn install(&self, archive: &Path, more: &[&str]) -> Said {
        self.run(&self.install_words(archive, more))
    }

    /// Waits until the server answers at its real address; says as which version.
    #[track_caller]
    pub(crate) fn wait_until_serving(&self) -> String {
        let begun = Instant::now();
        loop {
            if let Some(version) = self.serving() {
                return version;
            }
            assert!(begun.elapsed() < PATIENCE, "the server does not serve:\n{}", self.console());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// What the servers that were started by the commands of this world have printed.
    pub(crate) fn console(&self) -> String {
        fs::read_to_string(self.beside("console/server.log")).unwrap_or_default()
    }

    /// As which version the server answers at its real address: version and build number.
    pub(crate) fn serving(&self) -> Option<String> {
        let reply = request(self.port, "GET", "/api/v4/system/ping", "").ok()?;
        let id = reply.header("X-Version-Id")?;
        let number = id.split('.').skip(3).take(3).collect::<Vec<_>>().join(".");
        (reply.status == 200).then_some(number)
    }

    /// Posts a message through the real port; says whether the server acknowledged it.
    pub(crate) fn post(&self, message: &str) -> bool {
        let body = json!({ "userid": "u", "channelid": "c", "message": message }).to_string();
        request(self.port, "POST", "/api/v4/posts", &body).is_ok_and(|reply| reply.status == 201)
    }

    /// The messages in the database, sorted.
    pub(crate) fn messages(&self) -> Vec<String> {
        let rows = self.database.connect().query("SELECT message FROM posts ORDER BY 1", &[]);
        rows.unwrap().iter().map(|row| row.get(0)).collect()
    }

    /// All that is in the database, as `pg_dump` writes it.
    pub(crate) fn dump(&self) -> String {
        let output = Command::new(programs().join("pg_dump"))
            .arg("--dbname")
            .arg(self.database.url())
            .arg("--inserts")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        // A token that is another one each time.
        text.lines().filter(|line| !line.contains("restrict ")).collect::<Vec<_>>().join("\n")
    }

    /// A word that needs nothing but the application and the root.
    pub(crate) fn ask(&self, word: &[&str], more: &[&str]) -> Said {
        let mut words = self.words(word);
        words.extend(more.iter().map(ToString::to_string));
        self.run(&words)
    }

    pub(crate) fn command(words: &[String]) -> Command {
        let mut command = heeding_signals(MMEMBED);
        command
            .args(words)
            .env_remove("MMEMBED_APP")
            .env_remove("MMEMBED_ROOT")
            .stdin(Stdio::null());
        command
    }

    /// Runs the program; whatever it says holds no secret.
    #[track_caller]
    pub(crate) fn run(&self, words: &[String]) -> Said {
        let output = Self::command(words).output().unwrap();
        let said = Said::of(output);
        assert_no_secret("the program's words", said.all().as_bytes());
        self.assert_no_file_leaks();
        said
    }

    /// The configuration in use.
    pub(crate) fn config(&self) -> Value {
        self.json_at(&format!("{LIVE}/config/config.json"))
    }

    pub(crate) fn json_at(&self, path: &str) -> Value {
        let text = fs::read_to_string(self.below(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
        serde_json::from_str(&text).unwrap()
    }

    pub(crate) fn receipt(&self) -> Value {
        self.json_at(&format!("{STATE}/receipt.json"))
    }

    /// All of the host but mmembed's own state.
    pub(crate) fn host(&self) -> Manifest {
        manifest_without(&self.root, &[STATE], &[])
    }

    /// Number, times and size of every file: not even a change that was undone goes unseen.
    pub(crate) fn stamps(&self) -> BTreeMap<String, String> {
        let mut stamps = BTreeMap::new();
        for (path, meta) in walk(&self.root) {
            let stamp = format!(
                "{} {}.{} {}.{} {:o} {}",
                meta.ino(),
                meta.mtime(),
                meta.mtime_nsec(),
                meta.ctime(),
                meta.ctime_nsec(),
                meta.mode(),
                meta.size(),
            );
            stamps.insert(path.display().to_string(), stamp);
        }
        stamps
    }

    /// Nothing was written since: no file, no directory, no time. But for the lock, which everybody takes who may write.
    #[track_caller]
    pub(crate) fn assert_untouched_since(&self, before: &BTreeMap<String, String>) {
        let now = self.stamps();
        let paths: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
        let lock = self.below(STATE).join("lock");
        for path in paths.into_iter().filter(|path| Path::new(path) != lock) {
            assert_eq!(before.get(path), now.get(path), "{path}");
        }
    }

    /// Everything in the database that is not the database system's own.
    pub(crate) fn database_content(&self) -> String {
        let query = "SELECT coalesce(string_agg(what, ',' ORDER BY what), '') FROM ( \
             SELECT 'relation ' || relname AS what, relnamespace AS home FROM pg_class \
             UNION ALL SELECT 'function ' || proname, pronamespace FROM pg_proc \
             UNION ALL SELECT 'type ' || typname, typnamespace FROM pg_type \
             UNION ALL SELECT 'schema ' || nspname, oid FROM pg_namespace \
             ) AS seen JOIN pg_namespace ON pg_namespace.oid = home \
             WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')";
        self.database.value(query).unwrap()
    }

    /// Processes whose program or words name this root.
    pub(crate) fn running(&self) -> Vec<String> {
        let root = self.root.to_str().unwrap();
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc").unwrap() {
            let path = entry.unwrap().path();
            let exe = fs::read_link(path.join("exe")).unwrap_or_default();
            let words = fs::read(path.join("cmdline")).unwrap_or_default();
            let words = String::from_utf8_lossy(&words).replace('\0', " ");
            if exe.starts_with(&self.root) || words.contains(root) {
                found.push(format!("{} {words}", path.display()));
            }
        }
        found
    }

    /// Of these, the servers started in the dark.
    pub(crate) fn running_servers(&self) -> Vec<String> {
        let dark = |words: &String| words.contains(".mmembed-dark-");
        self.running().into_iter().filter(dark).collect()
    }

    /// No server in the dark, and no mmembed.
    #[track_caller]
    pub(crate) fn assert_nothing_runs_but_the_server(&self) {
        assert_eq!(self.running_servers(), Vec::<String>::new());
        let ours = self.running().into_iter().filter(|words| words.contains("mmembed upgrade"));
        assert_eq!(ours.collect::<Vec<_>>(), Vec::<String>::new());
    }

    #[track_caller]
    pub(crate) fn assert_nothing_runs(&self) {
        assert_eq!(self.running(), Vec::<String>::new());
    }

    /// What everybody may read, and what is written for people, holds no secret.
    #[track_caller]
    pub(crate) fn assert_no_file_leaks(&self) {
        for (path, meta) in walk(&self.root) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let told =
                ["journal", "plan.json", "receipt.json", "ledger.json", "proof.json", "lock"];
            let open = meta.mode() & 0o077 != 0;
            // The programs and the web application are not written by anyone here.
            let small = meta.len() < 1_000_000;
            if meta.is_file() && small && (open || told.iter().any(|told| name.starts_with(told))) {
                let content = fs::read(&path).unwrap();
                assert_no_secret(&path.display().to_string(), &content);
            }
        }
    }

    /// Leftovers of a start in the dark, wherever they are.
    pub(crate) fn leftovers(&self) -> Vec<PathBuf> {
        let own = |path: &Path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            [".mmembed-dark", ".mmembed-verify", ".mmembed-arriving", ".mattermost.", "server.json"]
                .iter()
                .any(|start| name.starts_with(start))
        };
        let all = walk(&self.root).into_iter().map(|(path, _)| path);
        all.filter(|path| own(path)).collect()
    }
}

/// Everything below a directory. What vanishes meanwhile is left out.
fn walk(directory: &Path) -> Vec<(PathBuf, fs::Metadata)> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(directory) else {
        return found;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        let Ok(meta) = fs::symlink_metadata(&path) else {
            continue;
        };
        let below = if meta.is_dir() { walk(&path) } else { Vec::new() };
        found.push((path, meta));
        found.extend(below);
    }
    found
}

#[track_caller]
pub(crate) fn assert_no_secret(whose: &str, bytes: &[u8]) {
    for secret in SECRETS {
        let found = bytes.windows(secret.len()).position(|window| window == secret.as_bytes());
        if let Some(at) = found {
            let from = at.saturating_sub(80);
            let around = String::from_utf8_lossy(bytes.get(from..at).unwrap());
            panic!("{whose} shows {secret:?} behind {around:?}");
        }
    }
}

/// The bits of a mode that chmod sets.
pub(crate) fn mode_of(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

/// Who owns what the server writes to.
pub(crate) fn server_uid() -> u32 {
    if is_root() { SERVICE } else { mmembed::host::current_owner().uid }
}
