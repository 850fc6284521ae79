//! A folder of `fixtures/releases`, read.
//! Nothing is written here.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::super::trailer::Retained;

/// What is known about a release.
#[derive(Clone, Debug)]
pub(super) struct Fixture {
    pub(super) version: String,
    pub(super) model_version: String,
    pub(super) build_number: String,
    pub(super) build_date: String,
    pub(super) build_hash: String,
    pub(super) layout: Layout,
    pub(super) retained: Vec<Retained>,
    /// `config.json` as shipped, byte by byte.
    pub(super) config: String,
    pub(super) defaults: Value,
    published: String,
}

/// How the archive is laid out.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own in release.toml")]
pub(super) struct Layout {
    pub(super) webapp: String,
    pub(super) binary: String,
    pub(super) platform_wrapper: bool,
    pub(super) mmctl: bool,
    pub(super) prepackaged_plugins: bool,
    pub(super) manifest: bool,
    pub(super) config_mode: u32,
    pub(super) doubled_root: bool,
    pub(super) config_extras: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReleaseToml {
    version: String,
    model_version: String,
    build_number: String,
    build_date: String,
    build_hash: String,
    published: String,
    #[serde(rename = "observed")]
    _observed: bool,
    layout: Layout,
    #[serde(default)]
    retained: Vec<Retained>,
}

impl Fixture {
    /// The fixture of `version`, or that of the latest earlier patch, renamed.
    pub(super) fn find(version: &str) -> Self {
        let numbers = numbers(version);
        let mut folders: Vec<([u64; 3], PathBuf)> = fs::read_dir(root())
            .expect("fixtures/releases is part of the repository")
            .map(|entry| entry.expect("its entries can be read").path())
            .filter(|path| path.join("release.toml").is_file())
            .map(|path| {
                (self::numbers(&path.file_name().expect("it has a name").to_string_lossy()), path)
            })
            .filter(|([major, minor, patch], _)| {
                [*major, *minor] == numbers[..2] && *patch <= numbers[2]
            })
            .collect();
        folders.sort();
        let (found, folder) = folders.pop().unwrap_or_else(|| {
            panic!("no fixture for {version}: see fixtures/README.md on how to add one")
        });
        let mut fixture = Self::read(&folder);
        if found != numbers {
            // From 5.0 on a patch release says so itself; before, only its build number did.
            if numbers[0] >= 5 {
                version.clone_into(&mut fixture.model_version);
            }
            version.clone_into(&mut fixture.version);
            version.clone_into(&mut fixture.build_number);
        }
        fixture
    }

    fn read(folder: &Path) -> Self {
        let text = |name: &str| {
            let path = folder.join(name);
            fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
        };
        let facts: ReleaseToml = toml::from_str(&text("release.toml"))
            .unwrap_or_else(|error| panic!("{}/release.toml: {error}", folder.display()));
        Self {
            version: facts.version,
            model_version: facts.model_version,
            build_number: facts.build_number,
            build_date: facts.build_date,
            build_hash: facts.build_hash,
            layout: facts.layout,
            retained: facts.retained,
            config: text("config.json"),
            defaults: serde_json::from_str(&text("defaults.json")).expect("defaults.json is JSON"),
            published: facts.published,
        }
    }

    /// The day of publication, in seconds since 1970: the date of every file in the archive.
    pub(super) fn published_seconds(&self) -> u64 {
        let day: jiff::civil::Date = self.published.parse().expect("published is a date");
        let since = day.duration_since(jiff::civil::date(1970, 1, 1));
        u64::try_from(since.as_secs()).expect("after 1970")
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/releases")
}

fn numbers(version: &str) -> [u64; 3] {
    let mut numbers = version.split('.').map(|n| n.parse().unwrap_or(0));
    [(); 3].map(|()| numbers.next().unwrap_or(0))
}
