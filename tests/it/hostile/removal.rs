//! Removing a stage, in whatever state it was left.

use std::fs;
use std::os::fd::AsFd;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use mmembed::host::{Fault, Meter, remove_tree};
use rustix::fs::{Mode, OFlags, mkdirat, openat};

use super::world::World;

fn remove(world: &World, meter: &Meter) -> Result<(), mmembed::host::PathError> {
    let root = fs::File::open(world.root()).unwrap();
    remove_tree(root.as_fd(), "stage", world.root(), meter)
}

/// A tree with files, links and directories.
fn planted() -> World {
    let world = World::new();
    let stage = world.stage();
    fs::create_dir_all(stage.join("a/b/c")).unwrap();
    fs::create_dir_all(stage.join("a/d")).unwrap();
    fs::write(stage.join("a/b/file"), "x").unwrap();
    symlink(world.outside(), stage.join("a/out")).unwrap();
    symlink("nothing", stage.join("dangling")).unwrap();
    world
}

#[test]
fn links_are_removed_and_not_followed() {
    let world = planted();
    world.put_archive(b"");
    let outside = world.outside_listing();
    remove(&world, &Meter::default()).unwrap();
    assert!(!world.stage().exists());
    assert_eq!(world.outside_listing(), outside);
}

#[test]
fn what_is_not_there_is_removed_already() {
    let world = World::new();
    remove(&world, &Meter::default()).unwrap();
    let meter = Meter::default();
    remove(&world, &meter).unwrap();
    assert_eq!(meter.count(), 0);
}

#[test]
fn a_link_in_place_of_the_tree_is_itself_removed() {
    let world = World::new();
    fs::remove_dir(world.stage()).unwrap();
    symlink("outside", world.stage()).unwrap();
    remove(&world, &Meter::default()).unwrap();
    assert!(world.stage().symlink_metadata().is_err());
    assert!(world.outside().join("canary").exists());
}

#[test]
fn a_removal_stopped_at_any_change_is_finished_by_the_next() {
    let meter = Meter::default();
    remove(&planted(), &meter).unwrap();
    assert_eq!(meter.count(), 8);
    for at in 0..meter.count() {
        let world = planted();
        let error = remove(&world, &Meter::with_fault(at, Fault::Crash)).unwrap_err();
        assert!(error.is_crash() && error.path.starts_with(world.stage()), "{error}");
        assert!(world.stage().exists());
        remove(&world, &Meter::default()).unwrap();
        assert!(!world.stage().exists());
    }
}

#[test]
fn a_tree_deeper_than_any_path_is_removed() {
    let world = World::new();
    let name = "d".repeat(20);
    let mut at = rustix::fd::OwnedFd::from(fs::File::open(world.stage()).unwrap());
    for _ in 0..1000 {
        mkdirat(&at, &name, Mode::RWXU).unwrap();
        at = openat(&at, &name, OFlags::DIRECTORY, Mode::empty()).unwrap();
    }
    drop(at);
    remove(&world, &Meter::default()).unwrap();
    assert!(!world.stage().exists());
}

#[test]
fn directories_closed_to_their_owner_are_opened_up() {
    let world = planted();
    for (directory, mode) in [("a/b", 0o555), ("a/d", 0o000)] {
        let mode = fs::Permissions::from_mode(mode);
        fs::set_permissions(world.stage().join(directory), mode).unwrap();
    }
    remove(&world, &Meter::default()).unwrap();
    assert!(!world.stage().exists());
}

/// Needs the right to mount; without it there is nothing to test.
#[test]
fn nothing_is_deleted_above_a_mount_point() {
    let world = planted();
    let mount = |arguments: &[&str]| {
        let status = Command::new("mount").args(arguments).arg(world.stage().join("a/d")).output();
        status.is_ok_and(|output| output.status.success())
    };
    let outside = world.outside();
    let ways: [&[&str]; 2] = [
        &["-t", "tmpfs", "none"],
        // On the same device, where only the mount itself tells.
        &["--bind", outside.to_str().unwrap()],
    ];
    for way in ways {
        if !mount(way) {
            continue;
        }
        let meter = Meter::default();
        let result = remove(&world, &meter);
        let unmounted = Command::new("umount").arg(world.stage().join("a/d")).status().unwrap();
        assert!(unmounted.success());
        let error = result.unwrap_err();
        assert_eq!(error.path, world.stage().join("a/d"), "{error}");
        assert_eq!(meter.count(), 0);
        assert!(world.stage().join("a/b/file").exists());
        assert!(outside.join("canary").exists());
    }
}
