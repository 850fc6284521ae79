//! `config fix`.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use super::desk::{CANARY, Desk, mode_of};

const TEXT: &str = "{\r\n\t\"A\": {\"b\": 1.50, \"c\": \"\\u00e4\"}\r\n}";

#[test]
fn a_byte_order_mark_is_taken_away_and_nothing_else() {
    let desk = Desk::new();
    let file = desk.put("config.json", format!("\u{feff}{TEXT}"));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    // The refusal says what to do, in words that can be pasted.
    desk.config(&["diff", "config.json", "config.json"])
        .expect(3)
        .telling(&["rule C-BOM", "`mmembed config fix --strip-bom config.json`"]);
    desk.config(&["fix", "--strip-bom", "config.json"]).expect(0).telling(&["changed"]);
    assert_eq!((desk.text("config.json").as_str(), mode_of(&file)), (TEXT, 0o640));
    desk.config(&["fix", "--strip-bom", "config.json"]).expect(0).telling(&["nothing to do"]);
    let said = desk.config(&["fix", "--strip-bom", "config.json", "--json"]).expect(0).json();
    assert_eq!(said, json!({"schema": 1, "changed": false}));
    assert_eq!(desk.names(), ["config.json"]);
}

#[test]
fn what_is_none_without_its_mark_either_is_left_alone() {
    let desk = Desk::new();
    for (rest, rule) in [
        ("", "C-EMPTY"),
        ("{\"A\": {\"b\": \"canary-4711\"", "C-TRUNC"),
        ("\u{feff}{}", "C-BOM"),
        ("{\"A\": 1, \"a\": \"canary-4711\"}", "C-DUPCASE"),
    ] {
        let text = format!("\u{feff}{rest}");
        desk.put("config.json", &text);
        let said = desk.config(&["fix", "--strip-bom", "config.json"]).expect(3).telling(&[rule]);
        assert!(!said.stderr.contains(CANARY));
        assert_eq!(desk.text("config.json"), text);
    }
    desk.config(&["fix", "config.json"]).expect(2);
    desk.config(&["fix", "--strip-bom", "nothing.json"]).expect(3);
}

#[test]
fn what_is_too_large_is_refused_before_it_is_read() {
    let desk = Desk::new();
    // 64 GiB, none of which is on the disk.
    let file = fs::File::create(desk.path("large.json")).unwrap();
    file.set_len(64 << 30).unwrap();
    desk.config(&["diff", "large.json", "large.json"]).expect(3).telling(&["rule C-SIZE"]);
}
