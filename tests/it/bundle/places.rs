//! Where a bundle is to be written, and cannot be; and whoever is killed while writing one.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::process::Command;

use super::desk::{Desk, said};
use crate::support::world::{MMEMBED, is_root};

/// Who owns nothing here: no user of that number exists.
const NOBODY: u32 = 21_545;

#[test]
fn killed_at_any_moment_it_leaves_nothing_or_the_whole() {
    let desk = Desk::of(&["10.11.0", "11.7.0"]).bundled();
    let whole = fs::read(desk.bundle()).unwrap();
    fs::remove_file(desk.bundle()).unwrap();
    let words = desk.create_words(&["--release", "10.11.0", "--release", "11.7.0"]);
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let mut kills = 0;
    for at in (0..).step_by(3) {
        let status = desk.command(&words).env("MMEMBED_TEST_KILL_AT", at.to_string()).output();
        if status.unwrap().status.success() {
            break;
        }
        assert_eq!(desk.output(), [""; 0], "killed at {at}");
        kills += 1;
    }
    assert!(kills > 4, "{kills}");
    assert!(whole == fs::read(desk.bundle()).unwrap());
    // One that is there stays until the new one is whole.
    let mut replacing = desk.command(&words);
    replacing.arg("--force").env("MMEMBED_TEST_KILL_AT", "7");
    assert!(!replacing.status().unwrap().success());
    assert!(whole == fs::read(desk.bundle()).unwrap());
    assert_eq!(desk.output(), ["chain.bundle"]);
}

#[test]
fn a_place_that_is_none_is_told_before_anything_is_got() {
    let desk = Desk::of(&["11.7.0"]);
    let words = |output: &str| -> Vec<String> {
        let words = desk.create_words(&["--release", "11.7.0", "--output", output]);
        let at = words.iter().position(|word| word == "--output").unwrap();
        [&words[..at], &words[at + 2..]].concat()
    };
    let run = |output: &str| {
        let words = words(output);
        desk.run(&words.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let missing = desk.at("missing/chain.bundle");
    let said = run(missing.to_str().unwrap()).expect(3);
    let said = said.saying(&["missing", "No such file or directory"]);
    assert!(!said.all().contains("1 of 1"), "{}", said.all());
    let directory = desk.at("out");
    run(directory.to_str().unwrap()).expect(3).saying(&["not a regular file"]);
    run("/").expect(3).saying(&["not the name of a file"]);
    // A link to a file leads to where it is written, and stays; one to nothing is not guessed about.
    let link = desk.at("link");
    symlink("out/chain.bundle", &link).unwrap();
    run(link.to_str().unwrap()).expect(3).saying(&["not a regular file"]);
    fs::write(desk.bundle(), "former").unwrap();
    let words = words(link.to_str().unwrap());
    let words: Vec<&str> = words.iter().map(String::as_str).chain(["--force"]).collect();
    desk.run(&words).expect(0);
    assert!(link.is_symlink());
    desk.judge().unwrap();
    let mode = fs::metadata(desk.bundle()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o644);
}

#[test]
fn who_may_not_write_there_is_told_so() {
    let desk = Desk::of(&["11.7.0"]);
    // Where the program is built, not everybody may enter. Another process copies it: what this one writes, the children of
    // other tests may have open when it is started.
    let program = desk.at("mmembed");
    assert!(Command::new("cp").arg(MMEMBED).arg(&program).status().unwrap().success());
    let closed = desk.at("out");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).unwrap();
    let mut command = Command::new(&program);
    command.args(desk.create_words(&["--release", "11.7.0"])).args(desk.knowledge());
    command.current_dir("/");
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    let refused = said(&mut command).expect(3);
    let place = desk.bundle();
    refused.saying(&[place.to_str().unwrap(), "Permission denied", "nothing was changed"]);
    assert_eq!(desk.output(), [""; 0]);
}

#[test]
fn a_disk_that_is_full_is_told_and_nothing_is_left() {
    let desk = Desk::of(&["11.7.0"]);
    let place = desk.at("out");
    let mounted =
        Command::new("mount").args(["-t", "tmpfs", "-o", "size=256k", "none"]).arg(&place).status();
    if !is_root() || !mounted.is_ok_and(|status| status.success()) {
        eprintln!("skipped: only root may mount a small file system");
        return;
    }
    let full = desk.create(&["--release", "11.7.0"]);
    let left = desk.output();
    assert!(Command::new("umount").arg(&place).status().unwrap().success());
    let path = desk.bundle();
    full.expect(3).saying(&[path.to_str().unwrap(), "No space left on device", "free some space"]);
    assert_eq!(left, [""; 0]);
}

#[test]
fn a_store_that_is_full_is_named_and_keeps_no_part() {
    let desk = Desk::of(&["11.7.0"]).bundled();
    let place = desk.at("store");
    fs::create_dir(&place).unwrap();
    let mounted =
        Command::new("mount").args(["-t", "tmpfs", "-o", "size=256k", "none"]).arg(&place).status();
    if !is_root() || !mounted.is_ok_and(|status| status.success()) {
        eprintln!("skipped: only root may mount a small file system");
        return;
    }
    fs::set_permissions(&place, fs::Permissions::from_mode(0o755)).unwrap();
    let bundle = desk.bundle();
    let words = ["releases", "fetch", "latest", "--to", "out", "--platform", "linux-amd64"];
    let full = desk.run(&[&words[..], &["--bundle", bundle.to_str().unwrap()]].concat());
    let left: Vec<_> = fs::read_dir(place.join("archives/partial")).unwrap().collect();
    let left = left.into_iter().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
    assert!(Command::new("umount").arg(&place).status().unwrap().success());
    full.expect(3).saying(&[
        place.join("archives").to_str().unwrap(),
        "No space left on device",
        "or name another directory with --store",
    ]);
    assert_eq!(left, ["adopted.lock"]);
}
