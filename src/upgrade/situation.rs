//! What is known about an installation when rules are held against it.
//! Nothing is looked up here; what nobody has looked at is unknown, which is another thing than absent.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::model::{Edition, GlibcVersion};

/// Which database a server works with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Driver {
    /// `PostgreSQL`.
    Postgres,
    /// `MySQL`, or what passes for it.
    MySql,
}

/// An installation, as far as it is known. [`Situation::default`] knows nothing.
///
/// Its configuration and its variables hold secrets; neither is ever shown.
#[derive(Clone, Default)]
pub struct Situation {
    /// The edition.
    pub edition: Option<Edition>,
    /// The kind of database.
    pub driver: Option<Driver>,
    /// The numbers of the database's own version, such as 15.4.0 or 8.0.35.
    pub database: Option<[u32; 3]>,
    /// The whole `config.json`, without what variables change.
    pub config: Option<Value>,
    /// The variables in the environment of the server.
    pub environment: Option<BTreeMap<String, String>>,
    /// The C library of the system.
    pub glibc: Option<GlibcVersion>,
}

/// What a setting is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Set {
    /// It is not known.
    Unknown,
    /// It is in no file and in no variable: the version's own default holds.
    Absent,
    /// It is this, as text.
    To(String),
}

impl Situation {
    /// What the setting of this name is, variables first. Case is no difference, as it is none to the server.
    pub(super) fn setting(&self, name: &str) -> Set {
        let variable = format!("MM_{}", name.replace('.', "_").to_ascii_uppercase());
        if let Some(value) = self.environment.as_ref().and_then(|all| all.get(&variable)) {
            return Set::To(value.clone());
        }
        let Some(config) = &self.config else {
            return Set::Unknown;
        };
        match name.split('.').try_fold(config, member) {
            // A variable that nobody has looked at may say otherwise; a file is what nearly all say it with.
            None | Some(Value::Null) => Set::Absent,
            Some(Value::String(text)) => Set::To(text.clone()),
            Some(
                value @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)),
            ) => Set::To(value.to_string()),
        }
    }
}

fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let mut members = value.as_object()?.iter();
    members.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

impl fmt::Debug for Situation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = |known: bool| if known { "***" } else { "unknown" };
        f.debug_struct("Situation")
            .field("edition", &self.edition)
            .field("driver", &self.driver)
            .field("database", &self.database)
            .field("config", &hidden(self.config.is_some()))
            .field("environment", &hidden(self.environment.is_some()))
            .field("glibc", &self.glibc)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn situation() -> Situation {
        let config = serde_json::json!({
            "SqlSettings": {"DriverName": "mysql", "DataSource": "user:hunter2@tcp(db)/mm"},
            "ldapsettings": {"ENABLE": true, "Port": null},
        });
        let environment = [("MM_SQLSETTINGS_DRIVERNAME".to_owned(), "postgres".to_owned())];
        Situation {
            config: Some(config),
            environment: Some(environment.into()),
            ..Situation::default()
        }
    }

    #[test]
    fn variables_win_over_the_file_and_case_is_no_difference() {
        let seen = situation();
        assert_eq!(seen.setting("SqlSettings.DriverName"), Set::To("postgres".to_owned()));
        assert_eq!(seen.setting("LdapSettings.Enable"), Set::To("true".to_owned()));
        assert_eq!(seen.setting("LdapSettings.Port"), Set::Absent);
        assert_eq!(seen.setting("SamlSettings.Enable"), Set::Absent);
        assert_eq!(Situation::default().setting("SamlSettings.Enable"), Set::Unknown);
    }

    #[test]
    fn no_secret_is_shown() {
        let shown = format!("{:?}", situation());
        assert!(!shown.contains("hunter2") && shown.contains("***"), "{shown}");
    }
}
