//! A node that only switches has no business with the database, forward or back.

use super::pair::{FROM, Pair, TO, backups, installed, upgrade, words};
use crate::fakes::trailer::Fault;
use crate::support::world::release;

#[test]
fn a_proof_that_fails_leaves_the_database_to_the_nodes_that_run() {
    let pair = Pair::migrated();
    let host = pair.second.host();
    assert!(pair.first.world.post("by the first"));
    let broken = release(TO).fault(Fault::NeverReady);
    let said = pair.second.world.run(&words(&pair.second, &broken, &["--start-timeout", "3s"]));
    said.expect(4).saying(&["the database was migrated by another node: it is not put back"]);
    assert_eq!(installed(&pair.second), FROM);
    assert_eq!(pair.second.host(), host);
    assert_eq!(pair.first.world.serving().as_deref(), Some(TO));
    assert_eq!(pair.first.world.messages(), ["by the first", "first", "second"]);
    assert!(pair.mark().unwrap().starts_with("done 11.7.0 "));
}

#[test]
fn the_way_back_of_a_node_that_has_switched_leaves_the_database_alone() {
    let pair = Pair::migrated();
    upgrade(&pair.second, &[]).expect(0);
    assert!(pair.first.world.post("since"));
    let dump = pair.first.world.dump();
    let said = pair.second.world.ask(&["rollback", "--dry-run"], &[]).expect(10);
    said.saying(&[
        "database-shared",
        "the database was migrated by another node: it is not put back",
    ]);
    assert_eq!(pair.first.world.dump(), dump);
    pair.second.world.ask(&["rollback"], &[]).expect(0);
    assert_eq!(installed(&pair.second), FROM);
    assert_eq!(pair.first.world.messages(), ["first", "second", "since"]);
    assert_eq!(pair.first.world.serving().as_deref(), Some(TO));
    // What was made first is a way forward again, and no more.
    pair.second.world.ask(&["rollback"], &[]).expect(0);
    assert_eq!(installed(&pair.second), TO);
    assert!(backups(&pair.second).iter().all(|backup| backup["database"].is_null()));
    assert_eq!(pair.first.world.messages(), ["first", "second", "since"]);
}
