//! K: the configuration file itself, as it may lie there, and what `config set` and `install` do about it.
//!
//! What such a file says, rather than where it lies, is the matter of `config_text` and `config_use`; K13 needs a server that
//! runs, and stands in `upgrade::environment`.

use std::fs::{self, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{CWD, FileType, Mode, makedev, mkfifoat, mknodat};

use super::place::Place;
use crate::support::said::Said;
use crate::support::world::{World, is_root, mode_of, release};

/// Nobody in particular.
const NOBODY: u32 = 21_544;

#[test]
fn k01_a_link_to_a_file_of_the_same_owner_is_followed_and_stays() {
    let place = Place::new();
    let target = place.world.below("var/opt/acme/config.json");
    place.link_to(&target);
    let wanted = place.wanted();
    place.set(&[]).expect(0).saying(&["changed"]);
    assert_eq!(fs::read_link(&place.file).unwrap(), target);
    assert!(target.symlink_metadata().unwrap().is_file());
    assert_eq!((place.text(), mode_of(&target)), (wanted, 0o600));
    place.world.ask(&["config", "get"], &["TeamSettings.SiteName"]).expect(0).saying(&["Other"]);
    // What a transaction writes goes into a new tree, and would take the place of the link: that is refused, so that
    // nobody goes on changing a file that no server reads.
    let archive = place.world.archive(&release("11.7.0"));
    let mut upgrade = place.world.words(&["upgrade", "--no-start"]);
    upgrade.extend(["--release".to_owned(), archive.display().to_string()]);
    let reinstall = place.world.install_words(&place.archive, &["--no-start", "--enforce"]);
    for words in [upgrade, reinstall] {
        let stamps = place.world.stamps();
        place.world.run(&words).expect(3).saying(&["rule C-LINK", "--config-file"]);
        place.world.assert_untouched_since(&stamps);
    }
}

#[test]
fn k02_a_link_elsewhere_is_refused() {
    let place = Place::new();
    let outside = place.world.below("etc/config.json");
    place.link_to(&outside);
    place.refuses(&["config.json is a link that leads out of the directories", "rule C-LINK"]);
    fs::remove_file(&place.file).unwrap();
    let beside = place.world.beside("config.json");
    fs::copy(&outside, &beside).unwrap();
    symlink(&beside, &place.file).unwrap();
    place.refuses(&["leads out of", "rule C-LINK"]);
}

#[test]
fn k02_a_link_that_somebody_else_could_have_put_there_is_refused() {
    let place = Place::new();
    let open = place.world.below("var/opt/acme/open");
    fs::create_dir(&open).unwrap();
    place.link_to(&open.join("config.json"));
    fs::set_permissions(&open, Permissions::from_mode(0o777)).unwrap();
    place.refuses(&["writable for all", "rule C-LINK"]);
    fs::set_permissions(&open, Permissions::from_mode(0o755)).unwrap();
    if is_root() {
        std::os::unix::fs::lchown(&place.file, Some(NOBODY), Some(NOBODY)).unwrap();
        place.refuses(&["belongs to another user", "rule C-LINK"]);
    }
}

#[test]
fn k02_a_link_to_another_file_system_is_refused() {
    if !is_root() {
        return; // Only root can mount one.
    }
    let place = Place::new();
    let (disk, copy) = (place.world.below("var/opt/acme/disk"), place.world.beside("copy.json"));
    fs::create_dir(&disk).unwrap();
    let target = disk.join("config.json");
    fs::copy(&place.file, &copy).unwrap();
    fs::remove_file(&place.file).unwrap();
    symlink(&target, &place.file).unwrap();
    let before = format!(
        "mount -t tmpfs none {} && cp -p {} {}",
        disk.display(),
        copy.display(),
        target.display()
    );
    in_mounts(&place, &before).expect(3).saying(&["another file system", "rule C-LINK"]);
}

#[test]
fn k03_a_link_to_nothing_and_one_to_itself_are_refused() {
    for target in ["nowhere.json", "config.json"] {
        let place = Place::new();
        fs::remove_file(&place.file).unwrap();
        symlink(target, &place.file).unwrap();
        place.refuses(&["is a link that leads", "rule C-LINK"]);
    }
}

#[test]
fn k04_a_file_with_a_second_name_is_replaced_only_where_that_is_wanted() {
    let place = Place::new();
    let other = place.world.below("var/opt/acme/second.json");
    fs::hard_link(&place.file, &other).unwrap();
    place.refuses(&["has 2 names", "rule C-NLINK", "--break-hardlink"]);
    let stamps = place.world.stamps();
    let said = place.world.install(&place.archive, &["--no-start", "--enforce"]);
    said.expect(3).saying(&["rule C-NLINK"]);
    place.world.assert_untouched_since(&stamps);
    let (before, wanted) = (place.text(), place.wanted());
    place.set(&["--break-hardlink"]).expect(0);
    assert_eq!((place.text(), fs::read_to_string(other).unwrap()), (wanted, before));
}

#[test]
fn k05_what_is_no_file_is_refused_without_waiting() {
    let place = Place::new();
    fs::remove_file(&place.file).unwrap();
    for what in ["directory", "fifo", "socket", "device"] {
        // The name of a socket is limited: it is made where the path is short.
        let short = tempfile::tempdir().unwrap();
        let thing = short.path().join("x");
        match what {
            "fifo" => mkfifoat(CWD, &thing, Mode::RWXU).unwrap(),
            "socket" => drop(UnixListener::bind(&thing).unwrap()),
            "device" if is_root() => {
                let zero = makedev(1, 5);
                mknodat(CWD, &thing, FileType::CharacterDevice, Mode::RWXU, zero).unwrap();
            }
            _ => fs::create_dir(&thing).unwrap(),
        }
        fs::rename(&thing, &place.file).unwrap();
        let begun = Instant::now();
        place.refuses(&["is no regular file", "rule C-KIND"]);
        let said = place.world.install(&place.archive, &["--no-start", "--enforce"]);
        said.expect(3).saying(&["rule C-KIND"]);
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
        if place.file.is_dir() {
            fs::remove_dir(&place.file).unwrap();
        } else {
            fs::remove_file(&place.file).unwrap();
        }
    }
}

#[test]
fn k06_what_may_not_be_read_is_named_with_errno_and_user() {
    let place = Place::new();
    fs::set_permissions(&place.file, Permissions::from_mode(0o000)).unwrap();
    // Where the program is built, not everybody may enter.
    let program = place.world.beside("mmembed");
    fs::copy(env!("CARGO_BIN_EXE_mmembed"), &program).unwrap();
    let parent = place.file.parent().unwrap();
    for (path, mode) in [(place.file.as_path(), 0o000), (parent, 0o700)] {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
        let mut command = Command::new(&program);
        command.args(place.world.words(&["config", "show"])).current_dir("/");
        if is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{said}");
        let user = format!("this is user {}", if is_root() { NOBODY } else { current_uid() });
        for word in ["config.json", "os error 13", &user] {
            assert!(said.contains(word), "{word}: {said}");
        }
    }
}

fn current_uid() -> u32 {
    mmembed::host::current_owner().uid
}

#[test]
fn k07_a_read_only_file_stays_one_and_a_protected_one_is_refused() {
    let place = Place::new();
    for mode in [0o400, 0o444] {
        fs::set_permissions(&place.file, Permissions::from_mode(mode)).unwrap();
        let name = format!("TeamSettings.SiteName=\"{mode:o}\"");
        place.world.ask(&["config", "set"], &[&name]).expect(0);
        assert_eq!(mode_of(&place.file), 0o400, "{mode:o}");
    }
    fs::set_permissions(&place.file, Permissions::from_mode(0o600)).unwrap();
    let chattr = |change: &str| {
        let done = Command::new("chattr").arg(change).arg(&place.file).output();
        done.is_ok_and(|output| output.status.success())
    };
    if !chattr("+i") {
        return; // Not for this user, or not on this file system.
    }
    let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        place.refuses(&["protected against changes", "rule C-IMMUTABLE", "chattr -i"]);
        let said = place.world.install(&place.archive, &["--no-start", "--enforce"]);
        said.expect(3).saying(&["rule C-IMMUTABLE"]);
    }));
    assert!(chattr("-i"));
    refused.unwrap();
}

/// `config set` where something is mounted that nobody else sees.
fn in_mounts(place: &Place, before: &str) -> Said {
    let mut words = place.world.words(&["config", "set"]);
    words.push("TeamSettings.SiteName=\"Other\"".into());
    let output = Command::new("unshare")
        .args(["-m", "sh", "-c", &format!("{before} && exec \"$0\" \"$@\"")])
        .arg(env!("CARGO_BIN_EXE_mmembed"))
        .args(words)
        .output()
        .unwrap();
    Said::of(output)
}

#[test]
fn k08_a_file_mounted_by_itself_or_read_only_is_refused() {
    let mounts = Command::new("unshare").args(["-m", "true"]).status();
    if !is_root() || !mounts.is_ok_and(|status| status.success()) {
        return; // Only root can mount, and not in every container.
    }
    let place = Place::new();
    let (file, text, names) = (place.file.display(), place.text(), place.beside());
    let said = in_mounts(&place, &format!("mount --bind {file} {file}"));
    said.expect(3).saying(&["is mounted by itself", "rule C-MOUNT", "instead of the single file"]);
    let directory = place.file.parent().unwrap().display();
    let read_only =
        format!("mount --bind {directory} {directory} && mount -o remount,bind,ro {directory}");
    in_mounts(&place, &read_only).expect(3).saying(&["ead-only", "for writing"]);
    assert_eq!(place.text(), text);
    assert_eq!(place.beside(), names, "no draft");
}

#[test]
fn k09_a_file_that_all_can_read_is_private_afterwards_and_that_is_said() {
    let place = Place::new();
    for mode in [0o644, 0o640] {
        fs::set_permissions(&place.file, Permissions::from_mode(mode)).unwrap();
        place.set(&[]).expect(0).saying(&["warning:", &format!("mode {mode:04o}"), "C-MODE"]);
        assert_eq!(mode_of(&place.file), 0o600, "{mode:o}");
    }
    let said = place.set(&[]).expect(0);
    assert!(!said.all().contains("C-MODE"));
}

#[test]
fn k10_notes_and_lists_of_rights_are_kept() {
    let place = Place::new();
    let set = |name: &str, value: &[u8]| {
        let flags = rustix::fs::XattrFlags::empty();
        rustix::fs::setxattr(&place.file, name, value, flags).is_ok()
    };
    let get = |name: &str| {
        let mut value = vec![0; 256];
        let length = rustix::fs::getxattr(&place.file, name, &mut value).unwrap();
        value.truncate(length);
        value
    };
    if !set("user.note", b"kept") {
        return; // This file system keeps none.
    }
    // acl(5): version 2; owner rw, user 12 r, group none, mask r, others none.
    let entry = |tag: u16, bits: u16, who: u32| {
        [&tag.to_le_bytes()[..], &bits.to_le_bytes(), &who.to_le_bytes()].concat()
    };
    let none = u32::MAX;
    let rights = [
        2u32.to_le_bytes().to_vec(),
        entry(1, 6, none),
        entry(2, 4, 12),
        entry(4, 0, none),
        entry(16, 4, none),
        entry(32, 0, none),
    ]
    .concat();
    let has_rights = set("system.posix_acl_access", &rights);
    // The world's own look at the files would call what a user may read by name open to all.
    let run = |words: &[String]| {
        let output = World::command(words).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let set_name = |name: &str| {
        let mut words = place.world.words(&["config", "set"]);
        words.push(format!("TeamSettings.SiteName=\"{name}\""));
        run(&words)
    };
    for name in ["first", "second"] {
        assert!(set_name(name).contains("changed"));
        assert_eq!(get("user.note"), b"kept", "{name}");
        if has_rights {
            assert_eq!(get("system.posix_acl_access"), rights, "{name}");
            assert_eq!(mode_of(&place.file), 0o640, "{name}");
        }
    }
    assert!(set_name("second").contains("nothing to do"));
    // A transaction that writes the same file anew keeps them as well.
    run(&place.world.install_words(&place.archive, &["--no-start", "--enforce"]));
    assert_eq!(get("user.note"), b"kept");
    assert_eq!(place.world.config()["TeamSettings"]["SiteName"], "Acme Chat");
}

#[test]
fn k11_what_the_server_writes_meanwhile_is_never_undone() {
    let place = Place::new();
    let text = place.text();
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let server = scope.spawn(|| {
            // As a server does: in place, with what it knows.
            let mut count = 0_u32;
            while !over.load(Ordering::SeqCst) {
                count += 1;
                let text = text.replacen('{', &format!("{{\"Count\": {{\"n\": {count}}},"), 1);
                let mut file =
                    OpenOptions::new().write(true).truncate(true).open(&place.file).unwrap();
                file.write_all(text.as_bytes()).unwrap();
                drop(file);
                thread::sleep(Duration::from_micros(200));
            }
            count
        });
        for number in 0..10 {
            let setting = format!("TeamSettings.SiteName=\"S{number}\"");
            let said = place.world.ask(&["config", "set"], &[&setting]);
            assert!(matches!(said.code, Some(0 | 3)), "{}", said.all());
            if said.code == Some(3) {
                said.saying(&["is being written by somebody else"]);
            }
        }
        over.store(true, Ordering::SeqCst);
        server.join().unwrap();
    });
    // Whoever came last, the file is whole.
    let last: serde_json::Value = serde_json::from_str(&place.text()).unwrap();
    assert!(last["TeamSettings"]["SiteName"].is_string());
}

#[test]
fn k12_a_file_that_is_being_written_is_waited_for_and_a_torn_one_refused() {
    for length in [0, 500] {
        let place = Place::new();
        let (text, wanted) = (place.text(), place.wanted());
        fs::write(&place.file, &text[..length]).unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(700));
                fs::write(&place.file, &text).unwrap();
            });
            place.set(&[]).expect(0);
        });
        assert_eq!(place.text(), wanted);

        fs::write(&place.file, &text[..length]).unwrap();
        let begun = Instant::now();
        place.refuses(&[if length == 0 { "rule C-EMPTY" } else { "rule C-TRUNC" }]);
        assert!(begun.elapsed() >= Duration::from_secs(2));
    }
}
