//! The archives that the builder makes have the shapes of the published ones.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use flate2::read::GzDecoder;

use crate::fakes::release::FixtureRelease;

const STAND_IN: &str = env!("CARGO_BIN_EXE_stand-in");

fn release(version: &str) -> FixtureRelease {
    FixtureRelease::new(version, STAND_IN).small_files(2)
}

/// Path, mode, owner and size of every entry, in the order of the archive.
fn entries(archive: &Path) -> Vec<(String, u32, u64, u64)> {
    let mut archive = tar::Archive::new(GzDecoder::new(fs::File::open(archive).unwrap()));
    let entries = archive.entries().unwrap().map(|entry| {
        let entry = entry.unwrap();
        let header = entry.header();
        let path = entry.path().unwrap().to_string_lossy().into_owned();
        (path, header.mode().unwrap(), header.uid().unwrap(), entry.size())
    });
    entries.collect()
}

fn build(release: &FixtureRelease) -> (tempfile::TempDir, std::path::PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = release.build(directory.path());
    (directory, path)
}

/// What the archive of a version looks like below `mattermost/`.
struct Shape {
    version: &'static str,
    present: &'static [&'static str],
    absent: &'static [&'static str],
    /// How often `mattermost/` itself stands in it.
    roots: usize,
    /// The mode of `config.json`.
    mode: u32,
}

const SHAPES: [Shape; 6] = [
    Shape {
        version: "3.10.3",
        present: &["bin/platform", "webapp/dist/root.html"],
        absent: &["client/", "prepackaged_plugins/", "config/README.md"],
        roots: 1,
        mode: 0o644,
    },
    Shape {
        version: "4.2.0",
        present: &["bin/platform", "webapp/dist/", "config/README.md"],
        absent: &["client/", "config/default.json"],
        roots: 1,
        mode: 0o644,
    },
    Shape {
        version: "4.10.0",
        present: &[
            "bin/platform",
            "client/root.html",
            "config/default.json",
            "config/timezones.json",
        ],
        absent: &["webapp/"],
        roots: 1,
        mode: 0o644,
    },
    Shape {
        version: "5.9.0",
        present: &["bin/platform", "bin/mattermost", "prepackaged_plugins/"],
        absent: &["bin/mmctl", "config/default.json"],
        roots: 1,
        mode: 0o644,
    },
    Shape {
        version: "5.37.0",
        present: &["bin/mattermost", "bin/mmctl", "manifest.txt"],
        absent: &["bin/platform"],
        roots: 1,
        mode: 0o644,
    },
    Shape {
        version: "10.11.0",
        present: &["bin/mattermost", "bin/mmctl", "MIT-COMPILED-LICENSE.md"],
        absent: &["bin/platform", "data/", "plugins/", "client/plugins/"],
        roots: 2,
        mode: 0o600,
    },
];

#[test]
fn every_era_has_its_layout() {
    for Shape { version, present, absent, roots, mode } in SHAPES {
        let (_directory, path) = build(&release(version));
        let entries = entries(&path);
        let names: Vec<&str> =
            entries.iter().filter_map(|entry| entry.0.strip_prefix("mattermost/")).collect();
        assert_eq!(names.len(), entries.len(), "{version}: all below mattermost/");
        for name in present {
            assert!(names.contains(name), "{version} lacks {name}: {names:?}");
        }
        for name in absent {
            assert!(!names.contains(name), "{version} has {name}");
        }
        assert_eq!(names.iter().filter(|name| name.is_empty()).count(), roots, "{version}");
        assert!(
            names.contains(&"logs/") && !names.iter().any(|name| name.starts_with("logs/m")),
            "{version}"
        );
        let config =
            entries.iter().find(|entry| entry.0 == "mattermost/config/config.json").unwrap();
        assert_eq!(config.1, mode, "{version}");
        assert!(entries.iter().all(|entry| entry.2 == 2000), "{version}");
    }
}

#[test]
fn the_second_root_comes_after_bin_logs_and_plugins() {
    let (_directory, path) = build(&release("7.8.0"));
    let names: Vec<String> = entries(&path).into_iter().map(|entry| entry.0).collect();
    let second = names.iter().rposition(|name| name == "mattermost/").unwrap();
    let (first, rest) = names.split_at(second);
    let before =
        |top: &str| first.iter().any(|name| name.starts_with(&format!("mattermost/{top}/")));
    assert!(before("bin") && before("logs") && before("prepackaged_plugins") && !before("config"));
    assert!(rest.iter().any(|name| name == "mattermost/config/config.json"));
}

#[test]
fn equal_wishes_give_equal_bytes_under_the_published_name() {
    let (_one, first) = build(&release("10.11.4"));
    let (_two, second) = build(&release("10.11.4"));
    assert_eq!(first.file_name().unwrap(), "mattermost-team-10.11.4-linux-amd64.tar.gz");
    assert!(fs::read(first).unwrap() == fs::read(second).unwrap());
    let (_three, enterprise) = build(&release("10.11.4").enterprise());
    assert_eq!(enterprise.file_name().unwrap(), "mattermost-10.11.4-linux-amd64.tar.gz");
}

#[test]
fn the_binary_is_as_large_as_wished_and_does_not_compress_away() {
    let (_directory, path) = build(&release("11.7.0").binary_size(20_000_000));
    let sizes: BTreeMap<String, u64> =
        entries(&path).into_iter().map(|entry| (entry.0, entry.3)).collect();
    let size = sizes["mattermost/bin/mattermost"];
    assert!((20_000_000..20_100_000).contains(&size), "{size}");
    assert!(fs::metadata(path).unwrap().len() > 15_000_000);
}

#[test]
fn small_files_are_as_many_as_wished_and_name_their_version() {
    let (_directory, path) = build(&FixtureRelease::new("9.11.0", STAND_IN).small_files(500));
    let count = entries(&path)
        .iter()
        .filter(|entry| entry.0.starts_with("mattermost/client/files/") && entry.3 > 0)
        .count();
    assert_eq!(count, 500);
    let mut archive = tar::Archive::new(GzDecoder::new(fs::File::open(path).unwrap()));
    let mut file = archive
        .entries()
        .unwrap()
        .map(Result::unwrap)
        .find(|entry| entry.path().unwrap().ends_with("0007.js"))
        .unwrap();
    let mut text = String::new();
    file.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("9.11.0 7 "), "{text}");
}

#[test]
fn the_shipped_configuration_is_in_it_byte_by_byte() {
    let directory = tempfile::tempdir().unwrap();
    let release = release("5.9.0");
    let root = release.unpack(directory.path());
    let shipped =
        fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/releases/5.9.0/config.json"))
            .unwrap();
    assert!(fs::read(root.join("config/config.json")).unwrap() == shipped);
    assert_eq!(release.shipped_config()["SqlSettings"]["DriverName"], "mysql");
}

#[test]
#[should_panic(expected = "no fixture for 8.1.0")]
fn a_version_without_a_fixture_is_an_error() {
    let _release = FixtureRelease::new("8.1.0", STAND_IN);
}
