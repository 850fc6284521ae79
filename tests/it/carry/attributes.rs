//! What was set on a tree beyond its release is set on the next one.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;

use mmembed::host::is_root;
use mmembed::model::{Step, Version};
use rustix::fs::{XattrFlags, getxattr, setxattr};
use tempfile::TempDir;

use super::trees::Trees;
use crate::crash::{id, prefix};

/// `cap_net_bind_service=ep`, as `setcap` writes it: struct `vfs_cap_data` of linux/capability.h, revision 2.
const BIND_LOW_PORTS: [u8; 20] = [1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

fn attribute(path: &Path, name: &str) -> Option<Vec<u8>> {
    let mut value = vec![0; 256];
    let length = getxattr(path, name, &mut value).ok()?;
    value.truncate(length);
    Some(value)
}

fn set(path: &Path, name: &str, value: &[u8]) {
    setxattr(path, name, value, XattrFlags::empty()).unwrap();
}

fn inherit() -> Step {
    Step::InheritAttributes { from: prefix().live(), to: prefix().staged(&id()) }
}

#[test]
fn a_server_that_may_listen_on_low_ports_still_may_under_its_new_name() {
    if !is_root() {
        eprintln!("skipped: only root gives capabilities");
        return;
    }
    let root = TempDir::new().unwrap();
    let trees = Trees::below(root.path());
    trees.live(Version::new(4, 10, 0), &["bin/platform", "bin/mmctl"]);
    trees.staged(Version::new(5, 9, 0), &["bin/mattermost", "bin/mmctl"]);
    set(&trees.in_live("bin/platform"), "security.capability", &BIND_LOW_PORTS);
    // A change of the owner takes capabilities away: the order matters.
    for name in ["", "bin/platform"] {
        chown(trees.in_live(name), Some(0), Some(4321)).unwrap();
    }
    set(&trees.in_live("bin/platform"), "security.capability", &BIND_LOW_PORTS);
    trees.run(vec![inherit(), inherit()]).committed();
    let given = attribute(&trees.in_staged("bin/mattermost"), "security.capability");
    assert_eq!(given.as_deref(), Some(&BIND_LOW_PORTS[..]));
    assert_eq!(attribute(&trees.in_staged("bin/mmctl"), "security.capability"), None);
}

#[test]
fn owners_that_differ_are_inherited_and_set_user_bits_are_not() {
    if !is_root() {
        eprintln!("skipped: only root gives files away");
        return;
    }
    let root = TempDir::new().unwrap();
    let trees = Trees::below(root.path());
    let names = ["bin/mattermost", "client/root.html", "i18n/en.json", "templates/a.html"];
    trees.live(Version::new(10, 11, 0), &names);
    trees.staged(Version::new(11, 7, 0), &names);
    trees.put("foreign", "not the release's");
    chown(trees.in_live(""), Some(11), Some(12)).unwrap();
    for name in ["bin/mattermost", "client", "client/root.html", "i18n/en.json"] {
        chown(trees.in_live(name), Some(11), Some(12)).unwrap();
    }
    chown(trees.in_live("bin/mattermost"), Some(0), Some(13)).unwrap();
    set(&trees.in_live("bin/mattermost"), "security.capability", &BIND_LOW_PORTS);
    fs::set_permissions(trees.in_live("bin/mattermost"), fs::Permissions::from_mode(0o6755))
        .unwrap();

    trees.run(vec![inherit()]).committed();

    let owner = |name: &str| {
        let meta = fs::metadata(trees.in_staged(name)).unwrap();
        (meta.uid(), meta.gid())
    };
    assert_eq!(owner(""), (11, 12));
    assert_eq!(owner("bin/mattermost"), (0, 13));
    // As the rest of the old tree, and therefore as the new one is.
    assert_eq!(owner("client/root.html"), (0, 0));
    let program = trees.in_staged("bin/mattermost");
    assert_eq!(fs::metadata(&program).unwrap().mode() & 0o7777, 0o755);
    let given = attribute(&program, "security.capability");
    assert_eq!(given.as_deref(), Some(&BIND_LOW_PORTS[..]));
    assert!(!trees.in_staged("foreign").exists());
}

#[test]
fn what_people_have_noted_on_files_is_inherited() {
    let root = TempDir::new().unwrap();
    let trees = Trees::below(root.path());
    trees.live(Version::new(10, 11, 0), &["bin/mattermost", "i18n/en.json", "i18n/old.json"]);
    trees.staged(Version::new(11, 7, 0), &["bin/mattermost", "i18n/en.json"]);
    let top = trees.in_live("");
    if setxattr(&top, "user.note", b"top", XattrFlags::empty()).is_err() {
        eprintln!("skipped: this file system keeps no attributes of users");
        return;
    }
    set(&trees.in_live("i18n"), "user.note", b"directory");
    set(&trees.in_live("i18n/en.json"), "user.note", b"file");
    set(&trees.in_live("i18n/old.json"), "user.note", b"stale");
    set(&trees.in_live("config/config.json"), "user.note", b"configuration");
    // user::rw-, group::r--, other::---: what a mode of 0640 says too, as acl(5) lays it out.
    let list = [2, 0, 0, 0, 1, 0, 6, 0, 255, 255, 255, 255, 2, 0, 4, 0, 57, 48, 0, 0]
        .into_iter()
        .chain([4, 0, 4, 0, 255, 255, 255, 255, 16, 0, 4, 0, 255, 255, 255, 255])
        .chain([32, 0, 0, 0, 255, 255, 255, 255]);
    let list: Vec<u8> = list.collect();
    let keeps_lists = setxattr(
        trees.in_live("i18n/en.json"),
        "system.posix_acl_access",
        &list,
        XattrFlags::empty(),
    );
    trees.run(vec![inherit(), inherit()]).committed();
    for (name, value) in [("", "top"), ("i18n", "directory"), ("i18n/en.json", "file")] {
        let found = attribute(&trees.in_staged(name), "user.note");
        assert_eq!(found.as_deref(), Some(value.as_bytes()), "{name}");
    }
    assert_eq!(attribute(&trees.in_staged("config/config.json"), "user.note"), None);
    if keeps_lists.is_ok() {
        let found = attribute(&trees.in_staged("i18n/en.json"), "system.posix_acl_access");
        assert_eq!(found, Some(list));
    }
}
