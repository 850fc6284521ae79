//! What a server of a version makes of a file when it starts on it: said beforehand, without a server.
//! No value is guessed: what nobody knows is told as unknown.

#[cfg(test)]
mod chain;
mod effect;
mod first_file;
mod migration;
mod reading;
mod rule;
mod saving;

use super::catalog::{Knowledge, knowledge_of};
use super::document::{Document, Kind};
use super::setting::SettingPath;
use crate::model::Version;

pub use self::effect::{Became, Effect};
pub(super) use self::first_file::first_file;
pub(super) use self::migration::{forgotten, takes_unnamed_for_new};

use self::reading::Reading;

/// What stands for a value that a server makes up at random.
pub const GENERATED: &str = "<generated>";

/// A file as a server will leave it.
#[derive(Clone, Debug)]
pub struct Forecast {
    /// The file. [`GENERATED`] stands where the server makes up a value.
    pub document: Document,
    /// What became of which setting: first what was in the file, in its order, then what is new.
    pub effects: Vec<Effect>,
    /// How well the version is known.
    pub knowledge: Knowledge,
    /// Does the server write the file at all, or are the effects to be seen in its memory only?
    pub is_saved: bool,
}

/// What a server of this version makes of a file. `from` is the version that used file and database before; without one,
/// the database is taken to be new.
///
/// A value of a wrong type, which would keep the server from starting, is left as it is: see [`check`](super::check).
#[must_use]
pub fn forecast(document: &Document, from: Option<&Version>, version: &Version) -> Forecast {
    let is_saved = saving::saves(document, from, version);
    let (read, effects) = read(document, from, version);
    Forecast {
        document: if is_saved { read } else { document.clone() },
        effects,
        knowledge: knowledge_of(version),
        is_saved,
    }
}

/// What a server has in its memory once it has started.
fn read(document: &Document, from: Option<&Version>, version: &Version) -> (Document, Vec<Effect>) {
    let mut reading = Reading::open(document, version, is_in_use(document, version));
    for leaf in document.leaves() {
        reading.take(&leaf);
    }
    reading.lower_plugins();
    reading.fill();
    reading.migrate(from);
    reading.settle_sections();
    reading.close()
}

/// Servers take a file for one that has been in use when it names the site's address, be it empty. From 5.36 on they take
/// every file for one.
fn is_in_use(document: &Document, version: &Version) -> bool {
    let address = SettingPath::known("ServiceSettings.SiteURL");
    let is_named = document.get(&address).is_some_and(|value| value.kind() != Kind::Null);
    is_named || version.is_at_least(5, 36)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The effects of a version on a file that has been in use.
    fn effects(json: &str, from: &str, to: &str) -> Vec<String> {
        let document = Document::parse(json.as_bytes()).unwrap();
        let from = (!from.is_empty()).then(|| from.parse().unwrap());
        let forecast = forecast(&document, from.as_ref(), &to.parse().unwrap());
        forecast.effects.iter().map(ToString::to_string).collect()
    }

    fn has(effects: &[String], wanted: &str) -> bool {
        effects.iter().any(|effect| effect == wanted)
    }

    #[test]
    fn what_is_there_is_dropped_respelled_or_rewritten() {
        let file = r#"{"ServiceSettings": {"SiteURL": "https://x/", "GfycatApiKey": "k", "Nothing": 1},
            "EmailSettings": {"SMTPServer": ""}, "Unheard": {"Of": {"a": 1}},
            "SupportSettings": {"AboutLink": "javascript:x"}}"#;
        let effects = effects(file, "5.37.0", "6.3.0");
        for wanted in [
            "~ ServiceSettings.SiteURL: \"https://x/\" -> \"https://x\"",
            "~ ServiceSettings.GfycatApiKey: is written ServiceSettings.GfycatAPIKey",
            "- ServiceSettings.Nothing: 1",
            "~ EmailSettings.SMTPServer: \"\" -> \"localhost\"",
            "- Unheard.Of.a: 1",
            "~ SupportSettings.AboutLink: \"javascript:x\" -> \"\"",
        ] {
            assert!(has(&effects, wanted), "{wanted}\n{effects:#?}");
        }
    }

    #[test]
    fn what_is_missing_depends_on_whether_the_file_was_used_and_on_other_settings() {
        let used = r#"{"ServiceSettings": {"SiteURL": "", "SessionLengthWebInDays": 7}, "LdapSettings": {"Enable": true}}"#;
        let of_used = effects(used, "6.7.0", "7.8.0");
        assert!(has(&of_used, "+ ServiceSettings.SessionLengthWebInHours: 168"));
        assert!(has(&of_used, "+ TeamSettings.TeammateNameDisplay: \"full_name\""));
        assert!(has(&of_used, "+ EmailSettings.SendPushNotifications: false"));
        let of_new = effects(r#"{"EmailSettings": {}}"#, "", "5.30.0");
        assert!(has(&of_new, "+ EmailSettings.SendPushNotifications: true"));
    }

    #[test]
    fn a_directory_gets_its_slash_only_on_a_disk() {
        let file = |driver: &str| {
            format!(r#"{{"FileSettings": {{"DriverName": "{driver}", "Directory": "files"}}}}"#)
        };
        let wanted = "~ FileSettings.Directory: \"files\" -> \"files/\"";
        assert!(has(&effects(&file("local"), "5.9.0", "9.5.0"), wanted));
        assert!(!has(&effects(&file("amazons3"), "5.9.0", "9.5.0"), wanted));
    }

    #[test]
    fn names_of_plugins_become_lower_case_and_nothing_gets_lost() {
        let file = r#"{"ServiceSettings": {"SiteURL": ""}, "LogSettings": {"EnableDiagnostics": false},
            "PluginSettings": {"Plugins": {"com.Example": {"SomeKey": 1, "Sub": {"A": 1}}},
            "PluginStates": {"Jira": {"Enable": true}}}}"#;
        let mut document = Document::parse(file.as_bytes()).unwrap();
        for version in ["5.18.0", "5.28.0", "5.37.0"] {
            document = forecast(&document, None, &version.parse().unwrap()).document;
            let plugins = document.get(&SettingPath::known("PluginSettings.Plugins")).unwrap();
            let wanted = serde_json::json!({ "com.example": { "somekey": 1, "sub": { "a": 1 } } });
            assert_eq!(plugins.to_value(), wanted, "{version}");
            let states = document.get(&SettingPath::known("PluginSettings.PluginStates")).unwrap();
            // Without reports, nobody is asked how he likes it.
            let wanted = serde_json::json!({
                "jira": { "Enable": true }, "com.mattermost.nps": { "Enable": false },
            });
            assert_eq!(states.to_value(), wanted, "{version}");
        }
    }

    #[test]
    fn what_is_forced_or_cut_is_told() {
        let file = r#"{"ServiceSettings": {"EnableDeveloper": true}, "FileSettings": {"Directory": ""},
            "SqlSettings": {"DataSourceReplicas": ["a", "b"]}}"#;
        let of_new = effects(file, "9.5.0", "10.11.0");
        assert!(has(&of_new, "+ ServiceSettings.SiteURL: \"\""), "{of_new:#?}");
        assert!(has(&of_new, "~ FileSettings.Directory: \"\" -> \"./data/\""), "{of_new:#?}");
        let of_old = effects(file, "5.9.0", "5.18.0");
        assert!(of_old.iter().any(|line| line.starts_with("~ SqlSettings.DataSourceReplicas")));
        let boards = r#"{"PluginSettings": {"Plugins": {"focalboard": {"enablepublicsharedboards": true}}}}"#;
        let of_boards = effects(boards, "6.7.0", "7.8.0");
        assert!(has(&of_boards, "+ ProductSettings.EnablePublicSharedBoards: true"));
    }

    #[test]
    fn maps_get_the_members_that_they_always_have() {
        let file = r#"{"ServiceSettings": {"SiteURL": ""},
            "PluginSettings": {"PluginStates": {"x": {"Enable": false}}, "Plugins": {"x": {"Key": 1}}}}"#;
        let effects = effects(file, "6.7.0", "8.1.0");
        assert!(effects.iter().any(|line| line.contains("com.mattermost.nps")), "{effects:#?}");
        assert!(!effects.iter().any(|line| line.contains("Plugins.x")), "{effects:#?}");
    }

    #[test]
    fn a_database_is_changed_once() {
        let file = r#"{"ServiceSettings": {"SiteURL": "", "PostPriority": false}}"#;
        let lost = "~ ServiceSettings.PostPriority: false -> true";
        assert!(has(&effects(file, "7.7.0", "7.8.0"), lost));
        assert!(!has(&effects(file, "7.8.0", "8.1.0"), lost));
    }

    /// A trap that lost data: these servers make new keys where the address is not named.
    #[test]
    fn without_an_address_some_servers_forget_the_salts() {
        let file = r#"{"SqlSettings": {"AtRestEncryptKey": "12345678901234567890123456789012"}}"#;
        let lost = "+ SqlSettings.AtRestEncryptKey: a random value";
        assert!(has(&effects(file, "5.9.0", "5.30.0"), lost));
        assert!(!has(&effects(file, "5.30.0", "5.37.0"), lost));
    }

    #[test]
    fn old_servers_leave_the_file_alone_unless_they_must_not_forget() {
        let salts = r#"{"SqlSettings": {"AtRestEncryptKey": "x"}, "FileSettings": {"PublicLinkSalt": "x"},
            "EmailSettings": {"InviteSalt": "x"}, "Unheard": {"Of": 1}}"#;
        let salts = Document::parse(salts.as_bytes()).unwrap();
        let said = forecast(&salts, Some(&Version::new(3, 10, 0)), &Version::new(4, 2, 0));
        assert!(!said.is_saved);
        assert_eq!(said.document.to_text(), salts.to_text());
        let said = forecast(&Document::empty(), None, &Version::new(4, 2, 0));
        assert!(said.is_saved);
    }

    #[test]
    fn beyond_what_is_known_nothing_is_dropped() {
        let file = r#"{"ServiceSettings": {"SiteURL": ""}, "New": {"Setting": 1}}"#;
        let effects = effects(file, "11.7.0", "99.0.0");
        assert!(has(&effects, "? New.Setting: nobody knows what becomes of it"), "{effects:#?}");
    }

    #[test]
    fn servers_of_old_take_one_type_for_another_and_names_in_lower_case() {
        let file = r#"{"ServiceSettings": {"SiteURL": "", "EnableDeveloper": "true", "ReadTimeout": "12"},
            "EmailSettings": {"SMTPPort": 25}, "PluginSettings": {"Plugins": {"com.Example": {"SomeKey": 1}}},
            "TeamSettings": {"ExperimentalDefaultChannels": "a,b"}}"#;
        let of_old = effects(file, "5.9.0", "5.28.0");
        for wanted in [
            "~ ServiceSettings.EnableDeveloper: \"true\" -> true",
            "~ ServiceSettings.ReadTimeout: \"12\" -> 12",
            "~ EmailSettings.SMTPPort: 25 -> \"25\"",
            "~ TeamSettings.ExperimentalDefaultChannels: \"a,b\" -> [\"a\",\"b\"]",
            "~ PluginSettings.Plugins.\"com.Example\": is written PluginSettings.Plugins.\"com.example\"",
        ] {
            assert!(has(&of_old, wanted), "{wanted}\n{of_old:#?}");
        }
        let of_new = effects(file, "5.28.0", "5.30.0");
        assert!(
            !of_new.iter().any(|line| line.contains(".ReadTimeout") || line.contains("Example"))
        );
    }

    /// What a server has read and written once it leaves as it is.
    #[test]
    fn a_second_start_changes_nothing() {
        for version in ["5.30.0", "5.37.0", "6.3.0", "7.8.0", "9.11.0", "10.11.0", "11.4.0"] {
            let version: Version = version.parse().unwrap();
            let first = forecast(&Document::empty(), None, &version);
            let again = forecast(&first.document, Some(&version), &version);
            assert_eq!(again.effects, [], "{version}");
        }
    }
}
