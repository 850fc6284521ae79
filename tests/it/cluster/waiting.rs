//! One node has its turn, and another one waits for it.

use rustix::process::Signal;

use super::pair::{FROM, Held, Pair, Run, TO, backups, installed, upgrade, words};
use crate::support::world::release;

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
