//! What was taken over is upgraded like what mmembed installed.

use std::fs;

use serde_json::json;

use super::found::{CHANGED, Found, version};
use crate::fakes::release::FixtureRelease;
use crate::support::world::{LIVE, release};

/// Takes over an installation in use, and upgrades it.
fn upgrade(from: &FixtureRelease, to: &str, with_archive: bool) -> Found {
    let found = Found::of(from);
    found.ctl.start(&found.world);
    assert!(found.world.post("before"));
    let archive = found.world.archive(from);
    let mut more = found.ctl.words();
    if with_archive {
        more.extend(["--release".to_owned(), archive.display().to_string()]);
    }
    let more: Vec<&str> = more.iter().map(String::as_str).collect();
    found.adopt(&more).expect(0);

    let mut words = found.world.words(&["upgrade"]);
    let archive = found.world.archive(&release(to));
    words.extend(["--release".to_owned(), archive.display().to_string()]);
    // The service is the one that was named when it was taken over.
    found.world.run(&words).expect(0).saying(&[&format!("it answers as {to}")]);
    assert_eq!(found.world.serving().as_deref(), Some(to));
    assert_eq!(version(&found.world), json!([to, "team"]));
    assert_eq!(found.world.messages(), ["before"]);
    found.assert_own_files_are_there();
    assert_eq!(found.world.config()["TeamSettings"]["SiteName"], json!("Acme Chat"));
    assert!(fs::symlink_metadata(&found.tree).unwrap().is_symlink());
    let shown = found.tree.canonicalize().unwrap();
    assert_eq!(shown, found.world.below(LIVE));
    found
}

#[test]
fn with_its_archive_known() {
    let found = upgrade(&release("10.11.0"), "11.7.0", true);
    let template = fs::read_to_string(found.tree.join(CHANGED.0)).unwrap();
    assert_ne!(template, CHANGED.1, "a changed file of the release is not carried");
}

#[test]
fn without_its_archive() {
    let found = upgrade(&release("7.8.0"), "9.11.0", false);
    // Nobody knows whether the old tree holds more than was carried: it stays.
    let trees = fs::read_dir(found.world.below("opt/acme/embedded")).unwrap();
    let names: Vec<String> =
        trees.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let retired = names.iter().find(|name| name.starts_with(".mattermost.retired-")).unwrap();
    let old = found.world.below("opt/acme/embedded").join(retired).join(CHANGED.0);
    assert_eq!(fs::read_to_string(old).unwrap(), CHANGED.1);
}

#[test]
fn across_the_change_of_the_web_applications_place() {
    let found = upgrade(&release("4.2.0"), "4.10.0", false);
    assert!(!found.tree.join("webapp").exists());
    assert!(found.tree.join("client/root.html").is_file());
}
