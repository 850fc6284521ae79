//! Another release is walked to; an earlier one is not.

use super::desk::Desk;

const STOPS: [&str; 4] = ["5.37.10", "7.1.9", "9.11.0", "10.11.0"];

#[test]
fn another_release_is_reached_over_all_its_stops() {
    let desk = Desk::with(&STOPS);
    desk.wish("5.37.10", &desk.service(), "");
    desk.apply(&[]).expect(0);
    desk.ctl.start(&desk.world);
    assert!(desk.world.post("first"));
    desk.wish(
        "10.11",
        &desk.service(),
        "[backup]\npace = \"once\"\nkeep = 1\n[places]\nlogs = \"/srv/logs\"\n",
    );
    let stamps = desk.world.stamps();
    let check = desk.apply(&["--check", "--json"]).expect(10).json();
    let stops: Vec<&serde_json::Value> =
        check["path"]["hops"].as_array().unwrap().iter().map(|hop| &hop["to"]).collect();
    assert_eq!(stops, ["7.1.9", "10.11.0"]);
    assert_eq!(check["path"]["backups"], "once");
    desk.world.assert_untouched_since(&stamps);
    let report = desk.apply(&["--json"]).expect(0).json();
    assert_eq!((&report["command"], &report["ending"]), (&"apply".into(), &"done".into()));
    assert_eq!(report["walk"]["hops"].as_array().unwrap().len(), 2);
    assert_eq!(desk.world.wait_until_serving(), "10.11.0");
    assert!(desk.world.below("srv/logs").is_dir(), "the place was not moved after the last hop");
    assert_eq!(desk.world.messages(), ["first"]);
    desk.assert_settled();
    // Nobody goes back like this.
    desk.wish("9.11.0", &desk.service(), "[places]\nlogs = \"/srv/logs\"\n");
    let stamps = desk.world.stamps();
    desk.apply(&[]).expect(3).saying(&["9.11.0", "mmembed rollback"]);
    desk.apply(&["--check"]).expect(3);
    desk.world.assert_untouched_since(&stamps);
    assert_eq!(desk.world.serving().as_deref(), Some("10.11.0"));
}
