//! What has a good name in the cache, and who may give it one.

use std::fs::{self, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use mmembed::host::{Cache, Fetching, Meter, Wanted};
use mmembed::model::Sha256Digest;

use super::world::{CAP, PATH, World, bytes, words};
use crate::fakes::mirror::Trick;

fn mode_of(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_damaged_file_is_told_and_fetched_again() {
    let world = World::new();
    let content = bytes(1000, 1);
    let wanted = world.publish(&content);
    let path = world.fetch(&wanted).unwrap().path;
    for harm in ["other", ""] {
        fs::write(&path, harm).unwrap();
        assert_eq!(world.cache().find(&wanted.sums).unwrap().as_deref(), Some(&*path));
        let (fetched, told) = world.fetch_and_tell(&wanted);
        assert!(!fetched.unwrap().was_cached);
        assert_eq!(told, [Fetching::Damaged { path: path.clone() }]);
        assert_eq!(fs::read(&path).unwrap(), content);
    }
    fs::remove_file(&path).unwrap();
    symlink("/etc/passwd", &path).unwrap();
    let (fetched, told) = world.fetch_and_tell(&wanted);
    assert_eq!(fs::read(fetched.unwrap().path).unwrap(), content);
    assert_eq!(told.len(), 1);
}

#[test]
fn any_of_the_known_files_will_do() {
    let world = World::new();
    let (first, second) = (bytes(100, 2), bytes(100, 3));
    let sums = vec![Sha256Digest::of(&first), Sha256Digest::of(&second)];
    let wanted = Wanted { sums, ..world.publish(&second) };
    assert_eq!(world.cache().find(&wanted.sums).unwrap(), None);
    let path = world.fetch(&wanted).unwrap().path;
    assert_eq!(world.cache().find(&wanted.sums).unwrap(), Some(path.clone()));
    assert_eq!(world.cache().find(&wanted.sums[..1]).unwrap(), None);
    assert_eq!(world.cache().find(&[]).unwrap(), None);
    assert_eq!(mode_of(&path), 0o644);
}

/// A disc with a scratch.
struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("a scratch"))
    }
}

#[test]
fn what_comes_from_elsewhere_is_checked_alike() {
    let world = World::new();
    let (cache, content) = (world.cache(), bytes(3_000_000, 4));
    let (sums, from) = ([Sha256Digest::of(&content)], Path::new("bundle.tar"));
    let adopt = |content: &[u8], sums: &[Sha256Digest], cap| {
        cache.adopt(content, from, sums, cap).map_err(|error| words(&error))
    };
    let adopted = adopt(&content, &sums, 3_000_000).unwrap();
    assert_eq!((adopted.bytes, adopted.was_cached), (3_000_000, false));
    assert_eq!(fs::read(&adopted.path).unwrap(), content);
    assert!(adopt(&content, &[], 3_000_000).unwrap().was_cached);
    // What is in the way under its name is replaced.
    fs::write(&adopted.path, "other").unwrap();
    adopt(&content, &sums, 3_000_000).unwrap();
    assert_eq!(fs::read(&adopted.path).unwrap(), content);

    assert!(
        adopt(&bytes(10, 5), &sums, CAP).unwrap_err().starts_with("bundle.tar is not the file")
    );
    assert!(adopt(&content, &sums, 2_999_999).unwrap_err().contains("more than 2999999 bytes"));
    assert_eq!(adopt(b"", &[], CAP).unwrap_err(), "bundle.tar is empty");
    let error = cache.adopt(Broken, from, &[], CAP).unwrap_err();
    assert_eq!(words(&error), "cannot copy bundle.tar: a scratch");
    assert_eq!(world.whole().len(), 1);
    assert_eq!(world.left_over(), Vec::<String>::new());
}

#[test]
fn a_cache_that_others_may_change_is_none() {
    let world = World::new();
    let path = world.path("deep/below/cache");
    let open = || Cache::open(&path, Meter::default()).map_err(|error| words(&error));
    let cache = open().unwrap();
    assert_eq!(cache.directory(), path);
    assert_eq!([mode_of(&path), mode_of(&path.join("partial"))], [0o755, 0o700]);
    open().unwrap();
    for (mode, is_fine) in [(0o777, false), (0o775, false), (0o1777, true), (0o750, true)] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let opened = open();
        assert_eq!(opened.is_ok(), is_fine, "{mode:o}: {opened:?}");
    }
    fs::set_permissions(path.join("sha256"), Permissions::from_mode(0o777)).unwrap();
    let said = open().unwrap_err();
    assert!(
        said.ends_with(
            "/sha256 is not used as a cache: others may change what is in it (mode 0777)"
        )
    );
    fs::remove_dir_all(&path).unwrap();
    fs::write(&path, "").unwrap();
    assert!(open().unwrap_err().ends_with("/cache is not used as a cache: it is not a directory"));
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    // Whoever is not root cannot give it away, and skips this.
    if std::os::unix::fs::chown(&path, Some(12), None).is_ok() {
        assert!(open().unwrap_err().ends_with("it belongs to the user with the number 12"));
    }
    let nowhere = Cache::open(Path::new("/proc/cache"), Meter::default()).unwrap_err();
    assert!(words(&nowhere).starts_with("cannot create directory /proc/cache"));
}

#[test]
fn of_two_who_want_the_same_one_waits_for_the_other() {
    let mut world = World::new();
    world.clock = mmembed::host::Clock::system();
    let content = bytes(200_000, 6);
    let wanted = world.publish(&content);
    // The first one stalls until the second one has come; then it goes on.
    world.mirror.play(PATH, [Trick::StallAfter(100_000)]);
    world.settings.stall = std::time::Duration::from_millis(1500);
    let (told, heard) = std::sync::mpsc::channel();
    let fetched = std::thread::scope(|threads| {
        let first = threads.spawn(|| {
            let told = told.clone();
            world.cache().fetch(&world.network(), &wanted, &mut |what| {
                if matches!(what, Fetching::Received { .. }) {
                    told.send(()).unwrap();
                }
            })
        });
        heard.recv().unwrap();
        let (second, events) = world.fetch_and_tell(&wanted);
        assert!(
            matches!(&events[..], [Fetching::Waiting { holder }] if holder.contains("process"))
        );
        [first.join().unwrap().unwrap(), second.unwrap()]
    });
    assert_eq!([fetched[0].was_cached, fetched[1].was_cached], [false, true]);
    assert_eq!(fs::read(&fetched[1].path).unwrap(), content);
    assert_eq!(world.ranges().len(), 2);
}

#[test]
fn two_addresses_of_one_file_may_be_fetched_at_once() {
    let world = World::new();
    let content = bytes(500_000, 7);
    let wanted: Vec<Wanted> = (0..4)
        .map(|number| {
            let path = format!("/{number}");
            world.mirror.serve(&path, content.clone());
            Wanted { url: world.mirror.url(&path), ..world.wanted(&content) }
        })
        .collect();
    std::thread::scope(|threads| {
        for wanted in &wanted {
            threads.spawn(|| world.fetch(wanted).unwrap());
        }
    });
    assert_eq!(world.whole().into_values().collect::<Vec<_>>(), [content]);
    assert_eq!(world.left_over(), Vec::<String>::new());
}
