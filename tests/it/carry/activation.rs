//! At every instant a complete tree lies at the live path.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use mmembed::engine::Outcome;
use mmembed::host::{Fault, Meter};
use mmembed::model::Version;
use tempfile::TempDir;

use super::trees::{Trees, failing};

fn trees(root: &TempDir) -> Trees {
    let trees = Trees::below(root.path());
    trees.live(Version::new(10, 11, 0), &["bin/mattermost", "client/root.html"]);
    trees.staged(Version::new(11, 7, 0), &["bin/mattermost", "client/root.html"]);
    trees
}

/// Looks at paths again and again while something is done; gives how often one of them was absent, and of how many
/// looks.
fn absences(paths: &[PathBuf], act: impl FnOnce()) -> (u64, u64) {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let (mut absent, mut looks) = (0, 0);
            while !done.load(Ordering::Relaxed) {
                for path in paths {
                    looks += 1;
                    absent += u64::from(fs::symlink_metadata(path).is_err());
                }
            }
            (absent, looks)
        });
        act();
        done.store(true, Ordering::Relaxed);
        watcher.join().unwrap()
    })
}

#[test]
fn whoever_looks_sees_a_complete_tree_at_every_instant_also_on_the_way_back() {
    let mut looks = 0;
    for goes_back in [false, true] {
        for _ in 0..12 {
            let root = TempDir::new().unwrap();
            let trees = trees(&root);
            // What was carried is in the staged tree by now, and what is not is in both.
            fs::write(trees.in_live("carried"), "").unwrap();
            fs::write(trees.in_staged("carried"), "").unwrap();
            let watched = [trees.in_live("bin/mattermost"), trees.in_live("carried")];
            let (absent, of) = absences(&watched, || {
                if goes_back {
                    trees.run(vec![Trees::activate(), failing()]).refused();
                } else {
                    trees.run(vec![Trees::activate()]).committed();
                }
            });
            assert_eq!(absent, 0, "of {of} looks");
            looks += of;
            let expected = if goes_back { "old" } else { "new" };
            assert_eq!(trees.reads("bin/mattermost"), format!("{expected} bin/mattermost"));
        }
    }
    assert!(looks > 1000, "only {looks} looks");
}

#[test]
fn without_exchange_the_live_path_is_absent_for_a_moment_and_that_is_said() {
    let root = TempDir::new().unwrap();
    let trees = trees(&root);
    let meter = Meter::default().without_rename_flags();
    let notes = trees.run_on(meter, vec![Trees::activate()]).committed();
    assert_eq!(
        notes,
        [
            "this file system cannot exchange two names: opt/acme/embedded/mattermost is absent for a moment"
        ]
    );
    assert_eq!(trees.reads("bin/mattermost"), "new bin/mattermost");
    assert!(trees.in_retired("bin/mattermost").exists());
}

/// A run on one file system, its recovery on another: what is done is told by the trees.
#[test]
fn what_one_way_began_the_other_undoes() {
    for forward in [true, false] {
        for at in 0.. {
            let root = TempDir::new().unwrap();
            let trees = trees(&root);
            let before = trees.look();
            let meter = Meter::with_fault(at, Fault::Crash);
            let meter = if forward { meter } else { meter.without_rename_flags() };
            let ran = trees.run_on(meter, vec![Trees::activate(), failing()]);
            if matches!(ran.outcome, Ok(Outcome::RolledBack { .. })) {
                break;
            }
            let is_live = trees.in_live("bin/mattermost").exists();
            assert!(is_live || !forward, "crash at {at}");
            trees.recover_on(if forward {
                Meter::default().without_rename_flags()
            } else {
                Meter::default()
            });
            assert_eq!(trees.look(), before, "{forward} {at}");
        }
    }
}
