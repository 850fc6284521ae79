use super::*;
use crate::config::known::known;

fn found(json: &str, version: &str) -> Vec<String> {
    let document = Document::parse(json.as_bytes()).unwrap();
    let complaints = check(&document, &version.parse().unwrap());
    assert!(!format!("{complaints:?}").contains("canary"));
    complaints.into_iter().map(|complaint| complaint.setting.unwrap().to_string()).collect()
}

#[test]
fn every_setting_is_known_to_the_versions_that_hold_the_condition() {
    for condition in CONDITIONS {
        let at = Version::new(condition.since.0, condition.since.1, 0);
        for (setting, _) in condition.when.iter().chain([&condition.then]) {
            let rows = known(&SettingPath::known(setting));
            assert!(rows.iter().any(|row| row.exists_in(&at)), "{setting} {at}");
        }
    }
}

#[test]
fn conditions_hold_in_their_versions_only() {
    let ldap = r#"{"LdapSettings": {"Enable": true, "LdapServer": "canary", "BaseDN": "b", "EmailAttribute": "e", "UsernameAttribute": "u", "IdAttribute": ""}}"#;
    let elastic = r#"{"ElasticsearchSettings": {"EnableAutocomplete": true}}"#;
    let tls = r#"{"ServiceSettings": {"ConnectionSecurity": "TLS", "TLSCertFile": "canary"}}"#;
    let encrypted = r#"{"ServiceSettings": {"ConnectionSecurity": "TLS", "UseLetsEncrypt": true}}"#;
    let batching = r#"{"EmailSettings": {"EnableEmailBatching": true}}"#;
    let days = r#"{"DataRetentionSettings": {"MessageRetentionDays": 0}}"#;
    let locales = r#"{"LocalizationSettings": {"AvailableLocales": "de,fr"}}"#;
    let threads = r#"{"ServiceSettings": {"ThreadAutoFollow": false}}"#;
    let cases: &[(&str, &str, &[&str])] = &[
        (ldap, "3.4.0", &[]),
        (ldap, "3.5.0", &["LdapSettings.IdAttribute"]),
        (ldap, "11.7.0", &["LdapSettings.IdAttribute"]),
        (elastic, "5.9.0", &[]),
        (elastic, "5.10.0", &["ElasticsearchSettings.EnableAutocomplete"]),
        (tls, "5.5.0", &[]),
        (tls, "5.6.0", &["ServiceSettings.ConnectionSecurity"]),
        (encrypted, "5.6.0", &[]),
        (batching, "7.8.0", &["EmailSettings.EnableEmailBatching"]),
        (days, "9.4.0", &[]),
        (days, "10.5.0", &["DataRetentionSettings.MessageRetentionHours"]),
        (locales, "5.9.0", &["LocalizationSettings.AvailableLocales"]),
        (locales, "5.10.0", &[]),
        (threads, "6.3.0", &[]),
        (threads, "9.5.0", &["ServiceSettings.ThreadAutoFollow"]),
        ("{}", "9.5.0", &[]),
    ];
    for (json, version, settings) in cases {
        assert_eq!(found(json, version), *settings, "{json} {version}");
    }
}

#[test]
fn filters_are_looked_at_where_the_directory_is_used() {
    let with = |more: &str| {
        format!(
            r#"{{"LdapSettings": {{"Enable": true, "LdapServer": "h", "BaseDN": "b", "EmailAttribute": "e",
            "UsernameAttribute": "u", "IdAttribute": "i", {more}}}}}"#
        )
    };
    let wrong = r#""UserFilter": "canary", "GuestFilter": "(canary", "AdminFilter": "(a=b)x""#;
    let all = ["LdapSettings.UserFilter", "LdapSettings.GuestFilter", "LdapSettings.AdminFilter"];
    for (version, count) in
        [("5.9.0", 0), ("5.10.0", 1), ("5.18.0", 2), ("5.20.0", 3), ("10.11.0", 3)]
    {
        assert_eq!(found(&with(wrong), version), all[..count], "{version}");
    }
    let right = r#""UserFilter": "", "GuestFilter": "(a=b)", "AdminFilter": null"#;
    assert_eq!(found(&with(right), "10.11.0"), [""; 0]);
    let unused = r#"{"LdapSettings": {"UserFilter": "canary"}}"#;
    assert_eq!(found(unused, "10.11.0"), [""; 0]);
}
