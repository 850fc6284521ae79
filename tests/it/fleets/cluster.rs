//! `cluster.yml`: the nodes of one database.

use serde_json::json;

use super::ansible::Ansible;
use super::fleet::Fleet;
use crate::fakes::trailer::Fault;
use crate::support::world::release;

/// The transactions that were last made true, node by node. Their names begin with the time.
fn settled(fleet: &Fleet) -> Vec<String> {
    let receipts = fleet.hosts.iter().map(|host| host.world.receipt());
    receipts.map(|receipt| receipt["transaction"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn one_node_migrates_the_others_follow_and_those_that_may_serve() {
    let Some(ansible) = Ansible::or_say_so("one_node_migrates") else { return };
    let mut fleet = Fleet::on_one_database(ansible, 3);
    let good = ["9.11.0", "10.11.0"];
    for host in &mut fleet.hosts {
        host.own = json!({ "mmembed_enforced": { "ClusterSettings": { "Enable": true } } });
    }
    fleet.hosts[1].own["mmembed_migrates"] = json!(true);
    fleet.offer(&good);
    fleet.play("cluster.yml", "9.11.0", &[]).well();
    fleet.assert_serving("9.11.0");
    assert_eq!(fleet.hosts[0].world.config()["ClusterSettings"]["Enable"], true);
    assert!(fleet.hosts[0].world.post("first"));

    // The node that migrates fails: all serve as before.
    let bad = [release("9.11.0"), release("10.11.0").fault(Fault::DiesInMidMigration(3))];
    fleet.hosts[1].offer(&bad);
    let before = settled(&fleet);
    fleet.play("cluster.yml", "10.11.0", &[]).badly().saying(&[
        "host2: mmembed apply ended with exit code 4",
        "This node failed and is as before",
        "This node was not touched",
    ]);
    fleet.assert_serving("9.11.0");
    assert_eq!(settled(&fleet), before);
    assert!(fleet.hosts[2].world.post("second"));

    // One that follows fails: it stays away, as its release does not know the new tables, and the others serve.
    fleet.offer(&good);
    fleet.hosts[2].offer(&bad_to_start());
    let failed = fleet.play("cluster.yml", "10.11.0", &[]).badly();
    failed.saying(&["host3: mmembed apply ended with exit code 4"]);
    let served = [Some("10.11.0".to_owned()), Some("10.11.0".to_owned()), None];
    assert_eq!(fleet.serving(), served);
    let now = settled(&fleet);
    assert!(before[2] == now[2] && now[1] < now[0], "the wrong node began: {now:?}");

    fleet.offer(&good);
    fleet.play("cluster.yml", "10.11.0", &[]).well();
    fleet.assert_serving("10.11.0");
    assert_eq!(fleet.hosts[0].world.messages(), ["first", "second"]);
    let again = fleet.play("cluster.yml", "10.11.0", &[]).well();
    assert_eq!(again.count("changed"), [0; 3], "{}", again.all());
}

/// The second of these ends at once, whatever the database is like.
fn bad_to_start() -> [crate::fakes::release::FixtureRelease; 2] {
    [release("9.11.0"), release("10.11.0").fault(Fault::ExitsEarlyWithZero)]
}
