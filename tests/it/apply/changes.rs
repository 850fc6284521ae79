//! Other settings and places of the same release, while the server runs and while it does not.

use super::desk::{Desk, serving};

#[test]
fn a_server_that_runs_is_restarted_only_when_something_changes() {
    let desk = serving(Desk::service);
    let server = desk.server();
    desk.assert_settled();
    assert_eq!(desk.server(), server);
    let change = "[set]\nTeamSettings.MaxUsersPerTeam = 61\n";
    desk.wish("10.11.0", &desk.service(), change);
    let check = desk.apply(&["--check"]).expect(10);
    check.saying(&["stop Mattermost 10.11.0", "it served before"]);
    assert_eq!(desk.server(), server);
    desk.apply(&[]).expect(0);
    assert_ne!(desk.server(), server);
    assert_eq!(desk.world.wait_until_serving(), "10.11.0");
    assert_eq!(desk.setting("TeamSettings", "MaxUsersPerTeam"), 61);
    desk.assert_settled();
    // The place moves with what is in it.
    let keys = desk.service();
    let moved = format!("{change}[places]\ndata = \"/srv/acme/files\"\n");
    let photo = desk.world.below("var/opt/acme/mattermost/data/photo.jpg");
    std::fs::write(&photo, "a photo").unwrap();
    desk.wish("10.11.0", &keys, &moved);
    desk.apply(&[]).expect(0).saying(&["srv/acme/files"]);
    assert_eq!(desk.world.wait_until_serving(), "10.11.0");
    let now = desk.world.below("srv/acme/files/photo.jpg");
    assert_eq!(std::fs::read_to_string(now).unwrap(), "a photo");
    desk.assert_settled();
    assert_eq!(desk.world.messages(), ["first"]);
}

#[test]
fn a_server_that_nobody_can_stop_is_left_alone() {
    let desk = serving(|_| String::new());
    let (server, stamps) = (desk.server(), desk.world.stamps());
    desk.wish("10.11.0", "", "[set]\nTeamSettings.MaxUsersPerTeam = 61\n");
    desk.apply(&[]).expect(3).saying(&["runs from", "say how it is stopped"]);
    desk.world.assert_untouched_since(&stamps);
    assert_eq!(desk.server(), server);
    assert!(desk.world.post("second"));
}

#[test]
fn a_change_that_fails_lets_the_former_server_out_again() {
    let desk = serving(Desk::service);
    // The server does not start with it, and its word on that is believed.
    desk.wish("10.11.0", &desk.service(), "[set]\nSqlSettings.DataSource = \"postgres://nobody@127.0.0.1:1/none?connect_timeout=1\"\n");
    let said = desk.apply(&[]);
    assert_ne!(said.code, Some(0), "{}", said.all());
    assert_eq!(desk.world.wait_until_serving(), "10.11.0");
    assert!(desk.world.post("second"));
    desk.wish("10.11.0", &desk.service(), "");
    desk.assert_settled();
}
