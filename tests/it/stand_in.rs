//! The stand-in does what the real servers were seen to do, era by era.
//! What it does beyond that (its three invented paths, the driver `file`) is tested here too.

mod configuration;
mod faults;
mod migrations;
mod ping;
mod signals;
mod version_command;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::fakes::port::free_port;
use crate::fakes::release::FixtureRelease;
use crate::fakes::running::{Running, configure};

/// The program that plays the server.
const STAND_IN: &str = env!("CARGO_BIN_EXE_stand-in");

/// Every version that was observed.
const OBSERVED: [&str; 11] = [
    "3.10.3", "4.2.0", "4.10.0", "5.3.0", "5.9.0", "5.30.0", "5.37.0", "6.3.0", "6.7.0", "7.0.0",
    "7.8.0",
];

/// An unpacked release with a port and a database of its own.
struct Installation {
    directory: TempDir,
    root: PathBuf,
    port: u16,
    version: String,
}

/// A release that is quick to unpack and gives up on its database quickly.
fn release(version: &str) -> FixtureRelease {
    FixtureRelease::new(version, STAND_IN).small_files(3).timings(|timings| {
        timings.ping_retry_ms = 1;
        timings.stop_ms = 0;
    })
}

impl Installation {
    /// The release unpacked, its configuration as shipped but for the port and a database file beside it.
    fn of(release: &FixtureRelease) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let root = release.unpack(directory.path());
        let port = free_port();
        let installation = Self { directory, root, port, version: release.version().to_owned() };
        let source = installation.database_file();
        installation.point(|config| {
            config["SqlSettings"]["DriverName"] = json!("file");
            config["SqlSettings"]["DataSource"] = json!(source);
        });
        installation
    }

    fn database_file(&self) -> PathBuf {
        self.directory.path().join("database.json")
    }

    /// Changes the configuration; the address is always that of this installation.
    fn point(&self, change: impl FnOnce(&mut Value)) {
        let address = format!("127.0.0.1:{}", self.port);
        configure(&self.root, |config| {
            change(config);
            config["ServiceSettings"]["ListenAddress"] = json!(address);
        });
    }

    /// The tables of the database file, and whatever stands in them.
    fn database(&self) -> Value {
        let text =
            std::fs::read_to_string(self.database_file()).unwrap_or_else(|_| "{}".to_owned());
        serde_json::from_str(&text).unwrap()
    }

    fn start(&self) -> Running {
        Running::start(&self.root, self.port)
    }

    /// Starts, waits for the first answer, stops.
    fn boot(&self) {
        let mut server = self.start();
        server.wait_until_ready();
        self.let_settle();
        assert_eq!(server.stop().code(), Some(0));
    }

    /// 4.10 and 5.3 catch signals a moment after their first answer only.
    fn let_settle(&self) {
        if self.version.starts_with("4.10.") || self.version.starts_with("5.3.") {
            std::thread::sleep(std::time::Duration::from_millis(300));
        }
    }

    fn config_text(&self) -> String {
        std::fs::read_to_string(self.root.join("config/config.json")).unwrap()
    }
}

/// A file of the project's fixtures.
fn fixture(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
