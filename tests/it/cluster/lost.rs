//! A node that loses its turn on the way: the session that held it is ended from outside.

use super::pair::{FROM, Held, Pair, TO, backups, installed, upgrade};

/// Ends the session that holds the turn, as a PostgreSQL does that is started anew.
fn end_turn(pair: &Pair) {
    let mut admin = pair.first.world.database.connect_as_admin();
    let ended = admin
        .execute(
            "select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and application_name like 'mmembed on %'",
            &[],
        )
        .unwrap();
    assert_eq!(ended, 1);
}

#[test]
fn whoever_has_lost_its_turn_does_not_migrate() {
    let pair = Pair::new();
    let (host, dump, mark) = (pair.first.host(), pair.first.world.dump(), pair.mark());
    let held = Held::start(&pair.first);
    end_turn(&pair);
    let said = held.release().end().expect(4).saying(&[
        "the session that kept other nodes from changing the database is gone",
        "look whether the database's server was started anew",
    ]);
    assert!(!said.all().contains("server: "), "no server was started: {}", said.all());
    assert_eq!(pair.first.host(), host);
    assert!(pair.first.world.dump() == dump, "the database is another one");
    assert_eq!(pair.mark(), mark);
    upgrade(&pair.first, &[]).expect(0);
}

#[test]
fn what_another_node_has_done_meanwhile_stays() {
    let pair = Pair::new();
    let held = Held::start(&pair.first);
    end_turn(&pair);
    upgrade(&pair.second, &[]).expect(0);
    let (dump, mark) = (pair.first.world.dump(), pair.mark());
    assert!(mark.as_ref().unwrap().starts_with("done 11.7.0 "), "{mark:?}");
    held.release().end().expect(4);
    assert_eq!(installed(&pair.first), FROM);
    assert!(pair.first.world.dump() == dump, "the database is another one");
    assert_eq!(pair.mark(), mark);
    upgrade(&pair.first, &[]).expect(0).saying(&["this node only switches"]);
    assert_eq!(installed(&pair.first), TO);
    assert!(backups(&pair.first).last().unwrap()["database"].is_null());
}
