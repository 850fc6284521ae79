//! All that is known of a setting, whatever the version.
//! No configuration is looked at here.

use serde::Serialize;

use super::catalog::{Entry, Filled, entries_of};
use super::check::demands_on;
use super::environment::variable_of;
use super::rename::{RenameKind, renames};
use super::setting::SettingPath;
use super::table::{Meaning, is_secret, row_of};
use crate::model::Version;

/// What is known of a setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Description {
    /// Its name, as the newest servers that have it write it.
    pub setting: SettingPath,
    /// What it is from which version to which, oldest first.
    pub versions: Vec<Interval>,
    /// The variable that overrides it, in servers from 3.8 on.
    pub variable: String,
    /// What it means to an installer, if it is more than a value.
    pub meaning: Option<&'static str>,
    /// What versions demand of its value, besides the type.
    pub demands: Vec<Demanded>,
    /// What it was called before, and since when not any more.
    pub formerly: Vec<OtherName>,
    /// What took its place, and since when.
    pub successors: Vec<OtherName>,
}

/// A setting in versions in which nothing about it changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Interval {
    /// The first version, major and minor.
    pub first: String,
    /// The last version; `None` if it is not known to have gone.
    pub last: Option<String>,
    /// Are both exact? Otherwise the interval is the widest possible.
    pub exact: bool,
    /// Its type, in words.
    pub kind: &'static str,
    /// What a server fills in where a new file lacks it.
    pub default: String,
    /// The same where the file has been in use, if that is something else.
    pub default_in_use: Option<String>,
    /// What an empty value becomes, if it does not stay.
    pub empty_becomes: Option<String>,
}

/// Something that versions demand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Demanded {
    /// The first version known to demand it, major and minor.
    pub first: String,
    /// The first that does not any more; `None` if there is none.
    pub until: Option<String>,
    /// What is demanded, as the second half of a sentence.
    pub demand: String,
}

/// Another name of a setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OtherName {
    /// The other name.
    pub setting: SettingPath,
    /// The first version with the new name, major and minor.
    pub since: String,
    /// What becomes of the value.
    pub value: &'static str,
}

impl Description {
    /// Forgets all versions but this one.
    pub fn keep_only(&mut self, version: &Version) {
        let entries = entries_of(&self.setting.in_tables());
        let here = entries.iter().filter(|entry| entry.exists_in(version));
        self.versions = here.map(interval).collect();
    }
}

/// What is known under this name; `None` if it is no setting of any version.
#[must_use]
pub fn describe(setting: &SettingPath) -> Option<Description> {
    let entries = entries_of(&setting.in_tables());
    let newest = entries.last()?;
    let setting = newest.path.clone();
    let renamed = |name: &SettingPath, since: (u64, u64), kind| OtherName {
        setting: name.clone(),
        since: told(since),
        value: value_of(kind),
    };
    let to = renames().iter().filter(|rename| rename.to.is_same_as(&setting));
    let from = renames()
        .iter()
        .filter(|rename| rename.kind != RenameKind::Recased && rename.from.is_same_as(&setting));
    Some(Description {
        variable: variable_of(&setting),
        meaning: meaning_of(&setting),
        versions: entries.iter().map(interval).collect(),
        demands: demands_on(&setting)
            .into_iter()
            .map(|(first, until, demand)| Demanded {
                first: told(first),
                until: until.map(told),
                demand,
            })
            .collect(),
        formerly: to.map(|rename| renamed(&rename.from, rename.since(), rename.kind)).collect(),
        successors: from.map(|rename| renamed(&rename.to, rename.since(), rename.kind)).collect(),
        setting,
    })
}

fn told((major, minor): (u64, u64)) -> String {
    format!("{major}.{minor}")
}

const fn value_of(kind: RenameKind) -> &'static str {
    match kind {
        RenameKind::Recased => "servers read either spelling, and write the new one",
        RenameKind::Renamed => "servers drop the value, an upgrade carries it over",
        RenameKind::ByServer => "the server takes the value over itself",
        RenameKind::Unlike => "the value means something else there, and is not carried over",
    }
}

fn meaning_of(setting: &SettingPath) -> Option<&'static str> {
    match row_of(setting).map(|row| row.meaning) {
        Some(Meaning::Directory) => Some("a directory that the server writes to"),
        Some(Meaning::File) => Some("a file, found from the server's working directory"),
        Some(Meaning::FileBesideConfig) => Some("a file, found beside config.json"),
        Some(Meaning::InFileStore) => Some("a directory inside the file store"),
        Some(Meaning::DataSource) => Some("a connection to a database, with its password: masked"),
        Some(Meaning::Secret) => Some("a secret: masked wherever it is shown"),
        None => is_secret(setting).then_some("a secret: masked wherever it is shown"),
    }
}

fn interval(entry: &Entry) -> Interval {
    let different = entry.in_use != entry.fresh;
    Interval {
        first: entry.first.to_string(),
        last: entry.last.map(|last| last.to_string()),
        exact: entry.first.exact && entry.last.is_none_or(|last| last.exact),
        kind: entry.kind.in_words(),
        default: in_words(entry.fresh),
        default_in_use: different.then(|| in_words(entry.in_use)),
        empty_becomes: entry.empty.map(in_words),
    }
}

fn in_words(filled: Filled) -> String {
    match filled {
        Filled::Json(json) => json.to_owned(),
        Filled::Generated => "a random value".to_owned(),
        Filled::Omitted => "nothing".to_owned(),
        Filled::Unknown => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(setting: &str) -> Description {
        describe(&SettingPath::known(setting)).unwrap()
    }

    #[test]
    fn a_setting_is_told_by_version() {
        let session = of("servicesettings.sessionlengthwebindays");
        assert_eq!(session.setting.to_string(), "ServiceSettings.SessionLengthWebInDays");
        let newest = session.versions.last().unwrap();
        assert_eq!((&*newest.first, &newest.last), ("5.24", &None));
        assert_eq!(newest.default, "30");
        assert_eq!(newest.default_in_use.as_deref(), Some("180"));
        assert_eq!(session.variable, "MM_SERVICESETTINGS_SESSIONLENGTHWEBINDAYS");
        let successor = &session.successors[0];
        assert_eq!(successor.setting.name(), "SessionLengthWebInHours");
        assert_eq!(successor.since, "7.0");
    }

    #[test]
    fn secrets_places_and_renames_are_said() {
        assert!(of("SqlSettings.DataSource").meaning.unwrap().contains("password"));
        let key = of("SqlSettings.AtRestEncryptKey");
        assert!(key.meaning.unwrap().contains("secret"));
        assert!(key.versions.iter().any(|interval| interval.empty_becomes.is_some()));
        assert_eq!(of("CloudSettings.CWSURL").formerly[0].setting.name(), "CWSUrl");
        let driver = of("FileSettings.DriverName");
        assert!(driver.demands[0].demand.contains("amazons3"), "{driver:?}");
        assert_eq!(describe(&SettingPath::known("Unheard.Of")), None);
    }
}
