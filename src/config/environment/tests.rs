use super::*;
use crate::config::document::Document;

#[test]
fn variables_have_the_last_word_where_the_server_listens() {
    let file =
        br#"{"ServiceSettings": {"SiteURL": "file", "ReadTimeout": 5, "EnableDeveloper": false}}"#;
    let document = Document::parse(file).unwrap();
    let variables = [
        ("MM_SERVICESETTINGS_SITEURL", "https://\"env\""),
        ("MM_SERVICESETTINGS_READTIMEOUT", "soon"),
        ("MM_SERVICESETTINGS_ENABLEDEVELOPER", "T"),
        ("MM_SQLSETTINGS_DATASOURCEREPLICAS", "a b"),
        ("MM_MESSAGEEXPORTSETTINGS_GLOBALRELAYSETTINGS_CUSTOMERTYPE", "A10"),
        ("MM_CONFIG", "elsewhere"),
        ("PATH", "/bin"),
    ];
    let seen = effective(&document, variables, &Version::new(9, 5, 0)).unwrap();
    let said = |setting| seen.document.get(&SettingPath::known(setting)).unwrap().raw().to_owned();
    assert_eq!(said("ServiceSettings.SiteURL"), "\"https://\\\"env\\\"\"");
    assert_eq!(said("ServiceSettings.ReadTimeout"), "5");
    assert_eq!(said("ServiceSettings.EnableDeveloper"), "true");
    let taken: Vec<bool> = seen.overrides.iter().map(Override::is_taken).collect();
    assert_eq!(taken, [true, false, true, true, true]);
    let replicas = seen.document.get(&SettingPath::known("SqlSettings.DataSourceReplicas"));
    assert_eq!(replicas.unwrap().to_value(), serde_json::json!(["a", "b"]));

    let deaf = effective(&document, variables, &Version::new(3, 7, 0)).unwrap();
    assert_eq!(deaf.overrides, []);
    assert_eq!(deaf.document.to_text().as_bytes(), file);
}

#[test]
fn an_empty_variable_counts_for_nothing_up_to_5_11() {
    let document = Document::empty();
    let empty = [("MM_SERVICESETTINGS_SITEURL", "")];
    for (version, taken) in [((5, 11), 0), ((5, 12), 1)] {
        let version = Version::new(version.0, version.1, 0);
        let seen = effective(&document, empty, &version).unwrap();
        assert_eq!(seen.overrides.iter().filter(|it| it.is_taken()).count(), taken);
    }
}

#[test]
fn where_not_all_settings_are_known_those_in_the_document_can_be_overridden_too() {
    let newer = br#"{"NewSettings": {"Unheard": "file", "Count": 1}, "FileSettings": {}}"#;
    let newer = Document::parse(newer).unwrap();
    let variables_of_new = [
        ("MM_NEWSETTINGS_UNHEARD", "env"),
        ("MM_NEWSETTINGS_COUNT", "x"),
        ("MM_NEWSETTINGS_B", "1"),
    ];
    let seen = effective(&newer, variables_of_new, &Version::new(99, 0, 0)).unwrap();
    assert_eq!(
        seen.document.get(&SettingPath::known("NewSettings.Unheard")).unwrap().raw(),
        "\"env\""
    );
    let taken: Vec<bool> = seen.overrides.iter().map(Override::is_taken).collect();
    assert_eq!(taken, [true, false]);
    let known = effective(&newer, variables_of_new, &Version::new(9, 5, 0)).unwrap();
    assert_eq!(known.overrides, []);
}

/// What becomes of single variables, version by version.
#[test]
fn each_version_reads_names_in_its_own_way() {
    let file = br#"{"TeamSettings": {"SiteName": "file", "MaxUsersPerTeam": 5}, "PluginSettings": {"Directory": "file"}}"#;
    let document = Document::parse(file).unwrap();
    for (variable, value, version, fate) in [
        ("MM_TEAMSETTINGS_SITENAME", "x", (4, 9), Some(Fate::Taken)),
        ("MM_TEAMSETTINGS_ENABLETEAMCREATION", "true", (4, 9), Some(Fate::NotInFile)),
        ("MM_TEAMSETTINGS_ENABLETEAMCREATION", "true", (4, 10), Some(Fate::Taken)),
        ("MM_TEAMSETTINGS_MAXUSERSPERTEAM", "many", (5, 29), Some(Fate::Stops)),
        ("MM_TEAMSETTINGS_MAXUSERSPERTEAM", "many", (5, 30), Some(Fate::WrongType)),
        ("MM_TEAMSETTINGS_SITENAME", "", (5, 11), Some(Fate::Empty)),
        ("MM_PLUGINSETTINGS_DIRECTORY", "x", (5, 0), Some(Fate::NotRead)),
        ("MM_PLUGINSETTINGS_DIRECTORY", "x", (5, 2), Some(Fate::Taken)),
        ("MM_TEAMSETTINGS", "x", (5, 29), Some(Fate::Hides)),
        ("MM_TEAMSETTINGS", "x", (5, 30), None),
        ("mm_teamsettings_sitename", "x", (5, 29), None),
        ("mm_TeamSettings_SiteName", "x", (5, 30), Some(Fate::Taken)),
        ("MM_TEAMSETTINGS_SITENAME_FILE", "x", (5, 29), None),
        ("MM_TEAMSETTINGS_SITENAME_FILE", "x", (5, 30), Some(Fate::Taken)),
        ("MM_PLUGINSETTINGS_PLUGINS_A_B", "{}", (7, 5), Some(Fate::Taken)),
    ] {
        let version = Version::new(version.0, version.1, 0);
        let seen = effective(&document, [(variable, value)], &version).unwrap();
        let found = seen.overrides.first().map(|it| it.fate);
        assert_eq!(found, fate, "{variable} {version}");
        if found == Some(Fate::Hides) {
            assert!(seen.document.get(&SettingPath::known("TeamSettings")).is_none());
        }
    }
}

#[test]
fn two_variables_for_one_setting_leave_it_to_chance() {
    let variables = [
        ("MM_TEAMSETTINGS_SITENAME", "a"),
        ("MM_TEAMSETTINGS_SITENAME_FILE", "b"),
        ("MM_SQLSETTINGS_DATASOURCE", "c"),
    ];
    let seen = spoken(variables, &Version::new(9, 5, 0));
    let fates: Vec<Fate> = seen.overrides.iter().map(|it| it.fate).collect();
    assert_eq!(fates, [Fate::Contested, Fate::Contested, Fate::Taken]);
}

#[test]
fn what_is_no_setting_is_told_from_what_the_server_reads_for_itself() {
    let variables = [
        ("MM_CONFIG", "x"),
        ("MM_LICENSE", "x"),
        ("MM_FEATUREFLAGS_CALLSENABLED", "true"),
        ("MM_TEAMSETTINGS_SITENANE", "x"),
        ("MM_UNHEARD", "x"),
        ("PATH", "x"),
    ];
    let seen = spoken(variables, &Version::new(9, 5, 0));
    assert_eq!(seen.overrides, []);
    assert_eq!(seen.flags, ["MM_FEATUREFLAGS_CALLSENABLED"]);
    let unknown: Vec<(&str, Option<&str>)> =
        seen.unknown.iter().map(|it| (it.variable.as_str(), it.near.as_deref())).collect();
    let near = Some("MM_TEAMSETTINGS_SITENAME");
    assert_eq!(unknown, [("MM_TEAMSETTINGS_SITENANE", near), ("MM_UNHEARD", None)]);
}
