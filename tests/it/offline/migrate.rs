//! `config migrate` and `config describe`.

use serde_json::json;

use super::desk::{CANARY, Desk, mode_of};

const FILE: &str = r#"{
  "ServiceSettings": {"SiteURL": "https://a.example/", "GfycatApiKey": "canary-4711"},
  "TeamSettings": {"SiteName": "Acme", "ViewArchivedChannels": true},
  "SqlSettings": {"DataSource": "postgres://u:canary-4711@h/d", "AtRestEncryptKey": ""},
  "Unheard": {"Of": 1}
}"#;

fn desk() -> Desk {
    let desk = Desk::new();
    desk.put("config.json", FILE);
    desk
}

#[test]
fn each_stop_is_told_and_the_file_is_printed_as_it_will_be() {
    let desk = desk();
    let words = ["migrate", "config.json", "--from", "5.2", "--via", "5.37", "--to", "7.8.0"];
    let said = desk.config(&words).expect(0).telling(&[
        "5.2.0 -> 5.37.0: ",
        "5.37.0 -> 7.8.0: ",
        "  - Unheard.Of: 1",
        "  - TeamSettings.ViewArchivedChannels: true",
        "  + SqlSettings.AtRestEncryptKey: a random value",
        "  ~ ServiceSettings.SiteURL: \"https://a.example/\" -> \"https://a.example\"",
        "  ~ ServiceSettings.GfycatApiKey: is written ServiceSettings.GfycatAPIKey",
        "known from",
    ]);
    assert!(!said.stderr.contains(CANARY), "{}", said.stderr);
    let file = said.json();
    assert_eq!(file["SqlSettings"]["AtRestEncryptKey"], json!("<generated>"));
    assert_eq!(file["ServiceSettings"]["SessionLengthWebInHours"], json!(4320));
    assert_eq!(file["TeamSettings"]["ExperimentalViewArchivedChannels"], json!(true));
    assert_eq!(file.get("Unheard"), None);
    assert_eq!(desk.text("config.json"), FILE, "the file itself is only read");
}

#[test]
fn an_upgrade_carries_what_servers_drop_and_the_result_goes_where_it_is_wanted() {
    let desk = desk();
    let words = ["migrate", "--from", "5.2", "--to", "5.9", "config.json", "-o"];
    desk.config(&[&words[..], &["server.json"]].concat()).expect(0);
    let carried = desk.config(&[&words[..], &["carried.json", "--carry"]].concat()).expect(0);
    carried.telling(&["TeamSettings.ViewArchivedChannels -> "]);
    let setting = |name: &str| {
        let file: serde_json::Value = serde_json::from_str(&desk.text(name)).unwrap();
        file["TeamSettings"]["ExperimentalViewArchivedChannels"].clone()
    };
    assert_eq!((setting("server.json"), setting("carried.json")), (json!(false), json!(true)));
    assert_eq!(mode_of(&desk.path("carried.json")), 0o600);
}

#[test]
fn programs_get_what_happens_at_each_stop() {
    let desk = desk();
    let words = ["migrate", "--json", "--to", "9.11", "-"];
    let report = desk.config_with(&words, FILE).expect(0).json();
    let stop = &report["stops"][0];
    assert_eq!((&stop["from"], &stop["to"]), (&json!(null), &json!("9.11.0")));
    assert_eq!((&stop["knowledge"], &stop["is_saved"]), (&json!("run"), &json!(true)));
    let effects = stop["effects"].as_array().unwrap();
    let dropped =
        json!({ "setting": "Unheard.Of", "became": "dropped", "before": "1", "after": null });
    assert!(effects.contains(&dropped), "{effects:#?}");
    assert!(!report.to_string().contains(CANARY));
}

#[test]
fn what_cannot_be_is_refused() {
    let desk = desk();
    desk.config(&["migrate", "config.json", "--from", "7.8", "--to", "6.3"])
        .expect(2)
        .telling(&["6.3.0 does not come after 7.8.0", "from old to new"]);
    desk.config(&["migrate", "config.json", "--to", "new"]).expect(2);
    desk.config(&["migrate", "missing.json", "--to", "9.5"]).expect(3).telling(&["missing.json"]);
    desk.put("wrong.json", r#"{"ServiceSettings": {"SiteURL": 5}}"#);
    let words = ["migrate", "wrong.json", "--to", "9.5", "-o", "out.json"];
    let said = desk.config(&words).expect(3);
    said.telling(&["9.5.0 would not start on this file", "ServiceSettings.SiteURL", "C-TYPE"]);
    assert!(!desk.path("out.json").exists());
    // A program gets one object, however it ends.
    let json = ["--json", "migrate", "wrong.json", "--to", "9.5"];
    assert_eq!(desk.config(&json).expect(3).json()["stops"][0]["obstacles"][0]["rule"], "C-TYPE");
    let nowhere = ["--json", "migrate", "config.json", "--to", "9.5", "-o", "nowhere/out.json"];
    assert_eq!(desk.config(&nowhere).expect(3).json()["command"], "config migrate");
}

#[test]
fn a_setting_is_described_by_version() {
    let desk = Desk::new();
    let said = desk.config(&["describe", "servicesettings.sessionlengthwebindays"]).expect(0);
    for words in [
        "ServiceSettings.SessionLengthWebInDays\n",
        "  5.24 and later: a whole number; where it is missing, 30, and 180 in a file that has been in use\n",
        "  its variable is MM_SERVICESETTINGS_SESSIONLENGTHWEBINDAYS\n",
        "  from 7.0 on there is ServiceSettings.SessionLengthWebInHours",
    ] {
        assert!(said.stdout.contains(words), "{words:?} is missing in\n{}", said.stdout);
    }
    let gone = desk.config(&["describe", "--for", "9.5", "WebrtcSettings.Enable"]).expect(0);
    assert!(gone.stdout.contains("9.5.0 does not have it"), "{gone:?}");
    let json = desk.config(&["--json", "describe", "SqlSettings.DataSource"]).expect(0).json();
    assert_eq!(json["description"]["variable"], json!("MM_SQLSETTINGS_DATASOURCE"));
    desk.config(&["describe", "TeamSettings.SiteNam"])
        .expect(3)
        .telling(&["did you mean TeamSettings.SiteName?"]);
    desk.config(&["describe", "TeamSettings..x"]).expect(2);
}
