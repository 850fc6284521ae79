//! `mmembed config`: what is shown, what is changed, and that nothing else is.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;

use crate::support::world::{LIVE, SALT, World, mode_of, release, server_uid};

fn installed() -> (World, PathBuf) {
    let world = World::new();
    let archive = world.archive(&release("10.11.0"));
    // What a configuration looks like does not depend on a start.
    world.install(&archive, &["--no-start"]).expect(0);
    let file = world.below(LIVE).join("config/config.json");
    (world, file)
}

#[test]
fn setting_a_value_keeps_every_other_byte() {
    let (world, file) = installed();
    // Digits, escapes and an order that no JSON writer would give back.
    let strange = r#"{ "zeta" : 1.50e+02, "big": 123456789012345678901234567890, "e": "\u00e4\/",  "a":[1 ,2] }"#;
    let text = fs::read_to_string(&file).unwrap();
    let text = text.replacen('{', &format!("{{\n  \"Strange\": {strange},"), 1);
    fs::write(&file, &text).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let set = |assignments: &[&str]| world.ask(&["config", "set"], assignments);

    set(&["TeamSettings.SiteName=\"Other\"", "TeamSettings.MaxUsersPerTeam=77"])
        .expect(0)
        .saying(&["changed"]);
    let now = fs::read_to_string(&file).unwrap();
    let mut wanted = text.replace("\"Acme Chat\"", "\"Other\"");
    let former = world_number(&text, "MaxUsersPerTeam");
    wanted = wanted.replacen(&former, "\"MaxUsersPerTeam\": 77", 1);
    assert_eq!(now, wanted);
    assert_eq!((mode_of(&file), fs::metadata(&file).unwrap().uid()), (0o600, server_uid()));

    let stamps = world.stamps();
    set(&["TeamSettings.MaxUsersPerTeam=77"]).expect(0).saying(&["nothing to do"]);
    world.assert_untouched_since(&stamps);
}

/// `"KEY": NUMBER` as it stands in the text.
fn world_number(text: &str, key: &str) -> String {
    let from = text.find(&format!("\"{key}\"")).unwrap();
    let rest = text.get(from..).unwrap();
    let end = rest.find([',', '\n', '}']).unwrap();
    rest.get(..end).unwrap().to_owned()
}

#[test]
fn wrong_values_are_refused_and_strange_ones_warned_of() {
    let (world, file) = installed();
    let text = fs::read_to_string(&file).unwrap();
    let cases: [(&str, i32, &[&str]); 7] = [
        ("TeamSettings.MaxUsersPerTeam=\"many\"", 3, &["C-TYPE", "TeamSettings.MaxUsersPerTeam"]),
        ("TeamSettings.SiteName=Other", 2, &["not JSON", "double quotes"]),
        ("TeamSettings.SiteName", 2, &["equals sign"]),
        ("TeamSettings={}", 2, &["is a section"]),
        ("=1", 2, &["Section.Key"]),
        ("SqlSettings.DataSource=\"********************************\"", 3, &["C-MASKED"]),
        ("TeamSettings.SiteName=\"a\" \"b\"", 2, &["not JSON"]),
    ];
    for (assignment, code, saying) in cases {
        // One wrong assignment stops the good one before it.
        let said =
            world.ask(&["config", "set"], &["TeamSettings.MaxChannelsPerTeam=9", assignment]);
        said.expect(code).saying(saying).saying(&["now:", "next:"]);
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    let said = world.ask(&["config", "set"], &["TeamSettings.SiteNane=\"x\""]).expect(0);
    said.saying(&["warning", "did you mean TeamSettings.SiteName?"]);
}

#[test]
fn secrets_are_masked_unless_one_is_asked_for() {
    let (world, _) = installed();
    let shown = world.ask(&["config", "show"], &[]).expect(0);
    for line in [
        "TeamSettings.SiteName = \"Acme Chat\"",
        "SqlSettings.DataSource = ***",
        "FileSettings.PublicLinkSalt = ***",
    ] {
        assert!(
            shown.stdout.lines().any(|shown| shown == line),
            "{line} is missing in\n{}",
            shown.stdout
        );
    }
    let changed = world.ask(&["config", "show"], &["--changed"]).expect(0);
    assert!(changed.stdout.lines().count() < shown.stdout.lines().count());
    changed.saying(&["TeamSettings.SiteName = \"Acme Chat\""]);
    let json = world.ask(&["config", "show"], &["--json"]).expect(0).json();
    assert_eq!(json["schema"], 1);
    assert_eq!(json["settings"]["SqlSettings.DataSource"], "***");

    let get = |more: &[&str]| world.ask(&["config", "get"], more);
    assert_eq!(get(&["FileSettings.PublicLinkSalt"]).expect(0).stdout, "***\n");
    assert_eq!(get(&["TeamSettings.SiteName"]).expect(0).stdout, "\"Acme Chat\"\n");
    let mut words = world.words(&["config", "get"]);
    words.extend(["FileSettings.PublicLinkSalt".into(), "--reveal".into()]);
    let revealed = World::command(&words).output().unwrap();
    assert_eq!(String::from_utf8(revealed.stdout).unwrap(), format!("\"{SALT}\"\n"));
    get(&["TeamSettings.SiteNane"]).expect(3).saying(&["did you mean TeamSettings.SiteName?"]);
    get(&["Nonsense"]).expect(3).saying(&["Nonsense"]);
}

#[test]
fn everything_has_an_explanation() {
    let (world, _) = installed();
    let explain = |setting: &str| world.ask(&["config", "explain"], &[setting]);
    explain("TeamSettings.SiteName").expect(0).saying(&["Acme Chat", "host"]);
    explain("SqlSettings.DataSource").expect(0).saying(&["***", "host"]);
    explain("TeamSettings.MaxUsersPerTeam").expect(0).saying(&["release"]);
    explain("FileSettings.Directory").expect(0).saying(&["/var/opt/acme/mattermost/data/"]);
    world.ask(&["config", "set"], &["TeamSettings.SiteName=\"Mine\""]).expect(0);
    explain("TeamSettings.SiteName").expect(0).saying(&["Mine", "Acme Chat", "changed after"]);
    explain("Team.Nothing").expect(3).saying(&["no setting"]);
}

#[test]
fn a_configuration_that_is_broken_is_named_with_line_and_column() {
    let (world, file) = installed();
    fs::write(&file, "{\n  \"TeamSettings\": {\"SiteName\": \"w\u{f6}rd&1}\n}").unwrap();
    let cases: [&[&str]; 3] = [
        &["config", "show"],
        &["config", "get", "TeamSettings.SiteName"],
        &["config", "set", "TeamSettings.SiteName=\"x\""],
    ];
    for words in cases {
        let (command, settings) = words.split_at(words.len().min(2));
        let said = world.ask(command, settings);
        said.expect(3).saying(&[file.to_str().unwrap(), ": 2:", "now:", "next:"]);
    }
    fs::remove_file(&file).unwrap();
    world.ask(&["config", "show"], &[]).expect(3);
}
