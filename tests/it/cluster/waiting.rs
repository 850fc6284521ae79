//! One node has its turn, and another one waits for it.

use std::fs;

use mmembed::database::TURN_KEY;
use rustix::process::Signal;

use super::chains::Offer;
use super::pair::{FROM, Held, Pair, Run, TO, backups, installed, upgrade, wait_until, words};
use crate::fakes::trailer::Fault;
use crate::support::world::{SERVICE, is_root, release};

#[test]
fn of_two_nodes_one_migrates_and_the_other_waits_and_only_switches() {
    let pair = Pair::new();
    let held = Held::start(&pair.first);
    let mut waiting = Run::start(&words(&pair.second, &release(TO), &[]));
    waiting.wait_for("waiting for another node, which is changing the database: mmembed on ");
    held.release().end().expect(0);
    let said = waiting.end().expect(0);
    said.saying(&["cluster-migrated", "this node only switches"]);

    assert_eq!((installed(&pair.first).as_str(), installed(&pair.second).as_str()), (TO, TO));
    let (first, second) = (backups(&pair.first), backups(&pair.second));
    assert_eq!((first.len(), second.len()), (1, 1));
    assert!(first[0]["database"].is_object() && first[0]["shared"].is_null(), "{first:?}");
    assert!(second[0]["database"].is_null() && second[0]["shared"] == true, "{second:?}");
    let mark = pair.mark().unwrap();
    let transaction = pair.first.world.receipt()["transaction"].as_str().unwrap().to_owned();
    assert!(mark.starts_with("done 11.7.0 ") && mark.contains(&transaction), "{mark}");
    assert_eq!(pair.first.world.messages(), ["first", "second"]);
}

#[test]
fn a_turn_ends_with_whoever_has_it_whatever_ends_that() {
    let pair = Pair::new();
    let held = Held::start(&pair.first);
    let mut waiting = Run::start(&words(&pair.second, &release(TO), &[]));
    waiting.wait_for("waiting for another node");
    held.kill();
    // Nothing had been done to the database: whoever comes next migrates it.
    waiting.end().expect(0);
    assert!(backups(&pair.second)[0]["database"].is_object());
    pair.first.world.ask(&["recover"], &[]).expect(0);
    assert_eq!(installed(&pair.first), FROM);
    upgrade(&pair.first, &[]).expect(0).saying(&["this node only switches"]);
    assert_eq!(pair.first.world.messages(), ["first", "second"]);
}

#[test]
fn whoever_waits_long_enough_gives_up_with_nothing_changed() {
    let pair = Pair::new();
    let (host, dump) = (pair.second.host(), pair.second.world.dump());
    let held = Held::start(&pair.first);
    let said = upgrade(&pair.second, &["--wait-for-cluster", "1s"]).expect(6);
    said.saying(&["mmembed on ", "nothing was changed", "--wait-for-cluster"]);
    assert_eq!(pair.second.host(), host);
    assert_eq!(pair.second.world.dump(), dump);
    held.release().end().expect(0);
}

#[test]
fn whoever_waits_can_be_stopped_with_nothing_changed() {
    let pair = Pair::new();
    let host = pair.second.host();
    let held = Held::start(&pair.first);
    let mut waiting = Run::start(&words(&pair.second, &release(TO), &[]));
    waiting.wait_for("waiting for another node");
    waiting.signal(Signal::INT);
    waiting.end().expect(3).saying(&["it was asked to stop", "nothing was changed"]);
    assert_eq!(pair.second.host(), host);
    held.release().end().expect(0);
    assert_eq!(installed(&pair.second), FROM);
}

#[test]
fn a_manifest_says_how_long_and_whoever_types_it_says_it_last() {
    let pair = Pair::new();
    let offer = Offer::of(&pair, &[FROM, TO]);
    let site = &pair.second;
    let (file, host) = (site.world.beside("mmembed.toml"), site.host());
    let commands = site.ctl.words();
    let user =
        if is_root() { format!("service-user = \"{SERVICE}:{SERVICE}\"\n") } else { String::new() };
    let write = |wait: &str| {
        let [root, releases, catalog] = [&site.world.root, &offer.releases, &offer.catalog]
            .map(|path| path.display().to_string());
        let text = format!(
            "manifest = 1\napp = \"acme\"\nroot = {root:?}\nrelease = \"{TO}\"\nwait-for-cluster = \"{wait}\"\n\
             {user}service = {{ stop = {:?}, start = {:?} }}\n\
             [sources]\noffline = true\nreleases-dir = [{releases:?}]\ncatalog = {catalog:?}\nstore = \"store\"\n",
            commands[1], commands[3]
        );
        fs::write(&file, text).unwrap();
    };
    let words = |more: &[&str]| -> Vec<String> {
        let words = [&["apply", "--manifest", file.to_str().unwrap()], more].concat();
        words.into_iter().map(ToOwned::to_owned).collect()
    };
    let held = Held::start(&pair.first);
    write("1s");
    let mut waiting = Run::start(&words(&[]));
    waiting.wait_for("for 1 s at most");
    waiting.end().expect(6).saying(&["nothing was changed"]);
    write("3h");
    let mut waiting = Run::start(&words(&["--wait-for-cluster", "2s"]));
    waiting.wait_for("for 2 s at most");
    waiting.end().expect(6).saying(&["nothing was changed"]);
    assert_eq!(site.host(), host);
    let mut waiting = Run::start(&words(&[]));
    waiting.wait_for("for 180 min at most");
    held.release().end().expect(0);
    waiting.end().expect(0);
    assert_eq!(installed(site), TO);
}

/// Who puts the database back needs the turn that was lost with the run that had it.
#[test]
fn whoever_recovers_waits_as_long_as_it_is_told() {
    let pair = Pair::new();
    let dump = pair.first.world.dump();
    let run = Run::start(&words(&pair.first, &release(TO).fault(Fault::NeverReady), &[]));
    wait_until("the migration has begun", || {
        pair.mark().is_some_and(|mark| mark.starts_with("begun 11.7.0 "))
    });
    run.signal(Signal::KILL);
    assert_eq!(run.end().code, None);

    let mut other = pair.first.world.database.connect();
    other.execute("select pg_advisory_lock($1)", &[&TURN_KEY]).unwrap();
    let said = pair.first.world.ask(&["recover"], &["--wait-for-cluster", "1s"]).expect(5);
    said.saying(&["for 1 s at most", "another node is changing the database"]);
    drop(other);
    pair.first.world.ask(&["recover", "--retry"], &[]).expect(0);
    assert_eq!(pair.first.world.dump(), dump);
    assert_eq!(installed(&pair.first), FROM);
}
