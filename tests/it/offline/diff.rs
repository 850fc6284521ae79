//! `config diff`.

use serde_json::json;

use super::desk::{CANARY, Desk};

const BEFORE: &str = r#"{
  "ServiceSettings": {"SiteURL": "https://a.example", "EnableDeveloper": false},
  "TeamSettings": {"SiteName": "Acme", "MaxUsersPerTeam": 50},
  "SqlSettings": {"DataSource": "postgres://u:canary-4711@h/d"}
}"#;

const AFTER: &str = r#"{
  "teamsettings": {"MaxUsersPerTeam": 5e1, "sitename": "Acme Chat"},
  "ServiceSettings": {"SiteURL": "https://a.example", "EnableDeveloper": false, "ListenAddress": ":8065"},
  "SqlSettings": {"DataSource": "postgres://u:canary-4711-new@h/d"}
}"#;

fn desk() -> Desk {
    let desk = Desk::new();
    desk.put("a.json", BEFORE);
    desk.put("b.json", AFTER);
    desk
}

#[test]
fn what_differs_is_told_by_setting_and_by_exit_code() {
    let desk = desk();
    let said = desk.config(&["diff", "a.json", "b.json"]).expect(10);
    assert_eq!(
        said.stdout,
        "~ TeamSettings.SiteName: \"Acme\" -> \"Acme Chat\"\n\
         ~ SqlSettings.DataSource: *** -> ***\n\
         + ServiceSettings.ListenAddress: \":8065\"\n"
    );
    assert!(!said.stderr.contains(CANARY));
    let same = desk.config(&["diff", "a.json", "a.json"]).expect(0);
    assert_eq!((same.stdout.as_str(), same.stderr.as_str()), ("", ""));
}

#[test]
fn programs_get_one_object() {
    let desk = desk();
    let said = desk.config(&["diff", "a.json", "b.json", "--json"]).expect(10).json();
    assert_eq!((&said["schema"], &said["equal"]), (&json!(1), &json!(false)));
    assert_eq!(
        said["differences"][0],
        json!({"setting": "TeamSettings.SiteName", "before": "\"Acme\"", "after": "\"Acme Chat\""})
    );
    assert_eq!(said["differences"][2]["before"], json!(null));
    assert!(!said.to_string().contains(CANARY));
    let same = desk.config(&["diff", "b.json", "b.json", "--json"]).expect(0).json();
    assert_eq!(same, json!({"schema": 1, "equal": true, "differences": []}));
    let names =
        desk.config(&["diff", "a.json", "b.json", "--json", "--name-only"]).expect(10).json();
    assert_eq!(names["settings"].as_array().unwrap().len(), 3);
}

#[test]
fn only_what_is_asked_for_counts() {
    let desk = desk();
    for (only, code, said) in [
        (&["--only", "teamsettings"][..], 10, "TeamSettings.SiteName\n"),
        (&["--only", "TeamSettings.SiteName"], 10, "TeamSettings.SiteName\n"),
        (&["--only", "TeamSettings.MaxUsersPerTeam"], 0, ""),
        (&["--only", "LdapSettings"], 0, ""),
        (
            &["--only", "ServiceSettings", "--only", "SqlSettings"],
            10,
            "SqlSettings.DataSource\nServiceSettings.ListenAddress\n",
        ),
    ] {
        let words = [&["diff", "a.json", "b.json", "--name-only"], only].concat();
        assert_eq!(desk.config(&words).expect(code).stdout, said, "{only:?}");
    }
    // A slip of the pen must not look like equality.
    desk.config(&["diff", "a.json", "b.json", "--only", "TeamSetting"])
        .expect(3)
        .telling(&["no setting or section TeamSetting", "did you mean TeamSettings?"]);
}

#[test]
fn one_side_may_come_from_the_standard_input() {
    let desk = desk();
    assert_eq!(desk.config_with(&["diff", "-", "a.json"], BEFORE).expect(0).stdout, "");
    desk.config_with(&["diff", "a.json", "-"], AFTER).expect(10);
    desk.config(&["diff", "-", "-"]).expect(2).telling(&["only once"]);
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place_and_no_value() {
    let desk = desk();
    desk.put("broken.json", "{\"A\": {\"b\": \"canary-4711\",}}");
    let said = desk.config(&["diff", "a.json", "broken.json"]).expect(3);
    let said = said.telling(&["broken.json:1:27", "rule C-SYNTAX"]);
    assert!(!said.stderr.contains(CANARY) && said.stdout.is_empty());
    desk.config(&["diff", "a.json", "nothing.json"]).expect(3).telling(&["nothing.json"]);
    let failed = desk.config(&["diff", "a.json", "broken.json", "--json"]).expect(3).json();
    assert_eq!(failed["command"], json!("config diff"));
    assert_eq!(failed["ending"], json!("refused"));
}

#[test]
fn a_version_stands_for_what_its_servers_fill_in_unless_a_file_has_that_name() {
    let desk = desk();
    let said = desk.config(&["diff", "6.7", "7.0", "--only", "ServiceSettings"]).expect(10);
    assert!(said.stdout.contains("+ ServiceSettings.SessionLengthWebInHours: 4320\n"), "{said:?}");
    desk.config(&["diff", "9.5", "9.5.0"]).expect(0);
    for version in ["9.5", "10.11.0"] {
        desk.put(version, BEFORE);
        desk.config(&["diff", "a.json", version]).expect(0);
    }
    desk.config(&["diff", "a.json", "9.x"]).expect(3).telling(&["9.x"]);
}
