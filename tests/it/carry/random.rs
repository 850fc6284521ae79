//! Trees that chance has made: whatever people put into one is in the next, and nothing stale is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use mmembed::engine::Outcome;
use mmembed::host::{Fault, Meter};
use mmembed::model::Version;
use proptest::prelude::*;
use tempfile::TempDir;

use super::trees::Trees;

/// Directories that a release or a person may have, and names of files that only one of them has. So nothing collides,
/// and everything else may happen.
fn directory() -> impl Strategy<Value = String> {
    prop::collection::vec("[d-f]", 0..4).prop_map(|parts| parts.join("/"))
}

fn release() -> impl Strategy<Value = BTreeSet<String>> {
    let name = (directory(), prop_oneof!["r[0-4]", Just(String::new())]);
    let member = name.prop_map(|(directory, file)| format!("{directory}/{file}"));
    let plain = member.prop_map(|name| name.trim_start_matches('/').to_owned());
    prop::collection::btree_set(plain.prop_filter("a name", |name| !name.is_empty()), 0..12)
}

fn foreign() -> impl Strategy<Value = BTreeMap<String, bool>> {
    let tops = prop_oneof![directory(), Just("logs".to_owned()), Just("data/x".to_owned())];
    let name = (tops, "p[0-4]").prop_map(|(directory, file)| format!("{directory}/{file}"));
    let plain = name.prop_map(|name| name.trim_start_matches('/').to_owned());
    prop::collection::btree_map(plain, any::<bool>(), 0..10)
}

/// Files and links below a directory, with what they hold. mmembed's own are left out.
fn files(top: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut pending = vec![top.to_owned()];
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            let meta = fs::symlink_metadata(&path).unwrap();
            let name = path.strip_prefix(top).unwrap().to_str().unwrap().to_owned();
            if meta.is_dir() {
                pending.push(path);
            } else if meta.is_symlink() {
                let target = fs::read_link(&path).unwrap();
                found.insert(name, format!("-> {}", target.display()));
            } else if !name.starts_with(".mmembed-") {
                found.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

struct Given {
    trees: Trees,
    /// What has to be at the live path in the end.
    wanted: BTreeMap<String, String>,
    _root: TempDir,
}

fn build(
    old: &BTreeSet<String>,
    new: &BTreeSet<String>,
    foreign: &BTreeMap<String, bool>,
    changed: &[prop::sample::Index],
) -> Given {
    let memory = Path::new("/dev/shm");
    let root = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }.unwrap();
    let trees = Trees::below(root.path());
    let names = |set: &BTreeSet<String>| -> Vec<String> {
        let fixed = ["bin/mattermost", "logs/"].map(str::to_owned);
        set.iter().cloned().chain(fixed).collect()
    };
    let (old, new) = (names(old), names(new));
    let (old, new): (Vec<&str>, Vec<&str>) =
        (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
    trees.live(Version::new(10, 11, 0), &old);
    trees.staged(Version::new(11, 7, 0), &new);
    let mut wanted = files(&trees.in_staged(""));
    for (name, is_link) in foreign {
        let path = trees.in_live(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if *is_link {
            std::os::unix::fs::symlink("any/where", &path).unwrap();
            wanted.insert(name.clone(), "-> any/where".to_owned());
        } else {
            trees.put(name, "mine");
            wanted.insert(name.clone(), "mine".to_owned());
        }
    }
    let own: Vec<&str> = old.iter().copied().filter(|name| !name.ends_with('/')).collect();
    for index in changed {
        trees.put(own[index.index(own.len())], "changed");
    }
    Given { trees, wanted, _root: root }
}

const IN_TREE: [&str; 2] = ["logs", "data"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn what_people_put_into_a_tree_is_in_the_next_and_nothing_stale_is(
        [old, new] in [release(), release()],
        foreign in foreign(),
        changed in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        exchange in any::<bool>(),
        stop in 0_u64..80,
    ) {
        let Given { trees, wanted, _root } = build(&old, &new, &foreign, &changed);
        let before = trees.look();
        let meter = |meter: Meter| if exchange { meter } else { meter.without_rename_flags() };

        // Stopped anywhere, it is as it was, or done.
        let stopped = trees.run_on(meter(Meter::with_fault(stop, Fault::Crash)), Trees::steps(&IN_TREE));
        let outcome = trees.recover_on(meter(Meter::default()));
        let ended = outcome.or(stopped.outcome.ok());
        if matches!(ended, Some(Outcome::Committed)) {
            prop_assert_eq!(files(&trees.in_live("")), wanted);
            return Ok(());
        }
        prop_assert_eq!(trees.look(), before);

        let Given { trees, wanted, _root } = build(&old, &new, &foreign, &changed);
        trees.run_on(meter(Meter::default()), Trees::steps(&IN_TREE)).committed();
        prop_assert_eq!(files(&trees.in_live("")), wanted);
        for name in foreign.keys() {
            prop_assert!(fs::symlink_metadata(trees.in_retired(name)).is_err(), "{}", name);
        }
    }
}
