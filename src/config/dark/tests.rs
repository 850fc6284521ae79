//! Into the dark and back, with servers that write nothing, something, or nonsense.
//! No server is started here.

use serde_json::{Value, json};

use super::resets::*;
use super::restore::*;
use super::*;
use crate::config::{View, effective};

fn document(value: &Value) -> Document {
    Document::from_value(value).unwrap()
}

fn version() -> Version {
    Version::new(5, 30, 0)
}

fn original() -> Value {
    json!({
        "ServiceSettings": {
            "SiteURL": "https://chat.example", "ListenAddress": ":8065", "ConnectionSecurity": "TLS",
            "UseLetsEncrypt": true, "Forward80To443": true, "EnableLocalMode": true
        },
        "EmailSettings": {"SendEmailNotifications": true, "SMTPServer": "", "EnableEmailBatching": false},
        "SqlSettings": {"DataSource": "postgres://own", "AtRestEncryptKey": ""},
        "TeamSettings": {"MaxNotificationsPerChannel": 1000, "a": 1, "b": 1, "c": 1, "d": 1, "e": 1},
        "Unheard": {"Of": 1}
    })
}

fn names(settings: &[SettingPath]) -> Vec<String> {
    settings.iter().map(ToString::to_string).collect()
}

#[test]
fn nothing_can_be_reached_in_the_dark() {
    let dark =
        darken(&document(&original()), &version(), "127.0.0.1:4711".parse().unwrap()).unwrap();
    let value = dark.document.get(&SettingPath::known("ServiceSettings")).unwrap().to_value();
    assert_eq!(
        value,
        json!({
            "SiteURL": "https://chat.example", "ListenAddress": "127.0.0.1:4711", "ConnectionSecurity": "",
            "UseLetsEncrypt": false, "Forward80To443": false, "EnableLocalMode": false
        })
    );
    for setting in
        ["JobSettings.RunJobs", "JobSettings.RunScheduler", "EmailSettings.SendPushNotifications"]
    {
        assert_eq!(
            dark.document.get(&SettingPath::known(setting)).unwrap().raw(),
            "false",
            "{setting}"
        );
    }
    assert_eq!(dark.document.get(&SettingPath::known("MetricsSettings")).map(|v| v.kind()), None);
}

#[test]
fn every_shade_is_a_known_setting_that_takes_the_value() {
    for shade in SHADES {
        let setting = SettingPath::known(shade.setting);
        let known = crate::config::known::known(&setting);
        let value = View::of_json(shade.value);
        assert!(known.iter().any(|row| row.kind.accepts(&value)), "{}", shade.setting);
    }
}

#[test]
fn a_server_that_writes_nothing_gives_the_file_back_byte_for_byte() {
    for text in [
        document(&original()).to_text(),
        "{}\n".to_owned(),
        "{\r\n\t\"ServiceSettings\": {\"listenaddress\" :\":80\"}}".to_owned(),
    ] {
        let original = Document::parse(text.as_bytes()).unwrap();
        let dark = darken(&original, &version(), "[::1]:1".parse().unwrap()).unwrap();
        let after = dark.document.to_text();
        assert_ne!(after, text);
        let restored =
            restore(&original, &dark.shaded, after.as_bytes(), Shipped::default(), &version())
                .unwrap();
        assert_eq!(restored.document.to_text(), text);
        assert!(restored.dropped.is_empty() && restored.added.is_empty());
        assert!(restored.changed.is_empty() && restored.resets.is_empty());
    }
}

#[test]
fn what_the_server_did_to_the_file_is_told() {
    let original = document(&original());
    let dark = darken(&original, &version(), "127.0.0.1:1".parse().unwrap()).unwrap();
    let mut after = dark.document.clone();
    for (setting, value) in [
        ("SqlSettings.AtRestEncryptKey", "\"generated\""),
        ("EmailSettings.SMTPServer", "\"localhost\""),
        ("TeamSettings.MaxNotificationsPerChannel", "1000000"),
        ("TeamSettings.a", "2"),
        ("JobSettings.CleanupJobsThresholdDays", "-1"),
    ] {
        after.set_raw(&SettingPath::known(setting), value).unwrap();
    }
    after.remove(&SettingPath::known("Unheard"));
    after.remove(&SettingPath::known("EmailSettings.EnableEmailBatching"));
    let text = after.to_text();
    let restored =
        restore(&original, &dark.shaded, text.as_bytes(), Shipped::default(), &version()).unwrap();
    let dropped: Vec<_> = restored
        .dropped
        .iter()
        .map(|dropped| (dropped.setting.to_string(), dropped.is_known_here))
        .collect();
    let wanted = [("EmailSettings.EnableEmailBatching", true), ("Unheard.Of", false)];
    assert_eq!(dropped, wanted.map(|(name, known)| (name.to_owned(), known)));
    assert_eq!(names(&restored.added), ["JobSettings.CleanupJobsThresholdDays"]);
    let changed: Vec<_> = restored.changed.iter().map(|change| change.rewrite).collect();
    assert_eq!(changed, [Rewrite::Filled, Rewrite::Filled, Rewrite::Known, Rewrite::Unexpected]);
    assert_eq!(restored.resets, []);
    let address = restored.document.get(&SettingPath::known("ServiceSettings.ListenAddress"));
    assert_eq!(address.unwrap().raw(), "\":8065\"");
    let told = format!("{restored:?} {}", serde_json::to_string(&restored.changed).unwrap());
    assert!(!told.contains("generated"));
}

#[test]
fn a_fall_back_to_defaults_is_seen() {
    let original = document(&original());
    let shipped = document(&json!({
        "SqlSettings": {"DataSource": "postgres://shipped"},
        "TeamSettings": {"a": 0, "b": 0, "c": 0, "d": 0, "e": 0}
    }));
    let run = |edits: &[(&str, &str)]| {
        let mut after = original.clone();
        for (setting, value) in edits {
            after.set_raw(&SettingPath::known(setting), value).unwrap();
        }
        restore(
            &original,
            &[],
            after.to_text().as_bytes(),
            Shipped { release: Some(&shipped), former: None },
            &version(),
        )
        .unwrap()
        .resets
    };
    assert_eq!(run(&[("ServiceSettings.SiteURL", "\"\"")]), [Reset::SiteUrlEmptied]);
    for source in ["\"postgres://shipped\"", "\"postgres://mmuser:mostest@h/db\""] {
        assert_eq!(run(&[("SqlSettings.DataSource", source)]), [Reset::DefaultDataSource]);
    }
    let team = ["a", "b", "c", "d", "e"].map(|key| format!("TeamSettings.{key}"));
    let edits: Vec<_> = team.iter().map(|setting| (setting.as_str(), "0")).collect();
    assert!(
        matches!(run(&edits).as_slice(), [Reset::ManyDefaults { settings }] if settings.len() == 5)
    );
    assert_eq!(run(edits.get(..4).unwrap()), []);
}

#[test]
fn an_empty_file_is_no_configuration() {
    let original = document(&original());
    for after in [b"".as_slice(), b"{\"ServiceSettings\": {"] {
        assert!(restore(&original, &[], after, Shipped::default(), &version()).is_err());
    }
}

#[test]
fn what_the_environment_overrides_is_in_the_dark_and_in_no_file_afterwards() {
    let text = r#"{"SqlSettings": {"DataSource": "postgres://wrong", "DataSourceReplicas": ["a"]}, "TeamSettings": {}, "ServiceSettings": {"ListenAddress": ":1"}}"#;
    let file = Document::parse(text.as_bytes()).unwrap();
    let variables = [
        ("MM_SQLSETTINGS_DATASOURCE", "postgres://canary"),
        ("MM_SQLSETTINGS_DATASOURCEREPLICAS", "b c"),
        ("MM_TEAMSETTINGS_SITENAME", "Canary"),
        ("MM_EMAILSETTINGS_SMTPSERVER", "canary"),
        ("MM_SERVICESETTINGS_LISTENADDRESS", ":2"),
        ("MM_SERVICESETTINGS_READTIMEOUT", "canary"),
    ];
    let effective = effective(&file, variables, &version()).unwrap();
    let listen = "127.0.0.1:4711".parse().unwrap();
    let dark = darken_overridden(&file, &effective, &version(), listen).unwrap();
    let said = |setting| dark.document.get(&SettingPath::known(setting)).map(|it| it.to_value());
    assert_eq!(said("SqlSettings.DataSource"), Some("postgres://canary".into()));
    assert_eq!(said("SqlSettings.DataSourceReplicas"), Some(serde_json::json!(["b", "c"])));
    assert_eq!(said("TeamSettings.SiteName"), Some("Canary".into()));
    assert_eq!(said("ServiceSettings.ListenAddress"), Some("127.0.0.1:4711".into()));
    assert_eq!(said("ServiceSettings.ReadTimeout"), None);
    assert!(!format!("{:?}", dark.shaded).contains("canary"));
    let after = dark.document.to_text();
    let none = Shipped::default();
    let restored = restore(&file, &dark.shaded, after.as_bytes(), none, &version()).unwrap();
    assert_eq!(restored.document.to_text(), text);
}
