//! What is done while a server migrates: the tree that is live now is read, once and no more, and what was changed in it since is
//! found all the same; what the hops so far have left behind is removed.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use mmembed::engine::{
    ChainWish, Halt, Reporter, Sources, Walking, own_territory, resolve_prefix, walk,
};
use mmembed::host::{Cancel, Digests, FileSystems, Host, Meter};
use mmembed::model::{
    AppName, BackupPace, Consent, DataPolicy, Event, Leg, Manner, Platform, Service, ServiceWish,
    Start, TreeIdentity, UpgradeWish,
};
use mmembed::release::Catalog;
use mmembed::release::signature::{Keyring, Policy};
use mmembed::upgrade::{Pace, Rules, Wishes};

use super::way::{STOPS, Way};
use crate::fakes::release::FixtureRelease;
use crate::fakes::trailer::Fault;
use crate::support::said::Said;
use crate::support::world::{STATE, World, release};

/// Where the trees are.
const EMBEDDED: &str = "opt/acme/embedded";

/// Their servers take long enough to start that whatever is done meanwhile is done.
fn slow(version: &str) -> FixtureRelease {
    release(version).fault(Fault::SlowStart(700))
}

fn slow_way() -> Way {
    Way::of(&STOPS.map(slow))
}

/// Counts what is read from files while the steps that keep what was changed are under way.
struct Counter {
    digests: Digests,
    /// How many files were read before the step that is under way.
    since: Option<u64>,
    /// In each of those steps.
    keeping: Vec<u64>,
}

impl Reporter for Counter {
    fn hear(&mut self, event: &Event) {
        let read = self.digests.read().files;
        if let Event::StepStarted { text, .. } = event {
            self.since = text.contains("files that were changed in").then_some(read);
        } else if let (Event::StepDone { .. }, Some(since)) = (event, self.since.take()) {
            self.keeping.push(read - since);
        }
    }
}

/// The wish that `--every minor` is, to the last stop.
fn wish(way: &Way) -> ChainWish {
    let words = way.ctl.words();
    let commands = [&words[1], &words[3]].map(|it| Some(it.clone()));
    let [stop, start] = commands;
    let service = Service::of_commands(stop, start, None).unwrap().unwrap();
    let hop = UpgradeWish {
        app: "acme".parse::<AppName>().unwrap(),
        root: way.world.root.clone(),
        archive: PathBuf::new(),
        version: None,
        edition: None,
        sha256: None,
        overlays: Vec::new(),
        policies: Vec::new(),
        start: Start::Prove { within: Duration::from_secs(60) },
        service: Some(ServiceWish::Exactly(service)),
        consent: Consent { downgrade: false, edition_change: false, unsaved_database: false },
        env_files: Vec::new(),
        manner: Manner {
            data: DataPolicy::Skip,
            verify_restore: false,
            keep: 3,
            hooks: None,
            adopt_new_defaults: false,
        },
        leg: Leg::default(),
    };
    ChainWish {
        hop,
        to: STOPS[STOPS.len() - 1].parse().unwrap(),
        edition: None,
        platform: Some(Platform::LinuxAmd64),
        wishes: Wishes { every: Some(Pace::Minor), ..Wishes::default() },
        only_at_hand: false,
        backups: BackupPace::Each,
        stop_after: None,
        until: None,
    }
}

fn sources(way: &Way) -> Sources {
    Sources {
        store: Some(way.world.beside("store")),
        catalog: Catalog::parse(&fs::read_to_string(way.catalog()).unwrap()).unwrap(),
        directories: vec![way.releases().to_owned()],
        remote: None,
        bundle: None,
        keys: Keyring::built_in().unwrap(),
        policy: Policy::default(),
        require_fresh: false,
    }
}

/// Each tree is read once: the first one before anything stops, each later one while its server migrates.
#[test]
fn no_tree_is_read_while_anybody_waits_for_it() {
    let way = slow_way();
    let prefix = resolve_prefix(&way.world.root, &"acme".parse().unwrap()).unwrap();
    let own = own_territory(&prefix);
    let host = Host::new(&way.world.root, own, Meter::default(), Cancel::never()).unwrap();
    let digests = host.digests.clone();
    let mut counter = Counter { digests, since: None, keeping: Vec::new() };
    let (wish, rules, sources) = (wish(&way), Rules::built_in(), sources(&way));
    let walking =
        Walking { host: &host, prefix: &prefix, wish: &wish, rules: &rules, sources: &sources };
    let walked = walk(walking, &mut counter);
    assert!(matches!(walked.halt, Halt::Arrived), "{:?}", walked.halt);
    way.assert_intact("11.7.0");
    let hops = STOPS.len() - 1;
    assert_eq!(counter.keeping.len(), hops);
    let kind = FileSystems::read().unwrap().of(&way.world.root).unwrap().kind;
    if ["ext2", "ext3", "ext4", "xfs", "btrfs"].contains(&kind.as_str()) {
        assert_eq!(counter.keeping, vec![0; hops]);
        let trees: u64 = STOPS[..hops].iter().map(|stop| files_of(&way, stop)).sum();
        assert_eq!(host.digests.read().files, trees);
    } else {
        eprintln!("NOT CHECKED: on {kind}, all files are read each time");
    }
}

/// How many files a release brings, its configuration excepted.
fn files_of(way: &Way, stop: &str) -> u64 {
    let archive = fs::File::open(way.archive_of(&slow(stop))).unwrap();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(archive));
    let is_file = |entry: &tar::Entry<'_, _>| {
        let path: String = entry.path().unwrap().to_string_lossy().into_owned();
        entry.header().entry_type().is_file() && !path.ends_with(TreeIdentity::CONFIG)
    };
    archive.entries().unwrap().filter(|entry| is_file(entry.as_ref().unwrap())).count() as u64
}

/// A hook that runs in each hop, at this moment.
fn hook(way: &Way, moment: &str, script: &str) -> String {
    let hook = way.world.beside("hooks").join(moment).join("10-change");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, format!("#!/bin/sh\nset -eu\n{script}")).unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    way.world.beside("hooks").display().to_string()
}

/// What the last backup has kept of these files of the release; they are short.
fn kept(way: &Way, paths: &[&str]) -> Vec<String> {
    let modified = backups(way).pop().unwrap().join("modified");
    paths.iter().map(|path| fs::read_to_string(modified.join(path)).unwrap()).collect()
}

fn backups(way: &Way) -> Vec<PathBuf> {
    let entries = fs::read_dir(way.world.below(STATE).join("backups")).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Writes X to the beginning of a file of the release, so that neither its size nor its time of modification tells.
const CHANGES: &str = r#"
remember() { touch -r "$1" "$STAMP"; }
restore() { touch -r "$STAMP" "$1"; }
write() { printf X | dd of="$1" conv=notrunc status=none; }
in_place() { remember "$1"; write "$1"; restore "$1"; }
copied() { remember "$1"; cp "$1" new; write new; restore new; }
by_rename() { copied "$1"; mv new "$1"; }
by_link() { copied "$1"; ln -f new "$1"; rm new; }
by_mapping() {
    remember "$1"
    "$PYTHON" -c 'import mmap, sys
file = open(sys.argv[1], "r+b")
mmap.mmap(file.fileno(), 0)[0:1] = b"X"' "$1"
    restore "$1"
}
"#;

/// The same, and where it finds the tree.
fn changes(way: &Way, calls: &str) -> String {
    let stamp = way.world.beside("stamp");
    format!(
        "PYTHON=/usr/bin/python3\nSTAMP='{}'\ncd '{}'\n{CHANGES}{calls}\n",
        stamp.display(),
        way.live("").display()
    )
}

/// Whatever somebody does to a file after it was read, and however well it is hidden, is found in the next hop.
#[test]
fn what_is_changed_after_it_was_read_is_kept_however_it_was_changed() {
    let way = slow_way();
    let mut files = vec!["i18n/de.json", "i18n/en.json", "templates/post_body.html"];
    let mut calls =
        "in_place i18n/de.json\nby_rename i18n/en.json\nby_link templates/post_body.html\n"
            .to_owned();
    if Path::new("/usr/bin/python3").exists() {
        files.push("templates/welcome_body.html");
        calls.push_str("by_mapping templates/welcome_body.html\n");
    } else {
        eprintln!("NOT CHECKED: python3 is not there, and nothing is changed through a mapping");
    }
    let hooks = hook(&way, "after-commit", &changes(&way, &calls));
    let said = way.upgrade("11.7.0", &["--hooks", &hooks, "--every", "minor"]).expect(0);
    let text = format!("{} files of the release that somebody has changed are kept", files.len());
    said.saying(&[&text]);
    assert_eq!(kept(&way, &files), vec!["X]\n"; files.len()]);
    way.assert_intact("11.7.0");
}

/// The same before it is read, while the new tree is live already: what is read is what is there, not what came out of the archive.
#[test]
fn what_is_changed_before_it_is_read_is_kept() {
    let way = slow_way();
    let hooks = hook(&way, "before-start", &changes(&way, "in_place i18n/de.json"));
    let said = way.upgrade("11.7.0", &["--hooks", &hooks, "--every", "minor"]).expect(0);
    said.saying(&["1 file of the release that somebody has changed is kept"]);
    assert_eq!(kept(&way, &["i18n/de.json"]), ["X]\n"]);
    way.assert_intact("11.7.0");
}

/// The names of all trees but the live one.
fn other_trees(way: &Way) -> BTreeSet<String> {
    let entries = fs::read_dir(way.world.below(EMBEDDED)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name != "mattermost").collect()
}

/// The backups of the first and of the last hop are there with their trees, and nothing else.
#[track_caller]
fn assert_cleaned_up(way: &Way, first: &Path) {
    let backups = backups(way);
    assert_eq!(backups.len(), 2, "{backups:?}");
    assert_eq!(backups[0], first);
    let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    let retired = backups.iter().map(|path| format!(".mattermost.retired-{}", name(path)));
    assert_eq!(other_trees(way), retired.collect());
}

/// Of four hops, the backups of the first and the last one stay when one is to be kept. The others and their trees go while the
/// server of a later one starts, and the step that is for it finds nothing left to do.
#[test]
fn what_hops_leave_behind_goes_while_a_server_starts() {
    let way = slow_way();
    let words = ["--every", "minor", "--keep-backups", "1", "--json", "--progress-fd", "2"];
    let said = way.upgrade("11.7.0", &words).expect(0);
    let events: Vec<serde_json::Value> =
        said.stderr.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let texts: Vec<&str> = events.iter().filter_map(|event| event["text"].as_str()).collect();
    let removed = |text: &&&str| text.starts_with("the backup ") && text.ends_with(" was removed");
    assert_eq!(texts.iter().filter(removed).count(), 2, "{texts:?}");
    let cleaning = texts.iter().position(|text| text.contains("and remove those before them"));
    let last = texts.iter().rposition(|text| removed(&text));
    assert!(last < cleaning, "{texts:?}");
    assert_cleaned_up(&way, &backups(&way)[0]);
    way.assert_intact("11.7.0");
}

/// Until a hop is committed, nothing goes that would have to stay without it.
#[test]
fn a_hop_that_fails_leaves_as_many_backups_as_are_to_be_kept() {
    let mut releases = STOPS.map(slow);
    releases[4] = slow(STOPS[4]).fault(Fault::ExitsEarlyWithZero);
    let way = Way::of(&releases);
    way.upgrade("11.7.0", &["--every", "minor", "--keep-backups", "2"]).expect(11);
    // Of the three hops that were made, the first one's, and the newest two; and what the database was restored from.
    assert_eq!(backups(&way).len(), 4);
    assert_eq!(other_trees(&way).len(), 3);
    way.assert_intact("10.11.0");
}

/// Runs it until a tree is being removed, and kills it.
fn killed_while_removing(way: &Way, words: &[String]) {
    let mut running = World::command(words).stdout(Stdio::null()).spawn().unwrap();
    let is_going = || other_trees(way).iter().any(|name| name.starts_with(".mattermost.going-"));
    while !is_going() {
        assert!(running.try_wait().unwrap().is_none(), "it came to its end");
        std::thread::sleep(Duration::from_millis(1));
    }
    running.kill().unwrap();
    running.wait().unwrap();
    assert!(is_going(), "it was removed too fast");
}

/// Killed while a tree is being removed that no hop needs, `recover` lets out what was reached, and the same command arrives and
/// removes the rest.
#[test]
fn killed_while_a_tree_is_removed_the_rest_of_it_goes_later() {
    let mut releases = STOPS.map(slow);
    // It is retired by the second hop, whose backup is the first to go.
    releases[1] = slow(STOPS[1]).small_files(4000);
    for recovers in [true, false] {
        let way = Way::of(&releases);
        let words = way.words(&["upgrade"], "11.7.0", &["--every", "minor", "--keep-backups", "1"]);
        killed_while_removing(&way, &words);
        let first = backups(&way).remove(0);
        if recovers {
            way.world.ask(&["recover"], &[]).expect(0);
            way.world.wait_until_serving();
            way.assert_intact("10.11.0");
        }
        let said: Said = way.world.run(&words);
        said.expect(0);
        way.assert_intact("11.7.0");
        if recovers {
            // A chain of its own, whose first hop is its last.
            assert_eq!(backups(&way).len(), 1);
        } else {
            assert_cleaned_up(&way, &first);
        }
        assert!(other_trees(&way).iter().all(|name| name.contains(".retired-")));
    }
}
