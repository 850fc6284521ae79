//! Installing out of a bundle, where nobody can be asked.

use std::fs;
use std::path::PathBuf;

use serde_json::json;

use super::desk::{Desk, said};
use crate::support::said::Said;
use crate::support::world::{LIVE, SERVICE, World, is_root, release};

/// A host with nothing but a bundle.
struct Stranded {
    desk: Desk,
    world: World,
}

impl Stranded {
    fn with(desk: Desk) -> Self {
        // What the bundle was made from is elsewhere.
        for archive in &desk.archives {
            fs::rename(archive, desk.at("out").join(archive.file_name().unwrap())).unwrap();
        }
        Self { desk, world: World::new() }
    }

    fn run(&self, word: &str, more: &[&str]) -> Said {
        let mut words = self.world.words(&[word]);
        words.extend(["--no-start", "--platform", "linux-amd64"].map(Into::into));
        if !more.contains(&"--bundle") {
            words.extend(["--bundle".into(), self.desk.bundle().display().to_string()]);
        }
        if is_root() && word != "upgrade" {
            words.extend(["--service-user".into(), format!("{SERVICE}:{SERVICE}")]);
        }
        words.extend(more.iter().map(ToString::to_string));
        said(&mut self.desk.command(&words.iter().map(String::as_str).collect::<Vec<_>>()))
    }

    /// Archives in the store.
    fn stored(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.desk.at("store/archives/sha256")) else {
            return vec![];
        };
        entries.map(|entry| entry.unwrap().path()).collect()
    }
}

#[test]
fn the_latest_is_the_newest_in_the_bundle_and_nobody_is_asked() {
    let host = Stranded::with(Desk::of(&["10.11.0", "11.7.0"]).bundled());
    let planned = host.run("plan", &["--release", "latest", "--json"]).expect(10).json();
    assert_eq!(planned["release"]["version"], json!("11.7.0"));
    let installed = host.run("install", &["--release", "10.11"]).expect(0);
    assert!(!installed.all().contains("newer releases"), "{}", installed.all());
    assert_eq!(host.world.receipt()["release"]["version"], json!("10.11.0"));
    assert!(host.world.below(LIVE).join("bin/mattermost").is_file());
    host.run("install", &["--release", "10.11.0"]).expect(0).saying(&["nothing to do"]);
    host.run("upgrade", &["--release", "latest", "--require-fresh"]).expect(0);
    assert_eq!(host.world.receipt()["release"]["version"], json!("11.7.0"));
    assert_eq!(host.stored().len(), 2);
}

#[test]
fn what_is_in_the_store_is_not_copied_again() {
    let host = Stranded::with(Desk::of(&["11.7.0"]).bundled());
    let taking = "taking mattermost-team-11.7.0";
    host.run("plan", &["--release", "11.7.0"]).expect(10).saying(&[taking]);
    let again = host.run("plan", &["--release", "11.7.0"]).expect(10);
    assert!(!again.all().contains(taking), "{}", again.all());
    // What has been damaged there is taken anew.
    let stored = host.stored().remove(0);
    fs::write(&stored, "damaged").unwrap();
    host.run("plan", &["--release", "11.7.0"]).expect(10).saying(&["was damaged", taking]);
    assert!(fs::metadata(stored).unwrap().len() > 10_000);
}

#[test]
fn what_is_not_in_the_bundle_is_said_with_what_is() {
    let host = Stranded::with(Desk::of(&["10.11.0", "11.7.0"]).bundled());
    let contents = "which has 10.11.0, 11.7.0 (team edition for linux-amd64)";
    let bundle = host.desk.bundle().display().to_string();
    for (more, wanted) in [
        (
            &["--release", "11.6.0"][..],
            "Mattermost 11.6.0 (team edition) for linux-amd64 is not in",
        ),
        (&["--release", "9.11"], "`9.11`, team edition for linux-amd64, is not in"),
        (&["--release", "esr"], "`esr`, team edition for linux-amd64, is not in"),
        (
            &["--release", "11.7.0", "--edition", "enterprise"],
            "Mattermost 11.7.0 (enterprise edition) for linux-amd64 is not in",
        ),
    ] {
        let said = host.run("install", more).expect(3);
        said.saying(&[wanted, contents, &bundle, "nothing was changed"]);
    }
    let arm = host.run("install", &["--release", "latest", "--bundle", &bundle]);
    arm.expect(0);
    let mut words = host.world.words(&["plan"]);
    words.extend(["--release", "latest", "--platform", "linux-arm64", "--bundle"].map(Into::into));
    words.push(bundle.clone());
    let said = said(&mut host.desk.command(&words.iter().map(String::as_str).collect::<Vec<_>>()));
    said.expect(3).saying(&["`latest`, team edition for linux-arm64, is not in", contents]);
}

#[test]
fn only_versions_are_taken_from_a_bundle_and_from_nowhere_else() {
    let host = Stranded::with(Desk::of(&["11.7.0"]).bundled());
    for given in ["./some.tar.gz", "https://releases.mattermost.com/a.tar.gz"] {
        let said = host.run("install", &["--release", given]).expect(3);
        said.saying(&["is no version, and only versions are taken from a bundle"]);
    }
    host.run("install", &["--release", "11.7.0", "--releases-dir", "/srv"]).expect(2);
    // A mirror may stand in the environment for other times.
    let mirror = ["--mirror", "https://mirror.example", "--offline"];
    host.run("install", &[&["--release", "11.7.0"], &mirror[..]].concat()).expect(0);
    let sum = "0".repeat(64);
    let said = host.run("plan", &["--release", "11.7.0", "--sha256", &sum]).expect(3);
    said.saying(&["has the SHA-256 digest"]);
}

#[test]
fn a_damaged_archive_is_never_installed_nor_kept() {
    let host = Stranded::with(Desk::of(&["11.7.0"]).bundled());
    let path = host.desk.bundle();
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let before = host.world.stamps();
    let said = host.run("install", &["--release", "11.7.0"]).expect(7);
    said.saying(&[
        "mattermost-team-11.7.0-linux-amd64.tar.gz is damaged: its SHA-256 digest is",
        "nothing was changed",
        "copy it here again",
    ]);
    host.world.assert_untouched_since(&before);
    assert_eq!(host.stored(), [""; 0].map(PathBuf::from));
    fs::write(&path, &bytes[..at]).unwrap();
    host.run("install", &["--release", "11.7.0"]).expect(7).saying(&["cut off"]);
    host.world.assert_untouched_since(&before);
}

#[test]
fn without_a_word_about_the_edition_it_is_that_of_the_bundle() {
    let desk = Desk::empty();
    let archive = release("11.7.0").enterprise().small_files(3).build(&desk.at("archives"));
    let host = Stranded::with(desk.with(vec![archive]).bundled());
    host.run("install", &["--release", "latest"]).expect(0);
    assert_eq!(host.world.receipt()["release"]["edition"], json!("enterprise"));
    let team = host.run("install", &["--release", "latest", "--edition", "team"]).expect(3);
    team.saying(&["11.7.0 (enterprise edition for linux-amd64)"]);
}
