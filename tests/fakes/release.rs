//! Releases for tests: the published `.tar.gz` of a version, its server replaced by the stand-in.
//! Nothing is ever downloaded; the same wishes give the same bytes.

mod archive;
mod catalog;
mod elf;
mod fixture;

use std::fs;
use std::path::{Path, PathBuf};

use flate2::Compression;
use serde_json::Value;

use super::trailer::{Fault, MAGIC, Timings, Trailer};
use archive::Archive;
pub(crate) use catalog::FixtureCatalog;
use fixture::{Fixture, Layout};

/// A wish for a release. `build` makes the archive, `unpack` an installation of it.
#[derive(Clone, Debug)]
pub(crate) struct FixtureRelease {
    fixture: Fixture,
    stand_in: PathBuf,
    enterprise: bool,
    faults: Vec<Fault>,
    timings: Timings,
    binary_size: u64,
    small_files: usize,
    large_plugins: (usize, u64),
}

impl FixtureRelease {
    /// The release `version`, its server played by the program at `stand_in`.
    ///
    /// There must be a folder for it in `fixtures/releases`, or one for an earlier patch of the same minor version:
    /// `10.11.4` is made of `10.11.0`.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub(crate) fn new(version: &str, stand_in: impl Into<PathBuf>) -> Self {
        Self {
            fixture: Fixture::find(version),
            stand_in: stand_in.into(),
            enterprise: false,
            faults: Vec::new(),
            timings: Timings::default(),
            binary_size: 0,
            small_files: 300,
            large_plugins: (0, 0),
        }
    }

    /// The enterprise edition instead of the team edition.
    pub(crate) fn enterprise(mut self) -> Self {
        self.enterprise = true;
        self
    }

    /// Adds a fault to the server.
    pub(crate) fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Changes how long things take in the server.
    pub(crate) fn timings(mut self, change: impl FnOnce(&mut Timings)) -> Self {
        change(&mut self.timings);
        self
    }

    /// Pads the server to this many bytes; it is never shorter than it has to be.
    pub(crate) fn binary_size(mut self, bytes: u64) -> Self {
        self.binary_size = bytes;
        self
    }

    /// How many small files the web application consists of.
    pub(crate) fn small_files(mut self, count: usize) -> Self {
        self.small_files = count;
        self
    }

    /// Adds prepackaged plugins of so many bytes each.
    pub(crate) fn large_plugins(mut self, count: usize, bytes: u64) -> Self {
        self.large_plugins = (count, bytes);
        self
    }

    /// Its version.
    pub(crate) fn version(&self) -> &str {
        &self.fixture.version
    }

    /// The name under which such a release is published.
    pub(crate) fn file_name(&self) -> String {
        let edition = if self.enterprise { "" } else { "team-" };
        format!("mattermost-{edition}{}-linux-amd64.tar.gz", self.fixture.version)
    }

    /// Writes the archive into `directory`; returns its path.
    pub(crate) fn build(&self, directory: &Path) -> PathBuf {
        let path = directory.join(self.file_name());
        let bytes = self.archive(Compression::fast());
        fs::write(&path, bytes)
            .unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
        path
    }

    /// Unpacks the release below `directory`; returns the path of its `mattermost` directory.
    pub(crate) fn unpack(&self, directory: &Path) -> PathBuf {
        let bytes = self.archive(Compression::none());
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes.as_slice()));
        archive.set_preserve_ownerships(false);
        archive
            .unpack(directory)
            .unwrap_or_else(|error| panic!("cannot unpack into {}: {error}", directory.display()));
        directory.join("mattermost")
    }

    /// The configuration as shipped.
    pub(crate) fn shipped_config(&self) -> Value {
        serde_json::from_str(&self.fixture.config).expect("a fixture's config.json is JSON")
    }

    fn archive(&self, compression: Compression) -> Vec<u8> {
        let Layout { binary, doubled_root, config_mode, .. } = &self.fixture.layout;
        let mut archive = Archive::new(self.fixture.published_seconds(), compression);
        archive.directory("");
        archive.directory("bin");
        archive.file(&format!("bin/{binary}"), 0o755, &self.server(false));
        if self.fixture.layout.platform_wrapper {
            archive.file("bin/platform", 0o755, &self.server(true));
        }
        if self.fixture.layout.mmctl {
            archive.file("bin/mmctl", 0o755, b"#!/bin/sh\necho 'mmctl: a stub' >&2\nexit 1\n");
        }
        archive.directory("logs");
        if self.fixture.layout.prepackaged_plugins {
            archive.directory("prepackaged_plugins");
            archive.file(
                "prepackaged_plugins/mattermost-plugin-stub-v1.0.0-linux-amd64.tar.gz",
                0o644,
                b"stub",
            );
            archive.file(
                "prepackaged_plugins/mattermost-plugin-stub-v1.0.0-linux-amd64.tar.gz.sig",
                0o644,
                b"stub",
            );
        }
        self.add_large_plugins(&mut archive);
        if *doubled_root {
            archive.directory("");
        }
        archive.directory("config");
        archive.file("config/config.json", *config_mode, self.fixture.config.as_bytes());
        self.add_config_extras(&mut archive);
        self.add_assets(&mut archive);
        archive.finish()
    }

    fn add_large_plugins(&self, archive: &mut Archive) {
        let (count, size) = self.large_plugins;
        for number in 0..count {
            let mut bytes = format!("plugin {number} of {}", self.fixture.version).into_bytes();
            elf::pad(&mut bytes, size);
            archive.file(&format!("prepackaged_plugins/large-{number}.tar.gz"), 0o644, &bytes);
        }
    }

    fn add_config_extras(&self, archive: &mut Archive) {
        for name in &self.fixture.layout.config_extras {
            let bytes = match name.as_str() {
                "default.json" => self.fixture.config.as_bytes(),
                "timezones.json" => b"[\"UTC\"]\n",
                _ => b"The configuration of the server.\n",
            };
            archive.file(&format!("config/{name}"), 0o644, bytes);
        }
    }

    fn add_assets(&self, archive: &mut Archive) {
        let version = &self.fixture.version;
        let (licence, text): (_, &[u8]) = if self.enterprise {
            ("ENTERPRISE-EDITION-LICENSE.txt", b"Not a licence.\n")
        } else {
            ("MIT-COMPILED-LICENSE.md", b"Not a licence.\n")
        };
        archive.file(licence, 0o644, text);
        archive.file("NOTICE.txt", 0o644, b"No notice.\n");
        archive.file("README.md", 0o644, b"A release made by a test.\n");
        if self.fixture.layout.manifest {
            archive.file("manifest.txt", 0o644, format!("mattermost {version}\n").as_bytes());
        }
        for (directory, names) in [
            ("i18n", ["en.json", "de.json"]),
            ("fonts", ["nunito-bold.ttf", "luximbi.ttf"]),
            ("templates", ["post_body.html", "welcome_body.html"]),
        ] {
            archive.directory(directory);
            for name in names {
                archive.file(&format!("{directory}/{name}"), 0o644, b"[]\n");
            }
        }
        let webapp = &self.fixture.layout.webapp;
        let mut parents: Vec<&Path> =
            Path::new(webapp).ancestors().filter(|p| !p.as_os_str().is_empty()).collect();
        parents.reverse();
        for parent in parents {
            archive.directory(&parent.to_string_lossy());
        }
        let page = format!(
            "<!DOCTYPE html><html><head><title>Mattermost</title></head><body>{version}</body></html>"
        );
        archive.file(&format!("{webapp}/root.html"), 0o644, page.as_bytes());
        archive.directory(&format!("{webapp}/files"));
        for number in 0..self.small_files {
            // The version is part of most of them, so that a tree of two releases mixed is seen to be one.
            let text = format!("{version} {number} ").repeat(10 + number % 70);
            archive.file(&format!("{webapp}/files/{number:04}.js"), 0o644, text.as_bytes());
        }
    }

    fn server(&self, wrapper: bool) -> Vec<u8> {
        let mut bytes = elf::without_symbols(&self.stand_in);
        if !wrapper {
            elf::pad(&mut bytes, self.binary_size);
        }
        let Fixture { version, model_version, build_number, build_date, build_hash, .. } =
            self.fixture.clone();
        let trailer = Trailer {
            version,
            model_version,
            build_number,
            build_date,
            build_hash,
            enterprise: self.enterprise,
            wrapper,
            faults: self.faults.clone(),
            timings: self.timings.clone(),
            defaults: if wrapper { Value::Null } else { self.fixture.defaults.clone() },
            retained: self.fixture.retained.clone(),
        };
        let text = serde_json::to_vec(&trailer).expect("a trailer is plain data");
        let length = u32::try_from(text.len()).expect("a configuration is no gigabyte");
        bytes.extend_from_slice(&text);
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&MAGIC);
        bytes
    }
}
