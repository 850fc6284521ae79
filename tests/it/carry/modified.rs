//! Files of the release that somebody has changed are kept, and told.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::time::{Duration, SystemTime};

use mmembed::model::{Step, Version};
use tempfile::TempDir;

use super::trees::{Trees, failing};
use crate::crash::prefix;

fn keep() -> Step {
    Step::KeepModified { tree: prefix().live(), into: Trees::kept() }
}

#[test]
fn changed_files_are_kept_with_their_modes_and_times() {
    let root = TempDir::new().unwrap();
    let trees = Trees::below(root.path());
    let names = ["bin/mattermost", "i18n/en.json", "i18n/de.json", "templates/a.html", "logs/"];
    trees.live(Version::new(10, 11, 0), &names);
    trees.put("i18n/en.json", "my words");
    trees.put("config/config.json", "my settings");
    trees.put("foreign", "not the release's");
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
    let changed = fs::File::options().write(true).open(trees.in_live("i18n/en.json")).unwrap();
    changed.set_modified(time).unwrap();
    let not_executable = fs::Permissions::from_mode(0o644);
    fs::set_permissions(trees.in_live("bin/mattermost"), not_executable).unwrap();
    fs::remove_file(trees.in_live("i18n/de.json")).unwrap();
    fs::remove_dir(trees.in_live("logs")).unwrap();
    symlink("/var/log/mine", trees.in_live("logs")).unwrap();
    fs::remove_file(trees.in_live("templates/a.html")).unwrap();
    trees.put("templates/a.html/deep/file", "a directory instead of a file");

    trees.run(vec![keep()]).committed();

    assert_eq!(fs::read_to_string(trees.in_kept("i18n/en.json")).unwrap(), "my words");
    let meta = fs::metadata(trees.in_kept("i18n/en.json")).unwrap();
    assert_eq!((meta.mode() & 0o7777, meta.modified().unwrap()), (0o640, time));
    let program = fs::read_to_string(trees.in_kept("bin/mattermost")).unwrap();
    assert_eq!(program, "old bin/mattermost");
    let link = fs::read_link(trees.in_kept("logs")).unwrap();
    assert_eq!(link.to_str(), Some("/var/log/mine"));
    let deep = fs::read_to_string(trees.in_kept("templates/a.html/deep/file")).unwrap();
    assert_eq!(deep, "a directory instead of a file");
    for absent in ["config", "foreign", "i18n/de.json"] {
        assert!(!trees.in_kept(absent).exists(), "{absent}");
    }
    assert_eq!(fs::metadata(trees.in_kept("")).unwrap().mode() & 0o7777, 0o700);
}

#[test]
fn very_many_changed_files_are_kept_too() {
    let root = TempDir::new().unwrap();
    let trees = Trees::below(root.path());
    let names: Vec<String> = (10..50).map(|number| format!("i18n/{number}.json")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    trees.live(Version::new(10, 11, 0), &names);
    for name in &names {
        trees.put(name, "changed");
    }
    trees.run(vec![keep()]).committed();
    assert!(names.iter().all(|name| trees.in_kept(name).exists()));
}

#[test]
fn where_nothing_was_changed_nothing_is_made_and_what_is_kept_is_taken_back() {
    let root = TempDir::new().unwrap();
    let trees = Trees::below(root.path());
    trees.live(Version::new(10, 11, 0), &["bin/mattermost", "i18n/en.json"]);
    assert!(trees.run(vec![keep()]).committed().is_empty());
    let backups = root.path().join(prefix().state().as_str()).join("backups");
    assert!(!backups.exists());

    trees.put("i18n/en.json", "my words");
    fs::remove_dir_all(root.path().join("var")).unwrap();
    trees.run(vec![keep(), failing()]).refused();
    assert!(!backups.exists(), "what leads to the copies goes with them");

    // What was there before stays.
    fs::remove_dir_all(root.path().join("var")).unwrap();
    fs::create_dir_all(backups.join("one")).unwrap();
    trees.run(vec![keep(), failing()]).refused();
    assert!(backups.join("one").exists());
    assert!(!trees.in_kept("").exists());
}
