//! What no manifest can say is told with its place, and nothing is done.

use std::fs;

use super::desk::Desk;

#[test]
fn every_fault_has_a_place_and_a_remedy() {
    let desk = Desk::with(&["10.11.0"]);
    let file = desk.file();
    let text = "manifest = 1\napp = \"acme\"\nrelease = \"10.11\"\nstart-timeot = \"30m\"\n[backup]\npace = \"onec\"\n[set]\nTeamSettings.SiteNam = \"w\u{f6}rd&1\"\n";
    fs::write(&file, text).unwrap();
    let said = desk.apply(&[]).expect(3);
    let place = |line_and_column: &str| format!("{}:{line_and_column}:", file.display());
    said.saying(&[
        &place("4:1"),
        "did you mean `start-timeout`?",
        &place("6:8"),
        "did you mean once?",
        &place("8:14"),
        "TeamSettings.SiteName",
        "3 faults",
        "mmembed schema manifest",
    ]);
    let report = desk.apply(&["--json"]).expect(3).json();
    assert_eq!(report["findings"].as_array().unwrap().len(), 3);
    assert_eq!(report["findings"][0]["code"], "manifest");
}

#[test]
fn without_a_manifest_there_is_advice() {
    let desk = Desk::with(&["10.11.0"]);
    desk.apply(&[]).expect(3).saying(&["mmembed.toml"]);
    fs::write(desk.file(), [0xff, 0xfe]).unwrap();
    desk.apply(&[]).expect(3).saying(&["is no text", "mmembed init"]);
}
