#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "real files")]

use std::collections::BTreeMap;
use std::fs::{self, File, FileTimes, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, lchown, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::fs::XattrFlags;

use super::*;
use crate::host::{Fault, Meter};

/// A directory with `from` and the place for `to`.
struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("from")).unwrap();
        Self { dir }
    }

    fn from(&self) -> PathBuf {
        self.dir.path().join("from")
    }

    fn to(&self) -> PathBuf {
        self.dir.path().join(".to")
    }

    fn copy(&self) -> Result<CopyReport, CopyError> {
        copy_tree(&self.from(), &self.to(), &Meter::default())
    }

    fn same(&self) -> Result<(), CompareError> {
        same_tree(&self.from(), &self.to())
    }
}

fn write(path: impl AsRef<Path>, content: &str, mode: u32) {
    let path = path.as_ref();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    age(path);
}

/// An old time that is no whole number of microseconds.
fn age(path: &Path) {
    let time = SystemTime::UNIX_EPOCH + Duration::new(1_234_567_890, 123_456_789);
    File::open(path)
        .unwrap()
        .set_times(FileTimes::new().set_modified(time).set_accessed(time))
        .unwrap();
}

/// A tree with one of everything.
fn furnish(from: &Path) {
    write(from.join("config.json"), "{}", 0o600);
    write(from.join("deep/er/file"), &"x".repeat(3_000_000), 0o4755);
    write(from.join("empty"), "", 0o444);
    fs::hard_link(from.join("config.json"), from.join("deep/config.json")).unwrap();
    symlink("../config.json", from.join("deep/link")).unwrap();
    symlink("/etc/passwd", from.join("outward")).unwrap();
    symlink("nowhere", from.join("dangling")).unwrap();
    fs::create_dir(from.join("closed")).unwrap();
    write(from.join("closed/inside"), "in", 0o640);
    fs::set_permissions(from.join("closed"), Permissions::from_mode(0o1750)).unwrap();
    for directory in ["deep/er", "deep", "closed", "."] {
        age(&from.join(directory));
    }
}

/// Kind, mode, owner, time, links and content of all that is there, by other means than the code under test.
fn listing(top: &Path) -> BTreeMap<PathBuf, String> {
    let mut all = BTreeMap::new();
    let mut open = vec![top.to_owned()];
    while let Some(path) = open.pop() {
        let seen = fs::symlink_metadata(&path).unwrap();
        let content = if seen.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            String::new()
        } else if seen.is_symlink() {
            fs::read_link(&path).unwrap().display().to_string()
        } else {
            let text = fs::read_to_string(&path).unwrap();
            format!("{} {}", text.len(), text.chars().take(9).collect::<String>())
        };
        let links = if seen.is_dir() { 0 } else { seen.nlink() };
        let line = format!(
            "{:o} {}:{} {}.{} {links} {content}",
            seen.mode(),
            seen.uid(),
            seen.gid(),
            seen.mtime(),
            seen.mtime_nsec(),
        );
        all.insert(path.strip_prefix(top).unwrap().to_owned(), line);
    }
    all
}

#[test]
fn everything_is_kept() {
    let place = Place::new();
    furnish(&place.from());
    let before = listing(&place.from());
    let report = place.copy().unwrap();
    assert_eq!(listing(&place.to()), before);
    assert_eq!(listing(&place.from()), before, "the source is untouched");
    assert_eq!((report.directories, report.files, report.bytes), (4, 4, 3_000_004));
    assert_eq!(report.notes, []);
    place.same().unwrap();
    let link = fs::metadata(place.to().join("deep/config.json")).unwrap();
    assert_eq!(link.ino(), fs::metadata(place.to().join("config.json")).unwrap().ino());
}

#[test]
fn another_file_system_is_reached() {
    let place = Place::new();
    furnish(&place.from());
    let Ok(elsewhere) = tempfile::tempdir_in("/dev/shm") else {
        eprintln!("skipped: no second file system at /dev/shm");
        return;
    };
    let to = elsewhere.path().join(".to");
    copy_tree(&place.from(), &to, &Meter::default()).unwrap();
    assert_eq!(listing(&to), listing(&place.from()));
    same_tree(&place.from(), &to).unwrap();
}

#[test]
fn a_second_run_changes_nothing() {
    let place = Place::new();
    furnish(&place.from());
    place.copy().unwrap();
    let before = listing(&place.to());
    let report = place.copy().unwrap();
    assert_eq!(report.bytes, 0);
    assert_eq!(listing(&place.to()), before);
}

#[test]
fn leftovers_of_another_run_are_made_right() {
    let place = Place::new();
    furnish(&place.from());
    let to = place.to();
    write(to.join("stranger/deep/x"), "x", 0o400);
    fs::set_permissions(to.join("stranger/deep"), Permissions::from_mode(0o500)).unwrap();
    write(to.join("config.json/a-directory"), "x", 0o600);
    write(to.join("empty"), "not empty", 0o600);
    write(to.join("deep"), "a file", 0o600);
    write(to.join("closed/inside"), "IN", 0o640);
    symlink("elsewhere", to.join("dangling")).unwrap();
    fs::hard_link(to.join("deep"), to.join("outward")).unwrap();
    place.copy().unwrap();
    assert_eq!(listing(&to), listing(&place.from()));
    place.same().unwrap();
}

#[test]
fn names_that_share_a_file_by_mistake_are_parted() {
    let place = Place::new();
    for name in ["a", "b", "c", "d"] {
        write(place.from().join(name), "same", 0o600);
    }
    fs::remove_file(place.from().join("d")).unwrap();
    fs::hard_link(place.from().join("c"), place.from().join("d")).unwrap();
    write(place.to().join("a"), "same", 0o600);
    for name in ["b", "c", "d"] {
        fs::hard_link(place.to().join("a"), place.to().join(name)).unwrap();
    }
    place.copy().unwrap();
    assert_eq!(listing(&place.to())[Path::new("a")], listing(&place.from())[Path::new("a")]);
    place.same().unwrap();
}

#[test]
fn after_a_crash_anywhere_a_second_run_completes_it() {
    let place = Place::new();
    furnish(&place.from());
    let meter = Meter::default();
    copy_tree(&place.from(), &place.to(), &meter).unwrap();
    let wanted = listing(&place.from());
    for at in 0..meter.count() {
        let to = place.dir.path().join(format!(".to-{at}"));
        let crash = Meter::with_fault(at, Fault::Crash);
        let error = copy_tree(&place.from(), &to, &crash).unwrap_err();
        assert!(error.is_crash(), "{error}");
        if to.exists() && at + 1 < meter.count() {
            let mode = fs::metadata(&to).unwrap().mode() & 0o7777;
            assert!(mode == 0o700 || fs::metadata(place.from()).unwrap().mode() & 0o7777 == mode);
        }
        copy_tree(&place.from(), &to, &Meter::default()).unwrap();
        assert_eq!(listing(&to), wanted, "crash at {at}");
    }
    assert!(meter.count() > 30);
}

#[test]
fn an_error_of_the_system_names_the_path() {
    let place = Place::new();
    write(place.from().join("file"), "x", 0o600);
    let error =
        copy_tree(&place.from(), &place.to(), &Meter::with_fault(1, Fault::Error)).unwrap_err();
    assert_eq!(error.to_string(), format!("cannot create {}", place.to().join("file").display()));
}

#[test]
fn pipes_are_refused_before_anything_is_written_and_sockets_are_noted() {
    let place = Place::new();
    let socket = place.from().join("socket");
    let _listener = UnixListener::bind(&socket).unwrap();
    let report = place.copy().unwrap();
    assert_eq!(report.notes, [CopyNote { path: socket, lost: Lost::Socket }]);
    place.same().unwrap();

    let place = Place::new();
    let pipe = place.from().join("a/pipe");
    fs::create_dir(place.from().join("a")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    let error = place.copy().unwrap_err();
    assert!(matches!(error, CopyError::Special { kind: Special::Fifo, .. }));
    assert!(error.to_string().starts_with(&format!("{} is a named pipe", pipe.display())));
    assert!(!place.to().exists());
}

#[test]
fn a_symlink_is_no_tree_and_no_target() {
    let place = Place::new();
    symlink(place.from(), place.to()).unwrap();
    assert!(place.copy().is_err());
    assert!(copy_tree(&place.to(), &place.dir.path().join(".x"), &Meter::default()).is_err());
    assert_eq!(fs::read_dir(place.from()).unwrap().count(), 0);
}

#[test]
fn a_target_that_may_hold_something_dear_is_refused() {
    let place = Place::new();
    furnish(&place.from());
    let before = listing(&place.from());
    for (to, words) in [
        (place.dir.path().join("to"), "must begin with a dot"),
        (place.from().join(".to"), "one lies within the other"),
        (place.from().join("deep/.to"), "one lies within the other"),
    ] {
        let error = copy_tree(&place.from(), &to, &Meter::default()).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
    let outer = place.dir.path().join(".outer");
    fs::rename(place.from(), &outer).unwrap();
    let error = copy_tree(&outer.join("deep"), &outer, &Meter::default()).unwrap_err();
    assert!(matches!(error, CopyError::Overlap { .. }), "{error}");
    assert_eq!(listing(&outer), before);
}

#[test]
fn extended_attributes_are_kept_and_strange_ones_removed() {
    let place = Place::new();
    write(place.from().join("file"), "x", 0o400);
    let set = |path: PathBuf, name: &str, value: &str| {
        rustix::fs::setxattr(path, name, value.as_bytes(), XattrFlags::empty())
    };
    fs::set_permissions(place.from().join("file"), Permissions::from_mode(0o600)).unwrap();
    if set(place.from().join("file"), "user.origin", "a").is_err() {
        eprintln!("skipped: this file system has no extended attributes");
        return;
    }
    set(place.from(), "user.top", "b").unwrap();
    write(place.to().join("file"), "x", 0o600);
    set(place.to().join("file"), "user.stranger", "c").unwrap();
    let report = place.copy().unwrap();
    assert_eq!(report.notes, []);
    let get = |path: PathBuf, name: &str| {
        let mut value = vec![0; 100];
        let length = rustix::fs::getxattr(path, name, &mut value).ok()?;
        value.truncate(length);
        String::from_utf8(value).ok()
    };
    let file = place.to().join("file");
    assert_eq!(get(file.clone(), "user.origin").as_deref(), Some("a"));
    assert_eq!(get(file, "user.stranger"), None);
    assert_eq!(get(place.to(), "user.top").as_deref(), Some("b"));
}

#[test]
fn owners_are_kept_by_root() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: giving files away needs root");
        return;
    }
    let place = Place::new();
    furnish(&place.from());
    chown(place.from(), Some(1001), Some(1002)).unwrap();
    chown(place.from().join("deep/er/file"), Some(1003), Some(1004)).unwrap();
    fs::set_permissions(place.from().join("deep/er/file"), Permissions::from_mode(0o4755)).unwrap();
    lchown(place.from().join("dangling"), Some(1005), Some(1006)).unwrap();
    for _run in 0..2 {
        place.copy().unwrap();
        assert_eq!(listing(&place.to()), listing(&place.from()));
    }
    chown(place.to().join("empty"), Some(1), None).unwrap();
    expect_difference(&place, "empty", &Aspect::Owner);
}

fn expect_difference(place: &Place, name: &str, expected: &Aspect) {
    match place.same().unwrap_err() {
        CompareError::Different { copy, aspect, .. } => {
            assert_eq!((copy, &aspect), (place.to().join(name), expected));
        }
        CompareError::Path(error) => panic!("{error}"),
    }
}

/// Turns a symlink around without changing its time.
fn point_elsewhere(to: &Path) {
    let link = to.join("dangling");
    let old = rustix::fs::lstat(&link).unwrap();
    fs::remove_file(&link).unwrap();
    symlink("elsewhere", &link).unwrap();
    rustix::fs::utimensat(
        rustix::fs::CWD,
        &link,
        &attributes::timestamps(&old),
        rustix::fs::AtFlags::SYMLINK_NOFOLLOW,
    )
    .unwrap();
}

type Change = fn(&Path);

#[test]
fn each_difference_is_found_and_named() {
    let mode = Aspect::Mode { original: 0o444, copy: 0o644 };
    let target = Aspect::Target { original: "nowhere".into(), copy: "elsewhere".into() };
    let cases: [(&str, Aspect, Change); 9] = [
        ("empty", mode, |to| {
            fs::set_permissions(to.join("empty"), Permissions::from_mode(0o644)).unwrap();
        }),
        ("empty", Aspect::Missing, |to| {
            fs::remove_file(to.join("empty")).unwrap();
        }),
        ("closed/x", Aspect::Extra, |to| {
            fs::write(to.join("closed/x"), "").unwrap();
        }),
        ("closed/inside", Aspect::Content, |to| {
            fs::write(to.join("closed/inside"), "IN").unwrap();
            age(&to.join("closed/inside"));
        }),
        ("closed/inside", Aspect::Size, |to| {
            fs::write(to.join("closed/inside"), "in and more").unwrap();
            age(&to.join("closed/inside"));
        }),
        ("closed/inside", Aspect::Modified, |to| {
            fs::write(to.join("closed/inside"), "in").unwrap();
        }),
        ("dangling", target, |to| {
            point_elsewhere(to);
        }),
        ("empty", Aspect::Kind, |to| {
            fs::remove_file(to.join("empty")).unwrap();
            fs::create_dir(to.join("empty")).unwrap();
        }),
        ("deep/config.json", Aspect::HardLinks, |to| {
            fs::remove_file(to.join("deep/config.json")).unwrap();
            write(to.join("deep/config.json"), "{}", 0o600);
        }),
    ];
    for (name, aspect, change) in cases {
        let place = Place::new();
        furnish(&place.from());
        place.copy().unwrap();
        change(&place.to());
        // What a change did to its directory is not what it was to show.
        for directory in ["deep", "closed", "."] {
            age(&place.to().join(directory));
        }
        expect_difference(&place, name, &aspect);
    }
}
