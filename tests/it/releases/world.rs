//! A mirror with fixture releases, a catalogue that knows their digests, a store, and the program.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::fakes::mirror::Mirror;
use crate::fakes::mirror::authority::Authority;
use crate::fakes::release::FixtureRelease;
use crate::fakes::signer::Signer;
use crate::support::said::Said;

/// One release of the mirror.
pub(super) struct Shelf {
    pub(super) version: &'static str,
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

impl Shelf {
    pub(super) fn sum(&self) -> String {
        mmembed::model::Sha256Digest::of(&self.bytes).to_string()
    }

    pub(super) fn path(&self) -> String {
        format!("/{}/{}", self.version, self.name)
    }
}

pub(super) struct World {
    directory: TempDir,
    pub(super) mirror: Mirror,
    pub(super) shelves: Vec<Shelf>,
    pub(super) signer: Signer,
}

impl World {
    /// The mirror has 10.11.0 and 11.7.0, both signed, and the catalogue knows them.
    pub(super) fn new() -> Self {
        let directory = tempfile::Builder::new()
            .permissions(fs::Permissions::from_mode(0o755))
            .tempdir()
            .unwrap();
        for name in ["root", "built"] {
            fs::create_dir(directory.path().join(name)).unwrap();
        }
        let built = directory.path().join("built");
        let shelf = |version: &'static str| {
            let path = FixtureRelease::new(version, env!("CARGO_BIN_EXE_stand-in"))
                .small_files(3)
                .build(&built);
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            Shelf { version, name, bytes: fs::read(path).unwrap() }
        };
        let shelves = vec![shelf("10.11.0"), shelf("11.7.0")];
        let (mirror, signer) = (Mirror::start(), Signer::new(1));
        let world = Self { directory, mirror, shelves, signer };
        for shelf in &world.shelves {
            world.mirror.serve(&shelf.path(), shelf.bytes.clone());
            let signature = world.signer.sign(&shelf.bytes);
            world.mirror.serve(&format!("{}.sig", shelf.path()), signature);
        }
        let known: String = world.shelves.iter().map(|shelf| known(shelf, &shelf.sum())).collect();
        world.know(&known);
        fs::write(world.at("key.asc"), world.signer.key()).unwrap();
        Authority::of_tests().file_in(world.directory.path());
        world
    }

    /// Makes the catalogue know these releases only.
    pub(super) fn know(&self, releases: &str) {
        self.know_as_of(&today(), releases);
    }

    pub(super) fn know_as_of(&self, as_of: &str, releases: &str) {
        let text = format!("mmembed-catalog 1\nas-of {as_of}\n\n{releases}");
        fs::write(self.at("catalog.txt"), text).unwrap();
    }

    pub(super) fn at(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    pub(super) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mmembed"));
        command
            .args(words)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("MMEMBED_STORE", self.at("store"))
            .current_dir(self.directory.path());
        command
    }

    /// Runs the program with the catalogue and the mirror.
    pub(super) fn run(&self, words: &[&str]) -> Said {
        said(
            self.command(words)
                .env("MMEMBED_CATALOG", self.at("catalog.txt"))
                .env("MMEMBED_MIRROR", self.mirror.url(""))
                .env("MMEMBED_CA_FILE", Authority::of_tests().file_in(self.directory.path())),
        )
    }

    /// The same where nothing but what is built in is known, and nobody is asked.
    pub(super) fn run_alone(&self, words: &[&str]) -> Said {
        said(&mut self.command(words))
    }

    pub(super) fn install(&self, words: &[&str]) -> Said {
        let root = self.at("root");
        let usual = ["install", "--app", "acme", "--no-start", "--root", root.to_str().unwrap()];
        self.run(&[&usual[..], words].concat())
    }

    /// What is installed.
    pub(super) fn installed(&self) -> Option<String> {
        let text = fs::read_to_string(self.at("root/var/opt/acme/mmembed/receipt.json")).ok()?;
        let receipt: Value = serde_json::from_str(&text).unwrap();
        Some(receipt["release"]["version"].as_str().unwrap().to_owned())
    }

    /// The archives in the store: whatever happens, each is what its name says.
    pub(super) fn stored(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.at("store/archives/sha256")) else { return Vec::new() };
        let checked = |entry: fs::DirEntry| {
            let name = entry.file_name().into_string().unwrap();
            let sum = mmembed::model::Sha256Digest::of(&fs::read(entry.path()).unwrap());
            assert_eq!(sum.to_string(), name);
            name
        };
        entries.map(|entry| checked(entry.unwrap())).collect()
    }
}

/// What a catalogue says of a release of the mirror.
pub(super) fn known(shelf: &Shelf, sum: &str) -> String {
    format!(
        "{} 2025-08-15 esr until 2099-01-01\n  team linux-amd64 signed\n    {sum} docs\n",
        shelf.version
    )
}

pub(super) fn today() -> String {
    let now = jiff::tz::TimeZone::UTC.to_datetime(jiff::Timestamp::now());
    now.date().to_string()
}

pub(super) fn said(command: &mut Command) -> Said {
    Said::of(command.output().unwrap())
}
