//! What comes along, and what stays behind.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use mmembed::model::Version;
use tempfile::TempDir;

use super::trees::Trees;

const OLD: Version = Version::new(10, 11, 0);
const NEW: Version = Version::new(11, 7, 0);

#[test]
fn what_people_put_into_a_tree_comes_along_and_stale_files_do_not() {
    let root = TempDir::new().unwrap();
    let trees = Trees::below(root.path());
    trees.live(Version::new(4, 2, 0), &["bin/platform", "webapp/dist/root.html", "i18n/old.json"]);
    trees.staged(Version::new(4, 10, 0), &["bin/platform", "client/root.html", "i18n/en.json"]);
    trees.put("config/saml.key", "a key");
    trees.put("data/20190101/file", "an upload");
    trees.put("webapp/dist/brand/logo.png", "a logo");
    let inode = fs::metadata(trees.in_live("data/20190101/file")).unwrap().ino();
    fs::set_permissions(trees.in_live("webapp"), fs::Permissions::from_mode(0o711)).unwrap();

    trees.run(Trees::carry_and_activate(&["data"], &[])).committed();

    for (name, content) in [
        ("config/saml.key", "a key"),
        ("webapp/dist/brand/logo.png", "a logo"),
        ("client/root.html", "new client/root.html"),
        ("config/config.json", "new config/config.json"),
    ] {
        assert_eq!(trees.reads(name), content);
    }
    for name in ["webapp/dist/root.html", "i18n/old.json"] {
        assert!(!trees.in_live(name).exists(), "{name}");
        // The former tree keeps all that was its release's.
        assert!(trees.in_retired(name).exists(), "{name}");
    }
    assert_eq!(fs::metadata(trees.in_live("webapp")).unwrap().mode() & 0o7777, 0o711);
    let carried = fs::metadata(trees.in_live("data/20190101/file")).unwrap();
    assert_eq!(carried.ino(), inode, "it was copied");
    assert_eq!(carried.mode() & 0o7777, 0o640);
    assert!(!trees.in_staged("").exists());
}

#[test]
fn links_move_as_links_also_those_that_lead_nowhere() {
    let root = TempDir::new().unwrap();
    let trees = Trees::below(root.path());
    trees.live(OLD, &["bin/mattermost", "client/root.html"]);
    trees.staged(NEW, &["bin/mattermost", "client/root.html", "logs/"]);
    symlink("/var/log/nowhere", trees.in_live("logs")).unwrap();
    symlink("../missing", trees.in_live("client/dangling")).unwrap();
    symlink("bin", trees.in_live("programs")).unwrap();

    trees.run(Trees::steps(&["logs"])).committed();

    for (name, target) in
        [("logs", "/var/log/nowhere"), ("client/dangling", "../missing"), ("programs", "bin")]
    {
        assert_eq!(fs::read_link(trees.in_live(name)).unwrap().to_str(), Some(target), "{name}");
        assert!(fs::symlink_metadata(trees.in_retired(name)).is_err(), "{name}");
    }
}

#[test]
fn a_mutable_directory_that_the_release_brought_comes_along_as_a_whole() {
    let root = TempDir::new().unwrap();
    let trees = Trees::below(root.path());
    trees.live(OLD, &["bin/mattermost", "logs/", "client/root.html"]);
    trees.staged(NEW, &["bin/mattermost", "logs/", "client/root.html"]);
    trees.put("logs/mattermost.log", "a line");
    trees.put("client/plugins/com.example/main.js", "a plugin");
    fs::set_permissions(trees.in_live("logs"), fs::Permissions::from_mode(0o2770)).unwrap();

    trees.run(Trees::steps(&["logs", "client/plugins", "data"])).committed();

    assert_eq!(trees.reads("logs/mattermost.log"), "a line");
    assert_eq!(trees.reads("client/plugins/com.example/main.js"), "a plugin");
    assert_eq!(fs::metadata(trees.in_live("logs")).unwrap().mode() & 0o7777, 0o2770);
    assert!(!trees.in_retired("logs").exists());
    assert!(!trees.in_live("data").exists(), "there was none");
}

#[test]
fn where_the_new_release_fills_a_directory_what_is_in_the_old_one_joins_it() {
    let root = TempDir::new().unwrap();
    let trees = Trees::below(root.path());
    trees.live(OLD, &["bin/mattermost", "plugins/.keep"]);
    trees.staged(NEW, &["bin/mattermost", "plugins/.keep", "fonts/a.ttf", "fonts/deep/b.ttf"]);
    trees.put("plugins/com.example/plugin.json", "a plugin");
    trees.put("fonts/own.ttf", "a font");
    trees.put("fonts/deep/own.ttf", "another font");

    trees.run(Trees::steps(&["plugins"])).committed();

    for (name, content) in [
        ("plugins/com.example/plugin.json", "a plugin"),
        ("plugins/.keep", "new plugins/.keep"),
        ("fonts/own.ttf", "a font"),
        ("fonts/a.ttf", "new fonts/a.ttf"),
        ("fonts/deep/own.ttf", "another font"),
        ("fonts/deep/b.ttf", "new fonts/deep/b.ttf"),
    ] {
        assert_eq!(trees.reads(name), content);
    }
}

#[test]
fn what_appears_after_the_plan_comes_along_and_is_told_and_what_vanishes_is_no_error() {
    let root = TempDir::new().unwrap();
    let trees = Trees::below(root.path());
    trees.live(OLD, &["bin/mattermost"]);
    trees.staged(NEW, &["bin/mattermost"]);
    trees.put("expected.key", "a key");
    trees.put("surprise.key", "another key");
    trees.put("data/file", "an upload");
    let expected = ["expected.key", "vanished.key"];
    let notes = trees.run(Trees::carry_and_activate(&["data"], &expected)).committed();
    assert_eq!(notes, ["surprise.key has appeared since the plan was made; it comes along too"]);
    assert_eq!(trees.reads("surprise.key"), "another key");
    assert_eq!(trees.reads("expected.key"), "a key");
}

#[test]
fn files_of_mmembed_do_not_come_along() {
    let root = TempDir::new().unwrap();
    let trees = Trees::below(root.path());
    trees.live(OLD, &["bin/mattermost"]);
    trees.staged(NEW, &["bin/mattermost"]);
    trees.put("config/.mmembed-verify.json", "a copy");
    trees.put("config/config.json", "a former configuration");
    trees.run(Trees::steps(&[])).committed();
    assert!(!trees.in_live("config/.mmembed-verify.json").exists());
    assert_eq!(trees.reads("config/config.json"), "new config/config.json");
}
