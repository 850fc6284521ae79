//! X: what surrounds the archive: what its path names, who runs, with which rights, and what happens meanwhile.

use std::cell::Cell;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use mmembed::host::{Fault, Limits, Meter, Progress, UnpackError};
use rustix::fs::{CWD, Mode, mkfifoat};
use rustix::process::{geteuid, umask};

use super::archive::{Head, Tar};
use super::world::{BASE, World, run_all, sha256_of};

fn unpack_at(world: &World, path: &Path) -> Result<mmembed::host::Unpacked, UnpackError> {
    world.unpack_job(path, Limits::default(), None, &Meter::default(), &mut |_| {})
}

fn rule(error: &UnpackError) -> &'static str {
    error.rule().map_or("none", |rule| rule.id)
}

#[test]
fn x01_only_a_regular_file_is_an_archive() {
    let world = World::new();
    let (fifo, socket) = (world.root().join("fifo"), world.root().join("socket"));
    mkfifoat(CWD, &fifo, Mode::RWXU).unwrap();
    let _listener = UnixListener::bind(&socket).unwrap();
    for path in [&fifo, &socket, world.root(), Path::new("/dev/null"), Path::new("/dev/zero")] {
        let error = unpack_at(&world, path).unwrap_err();
        assert_eq!(rule(&error), "T-ARCHIVE-TYPE", "{}", path.display());
    }
    let error = unpack_at(&world, &world.root().join("nothing")).unwrap_err();
    assert!(matches!(error, UnpackError::Unreadable(_)) && error.is_refusal());
    assert!(error.to_string().contains("nothing"), "{error}");
}

#[test]
fn x02_a_link_to_an_archive_is_followed_once() {
    let world = World::new();
    world.put_archive(&Tar::release().gz());
    let link = world.root().join("latest.tar.gz");
    symlink("mattermost-11.6.0.tar.gz", &link).unwrap();
    unpack_at(&world, &link).unwrap();
    assert_eq!(world.listing().len(), BASE.len());
}

#[test]
fn x03_an_archive_replaced_meanwhile_changes_nothing() {
    let world = World::new();
    let good = Tar::release().file("mattermost/x", b"good").gz();
    world.put_archive(&good);
    let evil = world.root().join("evil.tar.gz");
    fs::write(&evil, Tar::release().file("mattermost/x", b"evil").gz()).unwrap();
    let unpacked = world.unpack_job(
        &world.archive(),
        Limits::default(),
        Some(sha256_of(&good)),
        &Meter::default(),
        &mut |_| drop(fs::rename(&evil, world.archive())),
    );
    assert_eq!(unpacked.unwrap().digest, sha256_of(&good));
    assert_eq!(fs::read(world.stage().join("x")).unwrap(), b"good");
}

#[test]
fn x04_an_archive_that_changes_under_the_hand_is_refused() {
    let grow = |path: &Path| {
        let file = fs::OpenOptions::new().append(true).open(path).unwrap();
        file.set_len(file.metadata().unwrap().len() + 1).unwrap();
    };
    let shrink = |path: &Path| {
        let file = fs::OpenOptions::new().write(true).open(path).unwrap();
        file.set_len(100).unwrap();
    };
    let touch = |path: &Path| {
        let file = fs::OpenOptions::new().write(true).open(path).unwrap();
        file.set_modified(std::time::UNIX_EPOCH).unwrap();
    };
    let changes: [&dyn Fn(&Path); 3] = [&grow, &shrink, &touch];
    // The short one has been read when it changes; of the long one, which does not compress, only the beginning.
    let long: Vec<u8> = (0..1_000_000u64)
        .flat_map(|number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes())
        .collect();
    let archives = [Tar::release().gz(), Tar::release().file("mattermost/f", long).gz()];
    for (change, archive) in changes.iter().flat_map(|&one| archives.each_ref().map(|of| (one, of)))
    {
        let world = World::new();
        world.put_archive(archive);
        let done = Cell::new(false);
        let result = world.unpack_job(
            &world.archive(),
            Limits::default(),
            None,
            &Meter::default(),
            &mut |_| {
                if !done.replace(true) {
                    change(&world.archive());
                }
            },
        );
        assert_eq!(rule(&result.unwrap_err()), "T-ARCHIVE-CHANGED");
    }
}

#[test]
fn progress_never_goes_back_and_reaches_the_end() {
    let world = World::new();
    let archive = Tar::release().file("mattermost/large", vec![7; 3_000_000]).gz();
    world.put_archive(&archive);
    let mut told: Vec<Progress> = Vec::new();
    world
        .unpack_job(&world.archive(), Limits::default(), None, &Meter::default(), &mut |progress| {
            told.push(progress);
        })
        .unwrap();
    assert!(told.len() > 6 + 5, "also within a large file: {}", told.len());
    assert!(told.is_sorted_by_key(|progress| (progress.entries, progress.read)));
    let size = archive.len() as u64;
    let last = Progress { read: size, size, entries: 6 };
    assert_eq!(told.last(), Some(&last));
}

#[test]
fn a_wrong_digest_explains_whatever_else_is_wrong() {
    let good = Tar::release().gz();
    let other = sha256_of(b"another file");
    for archive in [good.clone(), good[..good.len() / 2].to_vec(), b"<html>".to_vec()] {
        let world = World::new();
        world.put_archive(&archive);
        let error = world.unpack_with(Limits::default(), Some(other)).unwrap_err();
        assert!(matches!(error, UnpackError::Digest { .. }), "{error}");
        let said = error.to_string();
        assert!(error.is_refusal() && said.contains(&other.to_string()), "{said}");
        assert!(said.contains(&sha256_of(&archive).to_string()), "{said}");
    }
}

#[test]
fn x08_a_stage_that_is_not_empty_is_left_alone() {
    let world = World::new();
    world.put_archive(&Tar::release().gz());
    fs::write(world.stage().join("mine"), "mine").unwrap();
    let error = world.unpack().unwrap_err();
    assert!(matches!(error, UnpackError::System(_)) && !error.is_refusal());
    assert!(error.to_string().contains("stage"), "{error}");
    assert_eq!(world.listing(), ["f 644 mine \"mine\"", "root 755"]);
}

fn release_with_link() -> Vec<u8> {
    Tar::release().file("mattermost/a/b/c", b"c").head(Head::symlink("mattermost/l", "a/b/c")).gz()
}

#[test]
fn x12_stopped_at_any_change_it_can_be_removed_and_done_again() {
    let whole = World::new();
    whole.put_archive(&release_with_link());
    let meter = Meter::default();
    let job = |world: &World, meter: &Meter| {
        world.unpack_job(&world.archive(), Limits::default(), None, meter, &mut |_| {})
    };
    job(&whole, &meter).unwrap();
    assert!(meter.count() > 20, "{}", meter.count());
    for at in 0..meter.count() {
        for fault in [Fault::Crash, Fault::Error] {
            let world = World::new();
            world.put_archive(&release_with_link());
            let error = job(&world, &Meter::with_fault(at, fault)).unwrap_err();
            assert_eq!(error.is_crash(), fault == Fault::Crash, "{at}: {error}");
            assert!(!error.is_refusal(), "{at}: {error}");
            let stage = world.stage();
            assert!(error.to_string().contains(stage.to_str().unwrap()), "{error}");
            world.remove_stage().unwrap();
            fs::create_dir(&stage).unwrap();
            job(&world, &Meter::default()).unwrap();
            assert_eq!(world.listing(), whole.listing(), "{at}");
        }
    }
}

/// Runs tests of this binary in a process of its own, after some shell commands, as root or as a plain user.
fn rerun(shell: &str, user: Option<u32>, arguments: &[&str]) {
    let binary = std::env::current_exe().unwrap();
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{shell} exec \"$0\" --test-threads=1 \"$@\""));
    command.arg(binary).args(arguments).current_dir("/");
    if let Some(user) = user {
        command.uid(user).gid(user);
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(!said.contains(" 0 passed"), "nothing was run: {said}");
}

/// The user to become where a plain one is wanted: nobody in particular, if we are root.
fn plain_user() -> Option<u32> {
    geteuid().is_root().then_some(65_534)
}

#[test]
fn x14_the_verdicts_are_the_same_for_a_plain_user() {
    rerun("", plain_user(), &["hostile::every_"]);
}

#[test]
fn x14_the_verdicts_are_the_same_with_sixteen_descriptors() {
    rerun("ulimit -n 16;", None, &["hostile::every_"]);
}

#[test]
fn x14_the_whole_corpus_fits_in_64_mib() {
    rerun("", None, &["--ignored", "--exact", "hostile::setting::corpus_and_its_memory"]);
}

#[test]
#[ignore = "measures its whole process: run by x14"]
fn corpus_and_its_memory() {
    for (_, _, cases) in super::chapters() {
        run_all(&cases);
    }
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kib: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(kib < 64 * 1024, "{kib} KiB");
}

#[test]
fn x11_modes_do_not_depend_on_the_umask() {
    for user in [None, plain_user()] {
        rerun("", user, &["--ignored", "--exact", "hostile::setting::under_every_umask"]);
    }
}

#[test]
#[ignore = "changes the umask of its whole process: run by x11"]
fn under_every_umask() {
    for mask in [0, 0o777, 0o077] {
        let world = World::new();
        world.put_archive(&release_with_link());
        let former = umask(Mode::from_raw_mode(mask));
        let unpacked = world.unpack();
        umask(former);
        unpacked.unwrap();
        let mut expected: Vec<_> = BASE.to_vec();
        expected.extend(["d 755 a", "d 755 a/b", "f 644 a/b/c \"c\"", "l l -> a/b/c"]);
        expected.sort_unstable();
        assert_eq!(world.listing(), expected, "{mask:o}");
    }
}

#[test]
fn x05_an_archive_that_may_not_be_read_is_named_with_the_reason() {
    rerun("", plain_user(), &["--ignored", "--exact", "hostile::setting::unreadable"]);
}

#[test]
#[ignore = "means nothing for root: run by x05"]
fn unreadable() {
    use std::error::Error as _;
    let world = World::new();
    world.put_archive(&Tar::release().gz());
    fs::set_permissions(world.archive(), fs::Permissions::from_mode(0o000)).unwrap();
    let error = world.unpack().unwrap_err();
    assert!(error.is_refusal());
    assert!(error.to_string().contains("mattermost-11.6.0.tar.gz"), "{error}");
    let reason = error.source().unwrap().to_string();
    assert!(reason.contains("ermission denied"), "{reason}");
    fs::set_permissions(world.archive(), fs::Permissions::from_mode(0o644)).unwrap();
}
