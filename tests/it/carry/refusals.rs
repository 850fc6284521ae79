//! What cannot be carried is found before anything has moved, and named.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use mmembed::engine::Outcome;
use mmembed::model::Version;
use tempfile::TempDir;

use super::trees::Trees;

fn trees(root: &TempDir) -> Trees {
    let trees = Trees::below(root.path());
    trees.live(Version::new(10, 11, 0), &["bin/mattermost", "client/root.html"]);
    trees.staged(
        Version::new(11, 7, 0),
        &["bin/mattermost", "client/root.html", "client/new.html", "tls/key.pem", "extra/one"],
    );
    trees
}

#[test]
fn everything_that_the_new_release_brings_itself_is_named_before_anything_moves() {
    let root = TempDir::new().unwrap();
    let trees = trees(&root);
    trees.put("client/new.html", "mine");
    trees.put("tls/key.pem", "my key");
    trees.put("extra", "a file where the new release has a directory");
    trees.put("aaa", "what could be moved");
    let before = trees.look();
    let expected = "the new release brings client/new.html, extra, tls/key.pem itself";
    assert_eq!(trees.run(vec![Trees::check(&[])]).refused(), expected);
    assert_eq!(trees.look(), before);
    fs::remove_dir_all(root.path().join("var")).unwrap();
    assert_eq!(trees.run(Trees::carry_and_activate(&[], &[])).refused(), expected);
    assert!(!trees.in_staged("aaa").exists());
}

#[test]
fn a_file_of_the_new_release_on_the_way_is_a_collision_too() {
    let root = TempDir::new().unwrap();
    let trees = Trees::below(root.path());
    trees.live(Version::new(10, 11, 0), &["bin/mattermost", "docs/a/b/c"]);
    trees.staged(Version::new(11, 7, 0), &["bin/mattermost", "docs/a"]);
    trees.put("docs/a/b/mine", "mine");
    trees.put("docs/a/b/other", "mine too");
    assert_eq!(
        trees.run(vec![Trees::check(&[])]).refused(),
        "the new release brings docs/a itself"
    );
}

/// A link of the stage is no way into anything.
#[test]
fn nothing_is_carried_through_a_link_of_the_new_release() {
    let root = TempDir::new().unwrap();
    let trees = Trees::below(root.path());
    trees.live(Version::new(10, 11, 0), &["bin/mattermost", "docs/a"]);
    trees.staged(Version::new(11, 7, 0), &["bin/mattermost"]);
    symlink("bin", trees.in_staged("docs")).unwrap();
    trees.put("docs/mine", "mine");
    let refusal = trees.run(vec![Trees::check(&[])]).refused();
    assert_eq!(refusal, "the new release brings docs itself");
}

#[test]
fn a_name_that_cannot_be_written_down_is_refused_with_its_directory() {
    let root = TempDir::new().unwrap();
    let trees = trees(&root);
    let name = trees.in_live("client").join(OsStr::from_bytes(b"caf\xe9"));
    fs::write(&name, "a file").unwrap();
    let refusal = trees.run(Trees::carry_and_activate(&[], &[])).refused();
    let directory = trees.in_live("client");
    assert_eq!(refusal, format!("a name in {} is not UTF-8: rename it", directory.display()));
    assert!(name.exists());

    // Within what moves as a whole, names are nobody's business.
    fs::remove_dir_all(root.path().join("var")).unwrap();
    fs::create_dir(trees.in_live("data")).unwrap();
    fs::rename(&name, trees.in_live("data").join(name.file_name().unwrap())).unwrap();
    trees.run(Trees::carry_and_activate(&["data"], &[])).committed();
    assert!(trees.in_live("data").join(name.file_name().unwrap()).exists());
}

#[test]
fn a_tree_without_an_identity_is_not_ours() {
    for name in ["live", "staged"] {
        let root = TempDir::new().unwrap();
        let trees = trees(&root);
        let identity = match name {
            "live" => trees.in_live(".mmembed-tree.json"),
            _ => trees.in_staged(".mmembed-tree.json"),
        };
        fs::remove_file(&identity).unwrap();
        let ran = trees.run(vec![Trees::activate()]);
        // Nor can it be told what the undo would have to do.
        let Ok(Outcome::Stuck { cause: Some(cause), .. }) = ran.outcome else {
            panic!("{:?}", ran.outcome);
        };
        let tree = identity.parent().unwrap().display();
        assert_eq!(cause.to_string(), format!("{tree} is no tree that mmembed unpacked"));
        assert!(trees.in_live("bin/mattermost").exists());
        assert!(trees.in_staged("bin/mattermost").exists());
    }
}

/// Something mounted, unmounted in the end.
struct Mounted(PathBuf);

impl Mounted {
    /// Needs the right to mount; without it there is nothing to test.
    fn new(arguments: &[&str], place: &Path) -> Option<Self> {
        let output = Command::new("mount").args(arguments).arg(place).output();
        let mounted = output.is_ok_and(|output| output.status.success());
        if !mounted {
            println!("skipped: nothing can be mounted here");
        }
        mounted.then(|| Self(place.to_owned()))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let done = Command::new("umount").arg("-l").arg(&self.0).status();
        assert!(done.is_ok_and(|done| done.success()), "{} stays mounted", self.0.display());
    }
}

#[test]
fn what_is_mounted_or_holds_a_mount_is_refused_before_anything_moves() {
    let root = TempDir::new().unwrap();
    let other = root.path().join("other");
    fs::create_dir(&other).unwrap();
    let trees = trees(&root);
    trees.put("aaa", "what could be moved");
    fs::create_dir_all(trees.in_live("custom/deep")).unwrap();
    let tmpfs: &[&str] = &["-t", "tmpfs", "none"];
    // On the same device, where only the table of mounts tells.
    let bind: &[&str] = &["--bind", other.to_str().unwrap()];
    for way in [tmpfs, bind] {
        for place in ["custom", "custom/deep"] {
            let place = trees.in_live(place);
            let Some(_mounted) = Mounted::new(way, &place) else { return };
            let expected = format!(
                "{} is a mount point: custom cannot be renamed into the next tree",
                place.display()
            );
            for steps in [vec![Trees::check(&[])], Trees::carry_and_activate(&[], &[])] {
                assert_eq!(trees.run(steps).refused(), expected);
                fs::remove_dir_all(root.path().join("var")).unwrap();
            }
            assert!(trees.in_live("aaa").exists());
        }
    }
    trees.run(Trees::carry_and_activate(&[], &[])).committed();
    assert!(trees.in_live("custom/deep").exists());
}
