//! `config merge`.

use std::fs;

use serde_json::{Value, json};

use super::desk::{CANARY, Desk, mode_of};

const LIVE: &str = "{\n  \"Z\": {\"n\": 1.10, \"u\": \"\\u0061\"},\r\n  \"TeamSettings\": {\"SiteName\": \"Ours\", \
                    \"MaxUsersPerTeam\": 50},\n  \"SqlSettings\": {\"DataSource\": \
                    \"postgres://u:canary-4711@h/d\"}}\n";

/// User and host both changed the name of the site; the host enforces an address, and the release has a new default.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.put("live.json", LIVE);
    desk.put(
        "before.json",
        r#"{"TeamSettings": {"SiteName": "Mattermost", "MaxUsersPerTeam": 50}}"#,
    );
    desk.put("new.json", r#"{"TeamSettings": {"SiteName": "Mattermost", "MaxUsersPerTeam": 100}}"#);
    desk.put("last.json", r#"{"TeamSettings": {"SiteName": "Acme"}}"#);
    desk.put("now.json", r#"{"TeamSettings": {"SiteName": "Acme Chat"}}"#);
    desk.put(
        "enforced.json",
        r#"{"SqlSettings": {"DataSource": "postgres://u:canary-4711-new@h/d"}}"#,
    );
    desk
}

const WORDS: &[&str] = &[
    "merge",
    "--live",
    "live.json",
    "--shipped",
    "new.json",
    "--shipped-before",
    "before.json",
    "--defaults-overlay",
    "now.json",
    "--last-defaults",
    "last.json",
    "--enforced-overlay",
    "enforced.json",
];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [WORDS, more].concat()
}

fn merged(name: &str, max: &str) -> String {
    LIVE.replace("canary-4711@", "canary-4711-new@")
        .replace("\"Ours\"", name)
        .replace(": 50}", &format!(": {max}}}"))
}

#[test]
fn the_result_goes_to_standard_output_and_the_rest_to_standard_error() {
    let desk = desk();
    let names = desk.names();
    let said = desk.config(&with(&[])).expect(0).telling(&[
        "4 kept, 1 changed, 0 added, 0 dropped",
        "conflict: TeamSettings.SiteName: a user changed it to \"Ours\" and the host application changed its default to \
         \"Acme Chat\"; the user's value stays",
    ]);
    assert_eq!(said.stdout, merged("\"Ours\"", "50"));
    assert!(!said.stderr.contains(CANARY));
    assert_eq!(desk.names(), names, "nothing is written");
}

#[test]
fn the_result_goes_to_a_file_and_the_account_to_another() {
    let desk = desk();
    let said = desk.config(&with(&["-o", "out.json", "--ledger", "ledger.json"])).expect(0);
    assert_eq!(said.stdout, "");
    assert_eq!(desk.text("out.json"), merged("\"Ours\"", "50"));
    assert_eq!(mode_of(&desk.path("out.json")), 0o600);
    let ledger: Vec<Value> = serde_json::from_str(&desk.text("ledger.json")).unwrap();
    let decision = ledger.iter().find(|row| row["setting"] == "SqlSettings.DataSource").unwrap();
    assert_eq!(decision["because"], "host-enforces");
    assert_eq!((&decision["value"], &decision["instead_of"]), (&json!("***"), &json!("***")));
    assert!(!desk.text("ledger.json").contains(CANARY));

    // In place: the second time everything is as it should be.
    let words = [
        "merge",
        "--live",
        "out.json",
        "--defaults-overlay",
        "now.json",
        "--last-defaults",
        "now.json",
        "--enforced-overlay",
        "enforced.json",
        "-o",
        "out.json",
    ];
    desk.config(&words).expect(0).telling(&["5 kept, 0 changed"]);
    assert_eq!(desk.text("out.json"), merged("\"Ours\"", "50"));
}

#[test]
fn programs_get_one_object_with_the_document_where_it_goes_nowhere_else() {
    let desk = desk();
    let said = desk.config(&with(&["--json"])).expect(0).json();
    assert_eq!(said["counts"], json!({"kept": 4, "changed": 1, "added": 0, "dropped": 0}));
    assert_eq!(
        said["conflicts"],
        json!([{"setting": "TeamSettings.SiteName", "user": "\"Ours\"", "host": "\"Acme Chat\"", "settled": "unsettled"}])
    );
    assert_eq!(said["decisions"].as_array().unwrap().len(), 5);
    assert_eq!(said["document"], json!(merged("\"Ours\"", "50")));
    let said = desk.config(&with(&["--json", "-o", "out.json"])).expect(0);
    assert!(said.json().get("document").is_none() && !said.stdout.contains(CANARY));
}

#[test]
fn policies_settle_conflicts_and_new_defaults() {
    let desk = desk();
    for (more, name, max) in [
        (&["--policy", "TeamSettings.SiteName=prefer-host"][..], "\"Acme Chat\"", "50"),
        (
            &[
                "--policy",
                "TeamSettings=prefer-host",
                "--policy",
                "TeamSettings.SiteName=keep-user",
            ],
            "\"Ours\"",
            "50",
        ),
        (&["--policy", "TeamSettings.MaxUsersPerTeam=adopt-default"], "\"Ours\"", "100"),
        (&["--adopt-new-defaults"], "\"Ours\"", "100"),
        (&["--adopt-new-defaults", "--policy", "TeamSettings=keep-user"], "\"Ours\"", "50"),
        (&["--set", "TeamSettings.SiteName=\"Ours\""], "\"Ours\"", "50"),
        (&["--set", "TeamSettings.MaxUsersPerTeam=7"], "\"Ours\"", "7"),
        (&["--enforce"], "\"Acme Chat\"", "50"),
    ] {
        assert_eq!(desk.config(&with(more)).expect(0).stdout, merged(name, max), "{more:?}");
    }
}

#[test]
fn a_conflict_that_nobody_settles_can_be_refused_and_then_nothing_is_written() {
    let desk = desk();
    let names = desk.names();
    for more in [&["--fail-on-conflict"][..], &["--policy", "TeamSettings=refuse"]] {
        let words = [&with(more)[..], &["-o", "out.json", "--ledger", "ledger.json"]].concat();
        let said = desk.config(&words).expect(3);
        let said =
            said.telling(&["TeamSettings.SiteName: a user changed it to \"Ours\"", "--policy"]);
        assert!(said.stdout.is_empty() && !said.stderr.contains(CANARY));
        let object = desk.config(&[&words[..], &["--json"]].concat()).expect(3).json();
        assert_eq!(
            (&object["command"], &object["ending"]),
            (&json!("config merge"), &json!("refused"))
        );
    }
    assert_eq!(desk.names(), names);
    desk.config(&with(&["--fail-on-conflict", "--policy", "TeamSettings=keep-user"])).expect(0);
}

#[test]
fn without_a_file_in_use_it_is_a_first_installation() {
    let desk = desk();
    let said = desk
        .config(&["merge", "--shipped", "new.json", "--defaults-overlay", "now.json"])
        .expect(0)
        .telling(&["0 kept, 1 changed, 1 added"]);
    let shipped = desk.text("new.json");
    assert_eq!(said.stdout, shipped.replace("\"Mattermost\"", "\"Acme Chat\""));
}

#[test]
fn renamed_settings_keep_their_values() {
    let desk = Desk::new();
    let live = desk.put("live.json", r#"{"RateLimitSettings": {"EnableRateLimiter": true}}"#);
    let live = live.to_str().unwrap();
    let words = ["merge", "--live", live, "--from", "3.4.0", "--to", "3.5.1"];
    assert_eq!(desk.config(&words).expect(0).stdout, r#"{"RateLimitSettings": {"Enable": true}}"#);
    assert_eq!(desk.config(&words[..3]).expect(0).stdout, fs::read_to_string(live).unwrap());
    desk.config(&words[..5]).expect(2);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let desk = desk();
    desk.put("broken.json", "{\"A\": {\"b\": \"canary-4711\"");
    for (words, code, told) in [
        (&["merge"][..], 2, "--shipped"),
        (&["merge", "--live", "-", "--shipped", "-"], 2, "only once"),
        (&["merge", "--live", "broken.json"], 3, "broken.json:1:26"),
        (&["merge", "--live", "live.json", "--enforced-overlay", "broken.json"], 3, "broken.json"),
        (&["merge", "--live", "live.json", "--set", "TeamSettings.SiteName=x"], 2, "is not JSON"),
        (&["merge", "--live", "live.json", "--policy", "TeamSettings=never"], 2, "is no policy"),
        (
            &["merge", "--live", "live.json", "--policy", "TeamSetings=refuse"],
            3,
            "did you mean TeamSettings?",
        ),
        (
            &[
                "merge",
                "--live",
                "live.json",
                "--policy",
                "Z.n=refuse",
                "--policy",
                "z.N=keep-user",
            ],
            3,
            "cannot have both the policy refuse and the policy keep-user",
        ),
        (
            &["merge", "--live", "live.json", "--enforce", "--set", "Z.n.deeper=1"],
            3,
            "cannot be merged",
        ),
        (&["merge", "--live", "live.json", "-o", "nowhere/out.json"], 3, "nowhere"),
    ] {
        let said = desk.config(words).expect(code).telling(&[told]);
        assert!(said.stdout.is_empty() && !said.stderr.contains(CANARY), "{words:?}");
    }
}
