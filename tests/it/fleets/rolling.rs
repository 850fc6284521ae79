//! `site.yml`: one host at a time, and none after one that failed.

use super::ansible::{Ansible, Played};
use super::fleet::Fleet;
use crate::fakes::trailer::Fault;
use crate::support::world::release;

/// Nothing of any host changes while this is played.
#[track_caller]
fn untouched(fleet: &Fleet, play: impl FnOnce() -> Played) -> Played {
    let stamps: Vec<_> = fleet.hosts.iter().map(|host| host.world.stamps()).collect();
    let played = play();
    for (host, stamps) in fleet.hosts.iter().zip(&stamps) {
        host.world.assert_untouched_since(stamps);
    }
    played
}

#[test]
fn three_hosts_are_installed_and_upgraded_one_at_a_time_up_to_one_that_fails() {
    let Some(ansible) = Ansible::or_say_so("three_hosts_are_installed") else { return };
    let fleet = Fleet::of(ansible, 3);
    let good = ["9.11.0", "10.11.0"];
    fleet.offer(&good);
    let installed = fleet.play("site.yml", "9.11.0", &[]).well();
    assert!(installed.count("changed").iter().all(|changed| *changed > 0), "{}", installed.all());
    fleet.assert_serving("9.11.0");

    let again = untouched(&fleet, || fleet.play("site.yml", "9.11.0", &[])).well();
    assert_eq!(again.count("changed"), [0; 3], "{}", again.all());
    let asked = untouched(&fleet, || fleet.play("site.yml", "10.11.0", &["--check", "--diff"]));
    let asked = asked.well().saying(&["+release = \"10.11.0\""]);
    assert!(asked.count("changed").iter().all(|changed| *changed > 0), "{}", asked.all());

    fleet.listen();
    let bad = release("10.11.0").fault(Fault::DiesInMidMigration(3));
    fleet.hosts[1].offer(&[release("9.11.0"), bad]);
    let stamps = fleet.hosts[2].world.stamps();
    let failed = fleet.play("site.yml", "10.11.0", &[]).badly().saying(&[
        "host2: mmembed apply ended with exit code 4: it failed and was taken back; the host is as before",
        "what: ",
        "ended before it was ready",
        "next: ",
        "it goes on here",
        "were not touched",
    ]);
    assert_eq!(failed.count("failed"), [0, 1, 0], "{}", failed.all());
    let served = ["10.11.0", "9.11.0", "9.11.0"].map(|version| Some(version.to_owned()));
    assert_eq!(fleet.serving(), served);
    fleet.hosts[2].world.assert_untouched_since(&stamps);
    let told = ["host1 after-stop", "host1 after-start", "host2 after-stop"];
    assert_eq!(fleet.told(), told);

    fleet.offer(&good);
    fleet.listen();
    let mended = fleet.play("site.yml", "10.11.0", &[]).well();
    assert_eq!(mended.count("changed")[0], 0, "{}", mended.all());
    fleet.assert_serving("10.11.0");
    let told = ["host2 after-stop", "host2 after-start", "host3 after-stop", "host3 after-start"];
    assert_eq!(fleet.told(), told);
    fleet.play("status.yml", "10.11.0", &[]).well().saying(&[
        "HOST RELEASE EDITION SERVER STATE",
        "host1 10.11.0 team runs",
        "host3 10.11.0 team runs",
    ]);
}

#[test]
fn what_one_host_refuses_is_told_before_any_is_touched() {
    let Some(ansible) = Ansible::or_say_so("what_one_host_refuses") else { return };
    let mut fleet = Fleet::of(ansible, 2);
    fleet.offer(&["9.11.0"]);
    fleet.hosts[1].own = serde_json::json!({ "mmembed_release": "9.99.0" });
    let refused = untouched(&fleet, || fleet.play("site.yml", "9.11.0", &[])).badly().saying(&[
        "host2: mmembed apply --check ended with exit code 3: a check refused, and nothing was changed",
        "9.99.0",
        "Mend what is named",
    ]);
    assert_eq!(refused.count("changed"), [0, 0], "{}", refused.all());
    for host in &fleet.hosts {
        assert!(!host.manifest().exists(), "what is refused was written");
    }
}
