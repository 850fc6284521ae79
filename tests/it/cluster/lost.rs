//! A node that loses its turn on the way: the session that held it is ended from outside.

use super::chains::Offer;
use super::pair::{FROM, Held, Pair, TO, backups, installed, upgrade};
use crate::fakes::trailer::Fault;
use crate::support::world::release;

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

/// From now on, whoever writes into this table while a migration to this version is written down as begun ends the session that holds
/// the turn.
fn end_turn_with(pair: &Pair, table: &str, version: &str) {
    let trigger = format!(
        "CREATE FUNCTION end_turn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           IF EXISTS (SELECT FROM public.systems
                      WHERE name = 'MmembedRelease' AND value LIKE 'begun {version} %') THEN
             PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name LIKE 'mmembed on %';
           END IF;
           RETURN NEW;
         END $$;
         CREATE TRIGGER end_turn AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION end_turn()"
    );
    pair.first.world.database.connect().batch_execute(&trigger).unwrap();
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

#[test]
fn a_way_back_that_has_lost_its_turn_gives_the_database_back() {
    let pair = Pair::new();
    let Pair { first, .. } = &pair;
    // It comes back with the database: just before the former server is started on that, the turn is lost.
    end_turn_with(&pair, "systems", FROM);
    upgrade(first, &[]).expect(0);
    first.ctl.start(&first.world);
    assert!(first.world.post("since"));
    first.ctl.stop();
    let (dump, mark) = (first.world.dump(), pair.mark());
    let said = first.world.ask(&["rollback", "--accept-data-loss"], &[]).expect(4).saying(&[
        "the session that kept other nodes from changing the database is gone",
        "the backup that the database was restored from is kept",
    ]);
    assert!(!said.all().contains("server: "), "no server was started: {}", said.all());
    assert_eq!(installed(first), TO);
    assert_eq!(first.world.messages(), ["first", "second", "since"]);
    assert!(first.world.dump() == dump, "the database is another one");
    assert_eq!(pair.mark(), mark);
    assert_eq!(backups(first).len(), 2);
}

#[test]
fn a_chain_that_has_lost_its_turn_finds_its_way_back() {
    let pair = Pair::of("9.11.0");
    let Pair { first, .. } = &pair;
    let broken = release(TO).fault(Fault::ExitsEarlyWithZero);
    let offer = Offer::of_releases(&pair, &[release(FROM), broken]);
    end_turn_with(&pair, "db_migrations", TO);
    let dump = || {
        let dump = first.world.dump();
        dump.lines().filter(|line| !line.contains("MmembedRelease")).collect::<Vec<_>>().join("\n")
    };
    let before = dump();
    let said = offer.upgrade(first, &["--backup", "once"]).expect(4);
    said.saying(&["ended before it was ready", "where the chain began"]);
    assert_eq!(installed(first), "9.11.0");
    assert!(dump() == before, "the database is another one");
    // The way back has proven its server, and says so.
    assert!(pair.mark().unwrap().starts_with("done 9.11.0 "));
}
