//! Servers of other hosts on the database, before anybody has migrated it and after.

use std::io::Write as _;

use super::pair::{FROM, Pair, TO, installed, upgrade};

#[test]
fn before_the_database_is_migrated_other_nodes_have_to_be_stopped() {
    let pair = Pair::new();
    let (host, dump) = (pair.first.host(), pair.first.world.dump());
    let other = pair.second.world.database.connect();
    let said = upgrade(&pair.first, &[]).expect(3);
    said.saying(&["cluster-serving", "stop the server on every node", "nothing was changed"]);
    drop(other);
    assert_eq!(pair.first.host(), host);
    assert_eq!(pair.first.world.dump(), dump);
    assert_eq!(installed(&pair.first), FROM);
}

/// `localhost` has two addresses, and the server may be connected by another one than whoever asks.
#[test]
fn whoever_is_on_this_machine_is_no_other_node() {
    let pair = Pair::new();
    let url = pair.first.world.database.url().replace("127.0.0.1", "[::1]");
    let Ok(_here) = postgres::Client::connect(&url, postgres::NoTls) else {
        writeln!(std::io::stderr().lock(), "cluster::company: NOT CHECKED, there is no IPv6 here")
            .unwrap();
        return;
    };
    let said = pair.first.world.ask(&["status"], &[]).expect(0);
    said.saying(&["no server of another host is on its"]);
    let said = upgrade(&pair.first, &["--dry-run"]).expect(10);
    assert!(!said.all().contains("cluster-serving"), "{}", said.all());
}

/// A connection of this machine is known by its socket, so that what has come by the way of another one has to be the other node's.
#[test]
fn after_that_they_are_nobodys_concern() {
    let pair = Pair::new();
    upgrade(&pair.second, &[]).expect(0);
    let other = pair.second.world.database.connect();
    let said = pair.first.world.ask(&["status"], &[]).expect(0);
    said.saying(&["this is a node of the cluster \"chat\"", "servers of other hosts are on its"]);
    upgrade(&pair.first, &[]).expect(0).saying(&["cluster-migrated"]);
    assert_eq!(installed(&pair.first), TO);
    drop(other);
}

/// Two addresses of one machine, of which the database sees one from its server and another one from whoever asks: here none at all.
#[test]
fn a_server_of_this_machine_is_known_by_its_socket() {
    let pair = Pair::new();
    let own = pair.first.world.database.connect();
    let said = pair.second.world.ask(&["status"], &[]).expect(0);
    said.saying(&["no server of another host is on its"]);
    let said = upgrade(&pair.second, &["--dry-run"]).expect(10);
    assert!(!said.all().contains("cluster-serving"), "{}", said.all());
    drop(own);
}
