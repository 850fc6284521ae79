//! The stand-in does what the real servers were seen to do.
use crate::fakes::release::FixtureRelease;
use std::process::Command;

const STAND_IN: &str = env!("CARGO_BIN_EXE_stand-in");

#[test]
fn smoke() {
    let dir = tempfile::tempdir().unwrap();
    let t = std::time::Instant::now();
    let root = FixtureRelease::new("10.11.4", STAND_IN).unpack(dir.path());
    let path = FixtureRelease::new("10.11.4", STAND_IN).build(dir.path());
    eprintln!(
        "{:?} {}",
        t.elapsed(),
        std::fs::metadata(&path).unwrap().len()
    );
    let out = Command::new(root.join("bin/mattermost"))
        .arg("version")
        .output()
        .unwrap();
    eprintln!("{out:?}");
    std::mem::forget(dir);
    eprintln!("{}", root.display());
}
