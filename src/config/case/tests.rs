use super::*;

fn parse(json: &str) -> Document {
    Document::parse(json.as_bytes()).unwrap()
}

fn case(toml: &str) -> Case {
    Case::read(toml).unwrap()
}

/// What is not as expected, one line each.
fn verdict(toml: &str, input: &str, expected: &str) -> Vec<String> {
    let expected = parse(expected);
    let came = case(toml).follow(&parse(input), CaseLayers::default(), Some(&expected)).unwrap();
    let verdict = came.against(Expected { document: Some(&expected), ledger: None });
    let settings = verdict.settings.iter().map(ToString::to_string);
    verdict.ended.clone().into_iter().chain(settings).collect()
}

const NAMED: &str = "stops = [\"6.3\"]\nfrom = \"5.37\"\nnamed_only = true";

#[test]
fn only_what_is_named_counts_and_null_is_not_there() {
    let input = r#"{"ServiceSettings": {"SiteURL": "https://x/"}, "Unheard": {"Of": 1},
        "EmailSettings": {"SMTPServer": ""}}"#;
    let right = r#"{"EmailSettings": {"SMTPServer": "localhost"}, "Unheard": {"Of": null},
        "ServiceSettings": {"SiteURL": "https://x"}}"#;
    assert_eq!(verdict(NAMED, input, right), [""; 0]);
    let wrong = r#"{"EmailSettings": {"SMTPServer": "mail", "NoSuchThing": 1, "SMTPPort": null}}"#;
    assert_eq!(
        verdict(NAMED, input, wrong),
        [
            "~ EmailSettings.SMTPServer: \"mail\" -> \"localhost\"",
            "~ EmailSettings.NoSuchThing: 1 -> null",
            "~ EmailSettings.SMTPPort: null -> \"10025\"",
        ]
    );
}

#[test]
fn a_whole_file_is_compared_whole() {
    let toml = "stops = [\"6.3\"]\nfrom = \"5.37\"";
    let input = parse(r#"{"ServiceSettings": {"SiteURL": "https://x"}}"#);
    let came = case(toml).follow(&input, CaseLayers::default(), None).unwrap();
    let whole = came.blessed(None);
    let against = |document: &Document| {
        came.against(Expected { document: Some(document), ledger: Some(&came.ledger) })
    };
    assert!(against(&whole).is_pass());
    assert!(whole.leaves().len() > 400);
    let mut less = whole.clone();
    less.remove(&"TeamSettings.SiteName".parse().unwrap()).unwrap();
    let settings = against(&less).settings;
    assert_eq!(settings.len(), 1);
    assert_eq!(settings[0].to_string(), "+ TeamSettings.SiteName: \"Mattermost\"");
}

#[test]
fn the_mark_stands_for_any_value_that_is_not_empty() {
    let expected = r#"{"SqlSettings": {"AtRestEncryptKey": "<generated>"}}"#;
    for input in [
        r#"{"SqlSettings": {}}"#,
        r#"{"SqlSettings": {"AtRestEncryptKey": "canarycanarycanarycanarycanary12"}}"#,
    ] {
        assert_eq!(verdict(NAMED, input, expected), [""; 0], "{input}");
    }
    let input = r#"{"SqlSettings": {"DataSource": ""}}"#;
    let expected = r#"{"SqlSettings": {"DataSource": "<generated>", "AtRestEncryptKey": "canarycanarycanarycanarycanary12"}}"#;
    let lines = verdict(NAMED, input, expected);
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(lines[1], "~ SqlSettings.AtRestEncryptKey: *** -> \"<generated>\"");
}

#[test]
fn blessing_keeps_the_mark_and_what_is_blessed_passes() {
    let expected = parse(
        r#"{"SqlSettings": {"AtRestEncryptKey": "<generated>"}, "Unheard": {"Of": 1},
            "TeamSettings": {"SiteName": "wrong"}}"#,
    );
    let input = parse(
        r#"{"SqlSettings": {"AtRestEncryptKey": "canarycanarycanarycanarycanary12"}, "Unheard": {"Of": 1}}"#,
    );
    let came = case(NAMED).follow(&input, CaseLayers::default(), Some(&expected)).unwrap();
    let blessed = came.blessed(Some(&expected));
    assert_eq!(
        blessed.to_text(),
        "{\n    \"SqlSettings\": {\n        \"AtRestEncryptKey\": \"<generated>\"\n    },\n    \"Unheard\": {\n        \
         \"Of\": null\n    },\n    \"TeamSettings\": {\n        \"SiteName\": \"Mattermost\"\n    }\n}"
    );
    let again = case(NAMED).follow(&input, CaseLayers::default(), Some(&blessed)).unwrap();
    assert!(again.against(Expected { document: Some(&blessed), ledger: None }).is_pass());
}

#[test]
fn without_an_expectation_what_file_and_layers_name_counts() {
    let layers = CaseLayers {
        defaults: Some(parse(r#"{"TeamSettings": {"MaxUsersPerTeam": 7}}"#)),
        ..CaseLayers::default()
    };
    let came = case(NAMED).follow(&parse(r#"{"ServiceSettings": {"SiteURL": ""}}"#), layers, None);
    let names: Vec<String> = came
        .unwrap()
        .blessed(None)
        .leaves()
        .iter()
        .map(|leaf| format!("{} {}", leaf.setting, leaf.value.raw()))
        .collect();
    assert_eq!(names, ["ServiceSettings.SiteURL \"\"", "TeamSettings.MaxUsersPerTeam 7"]);
}

#[test]
fn every_event_has_a_line() {
    let toml = "from = \"5.2\"\nstops = [\"5.9\", \"6.3\"]\nnamed_only = true";
    let input = r#"{"ServiceSettings": {"SiteURL": "", "GfycatApiKey": "canary"},
        "TeamSettings": {"ViewArchivedChannels": true, "SiteName": "User's"}, "Unheard": {"Of": "x"}}"#;
    let expected = parse(
        r#"{"TeamSettings": {"SiteName": 1, "ExperimentalViewArchivedChannels": 1},
            "ServiceSettings": {"GfycatAPIKey": 1}, "Unheard": {"Of": null}}"#,
    );
    let layers = CaseLayers {
        defaults: Some(parse(r#"{"TeamSettings": {"SiteName": "New"}}"#)),
        last_defaults: Some(parse(r#"{"TeamSettings": {"SiteName": "Old"}}"#)),
        ..CaseLayers::default()
    };
    let came = case(toml).follow(&parse(input), layers, Some(&expected)).unwrap();
    insta::assert_snapshot!(came.ledger, @r#"
    # 5.2.0 -> 5.9.0
    > TeamSettings.ViewArchivedChannels -> TeamSettings.ExperimentalViewArchivedChannels
    ! TeamSettings.SiteName: user and host changed it
    TeamSettings.SiteName is "User's", from the file in use: a user changed it and the host application changed its default: the user's stays (instead of "New")
    TeamSettings.ExperimentalViewArchivedChannels is true, from the file in use: the new release has another default, but the file in use is not changed unless asked for (instead of false) (it was called TeamSettings.ViewArchivedChannels)
    - Unheard.Of: "x"
    # 5.9.0 -> 6.3.0
    > ServiceSettings.GfycatApiKey -> ServiceSettings.GfycatAPIKey
    ServiceSettings.GfycatAPIKey is ***, from the file in use: the new release writes its name so, and the value stays (it was called ServiceSettings.GfycatApiKey)
    TeamSettings.SiteName is "User's", from the file in use: it is not what the host application had set, so a user chose it (instead of "New")
    "#);
    let swapped = came.ledger.replace("canary", "").replace("# 5.9.0", "# 5.9.1");
    let verdict = came.against(Expected { document: None, ledger: Some(&swapped) });
    let lines: Vec<String> = verdict.ledger.iter().map(ToString::to_string).collect();
    assert_eq!(lines, ["-  # 5.9.1 -> 6.3.0", "+  # 5.9.0 -> 6.3.0"]);
    let by_windows = came.ledger.replace('\n', "\r\n");
    assert!(came.against(Expected { document: None, ledger: Some(&by_windows) }).is_pass());
}

#[test]
fn what_is_not_written_and_what_does_not_start_is_told() {
    let salts = r#"{"SqlSettings": {"AtRestEncryptKey": "canarycanarycanarycanarycanary12"}, "FileSettings": {"PublicLinkSalt": "canarycanarycanarycanarycanary12"},
        "EmailSettings": {"InviteSalt": "canarycanarycanarycanarycanary12"}, "Unheard": {"Of": 1}}"#;
    let ledger = |toml: &str, input: &str| {
        case(toml).follow(&parse(input), CaseLayers::default(), None).unwrap().ledger
    };
    let in_memory =
        ledger("from = \"3.10\"\nstops = [\"4.2\"]\nmerged = false\nnamed_only = true", salts);
    insta::assert_snapshot!(in_memory, @r"
    # 3.10.0 -> 4.2.0
    = the server leaves the file as it is; in its memory only:
    - Unheard.Of: 1
    ");
    let refused = ledger(NAMED, r#"{"ServiceSettings": {"SiteURL": 5, "GfycatApiKey": ""}}"#);
    assert!(refused.ends_with("must be a string (rule C-TYPE)\n"), "{refused}");
}

#[test]
fn an_obstacle_is_expected_at_the_last_stop_and_nowhere_else() {
    let wrong = r#"{"ServiceSettings": {"SiteURL": 5}}"#;
    let obstacle = |stops: &str, rule: &str, input: &str| {
        let toml = format!("stops = [{stops}]\nobstacle = \"{rule}\"\nnamed_only = true");
        verdict(&toml, input, "{}").join("\n")
    };
    assert_eq!(obstacle("\"6.3\"", "C-TYPE", wrong), "");
    assert!(obstacle("\"6.3\"", "C-OTHER", wrong).contains("6.3.0 would not start"));
    assert!(obstacle("\"6.3\", \"7.8\"", "C-TYPE", wrong).contains("6.3.0 would not start"));
    let none = obstacle("\"6.3\"", "C-TYPE", "{}");
    assert_eq!(none, "6.3.0 would start on this file, and rule C-TYPE should forbid it");
    let unexpected = verdict(NAMED, wrong, "{}").join("\n");
    assert!(unexpected.contains("6.3.0 would not start on this file"), "{unexpected}");
}

#[test]
fn what_the_server_sees_is_not_what_is_in_the_file() {
    let environment = "[environment]\nMM_TEAMSETTINGS_SITENAME = \"env\"";
    let input = r#"{"TeamSettings": {"SiteName": "file"}}"#;
    for (compare, name) in [("file", "file"), ("effective", "env")] {
        let toml = format!("{NAMED}\ncompare = \"{compare}\"\n{environment}");
        let expected = format!(r#"{{"TeamSettings": {{"SiteName": "{name}"}}}}"#);
        assert_eq!(verdict(&toml, input, &expected), [""; 0], "{compare}");
    }
}
