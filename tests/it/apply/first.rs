//! The first time, and the second one.

use super::desk::Desk;

#[test]
fn a_host_becomes_what_its_manifest_says_and_stays_so() {
    let desk = Desk::with(&["9.11.0", "10.11.0"]);
    desk.wish("10.11", "", "[enforce]\nTeamSettings.SiteName = \"From the manifest\"\n");
    let stamps = desk.world.stamps();
    desk.apply(&["--check"]).expect(10).saying(&["pending", "10.11.0"]);
    desk.world.assert_untouched_since(&stamps);
    desk.apply(&[]).expect(0).saying(&["as the manifest wants it", "10.11.0"]);
    assert_eq!(desk.setting("TeamSettings", "SiteName"), "From the manifest");
    desk.assert_settled();
    let report = desk.apply(&["--json"]).expect(0).json();
    assert_eq!((&report["command"], &report["ending"]), (&"apply".into(), &"nothing-to-do".into()));
    // What is installed needs no archive any more.
    desk.lose_archives();
    desk.assert_settled();
    desk.wish("10.11.0", "", "[enforce]\nTeamSettings.SiteName = \"Another\"\n");
    desk.apply(&[]).expect(0);
    assert_eq!(desk.setting("TeamSettings", "SiteName"), "Another");
    desk.assert_settled();
}

/// An image holds what its release has shipped; which database its machine has, only the machine's manifest says.
#[test]
fn an_image_gets_its_database_from_the_manifest_of_its_machine() {
    let desk = Desk::with(&["10.11.0"]);
    let wanted = desk.world.overlay();
    let mut image = wanted.clone();
    image["SqlSettings"] = serde_json::json!({});
    desk.world.write_overlay("overlay.json", &image);
    desk.wish("10.11.0", "", "");
    desk.apply(&["--no-start"]).expect(0);
    assert_ne!(desk.setting("SqlSettings", "DataSource"), wanted["SqlSettings"]["DataSource"]);
    desk.world.write_overlay("overlay.json", &wanted);
    desk.apply(&["--check"]).expect(10);
    desk.apply(&[]).expect(0).saying(&["proved"]);
    assert_eq!(desk.setting("SqlSettings", "DataSource"), wanted["SqlSettings"]["DataSource"]);
    desk.assert_settled();
}

#[test]
fn a_manifest_without_settings_leaves_those_that_were_given_last() {
    let desk = Desk::with(&["10.11.0"]);
    desk.wish("10.11.0", "", "");
    desk.apply(&[]).expect(0);
    let text = std::fs::read_to_string(desk.file()).unwrap();
    let without = text.replace("[overlays]\ndefaults = [\"overlay.json\"]\n", "");
    assert_ne!(without, text);
    std::fs::write(desk.file(), without).unwrap();
    desk.assert_settled();
    assert_eq!(desk.setting("TeamSettings", "SiteName"), "Acme Chat");
}
