//! `MM_*` variables: the strongest layer, effective in the server and never written to a file by us.
//! The environment of this process is not looked at here.

use std::fmt::Write as _;

use serde::Serialize;

use crate::model::Version;

use super::catalog::{Type, all_in};
use super::document::{Document, EditError, Kind, View, text};
use super::known::knows_all_of;
use super::setting::SettingPath;

/// The first version that reads overrides from its environment.
const SINCE: (u64, u64) = (3, 8);

/// The first version that takes the name of its configuration from `MM_CONFIG`, and configurations from a database. 5.9 was
/// seen to ignore it, 5.30 to obey; where nobody has looked, it is taken to obey.
const CONFIG_VARIABLE_SINCE: (u64, u64) = (5, 10);

/// Does this version find its configuration by `MM_CONFIG`, and in databases?
#[must_use]
pub fn reads_config_variable(version: &Version) -> bool {
    version.is_at_least(CONFIG_VARIABLE_SINCE.0, CONFIG_VARIABLE_SINCE.1)
}

/// A variable that has the last word about a setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Override {
    /// The variable's name.
    pub variable: String,
    /// The setting.
    pub setting: SettingPath,
    /// Does the server take the value? One of the wrong type it ignores without a word.
    pub is_taken: bool,
}

/// A configuration as the server sees it.
#[derive(Clone, Debug)]
pub struct Effective {
    /// The document with the overrides applied. Never to be written to a live file.
    pub document: Document,
    /// The overrides, in the order of the variables.
    pub overrides: Vec<Override>,
}

/// The variable that overrides a setting: `MM_SQLSETTINGS_DATASOURCE`.
#[must_use]
pub fn variable_of(setting: &SettingPath) -> String {
    setting.parts().iter().fold("MM".to_owned(), |mut name, part| {
        write!(name, "_{}", part.to_ascii_uppercase()).expect("writing to a string cannot fail");
        name
    })
}

/// Applies the variables of a server's environment as this version does: texts as they are, numbers and booleans if they
/// are some, lists split at white space, everything else as JSON. Variables that name no setting of the version are passed
/// over, as are all before 3.8. Where not all settings of a version are known, those that stand in the document count too.
///
/// # Errors
/// If a section on the way is no object.
pub fn effective<'a>(
    document: &Document,
    variables: impl IntoIterator<Item = (&'a str, &'a str)>,
    version: &Version,
) -> Result<Effective, EditError> {
    let mut effective = Effective { document: document.clone(), overrides: Vec::new() };
    if !version.is_at_least(SINCE.0, SINCE.1) {
        return Ok(effective);
    }
    let mut known: Vec<(String, SettingPath, Type)> = all_in(version)
        .map(|row| (SettingPath::known(&row.setting), row.kind))
        .map(|(setting, kind)| (variable_of(&setting), setting, kind))
        .collect();
    if !knows_all_of(version) {
        let leaves = document.leaves().into_iter();
        known.extend(
            leaves.map(|leaf| (variable_of(&leaf.setting), leaf.setting, like(&leaf.value))),
        );
    }
    // Up to 5.9 an empty variable counts as none.
    let counts = |value: &str| !value.is_empty() || reads_config_variable(version);
    for (variable, value) in variables.into_iter().filter(|(_, value)| counts(value)) {
        let Some((_, setting, kind)) = known.iter().find(|(name, ..)| name == variable) else {
            continue;
        };
        let json = json_of(*kind, value);
        if let Some(json) = &json {
            effective.document.set_raw(setting, json)?;
        }
        effective.overrides.push(Override {
            variable: variable.to_owned(),
            setting: setting.clone(),
            is_taken: json.is_some(),
        });
    }
    Ok(effective)
}

/// The type that the server seems to expect where this stands.
fn like(value: &View<'_>) -> Type {
    match value.kind() {
        Kind::Null => Type::Any,
        Kind::Bool => Type::Bool,
        Kind::Number => Type::Int,
        Kind::Text => Type::Text,
        Kind::List => Type::List,
        Kind::Object => Type::Map,
    }
}

/// The value as JSON; `None` if the server would ignore it.
fn json_of(kind: Type, value: &str) -> Option<String> {
    match kind {
        Type::Text => Some(text::encode(value)),
        // Go's ParseBool takes these and no others.
        Type::Bool => match value {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Some("true".to_owned()),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Some("false".to_owned()),
            _ => None,
        },
        Type::Int => value.parse::<i64>().ok().map(|number| number.to_string()),
        Type::List => {
            let items: Vec<String> = value.split_whitespace().map(text::encode).collect();
            Some(format!("[{}]", items.join(",")))
        }
        Type::Map | Type::Any => {
            let probe = SettingPath::known("Probe.value");
            let valid = Document::empty().set_raw(&probe, value).is_ok();
            valid.then(|| value.to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_have_the_last_word_where_the_server_listens() {
        let file = br#"{"ServiceSettings": {"SiteURL": "file", "ReadTimeout": 5, "EnableDeveloper": false}}"#;
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
        let said =
            |setting| seen.document.get(&SettingPath::known(setting)).unwrap().raw().to_owned();
        assert_eq!(said("ServiceSettings.SiteURL"), "\"https://\\\"env\\\"\"");
        assert_eq!(said("ServiceSettings.ReadTimeout"), "5");
        assert_eq!(said("ServiceSettings.EnableDeveloper"), "true");
        let taken: Vec<bool> = seen.overrides.iter().map(|seen| seen.is_taken).collect();
        assert_eq!(taken, [true, false, true, true, true]);
        let replicas = seen.document.get(&SettingPath::known("SqlSettings.DataSourceReplicas"));
        assert_eq!(replicas.unwrap().to_value(), serde_json::json!(["a", "b"]));

        let deaf = effective(&document, variables, &Version::new(3, 7, 0)).unwrap();
        assert_eq!(deaf.overrides, []);
        assert_eq!(deaf.document.to_text().as_bytes(), file);
    }

    #[test]
    fn an_empty_variable_counts_for_nothing_up_to_5_9() {
        let document = Document::empty();
        let empty = [("MM_SERVICESETTINGS_SITEURL", "")];
        for (version, taken) in [((5, 9), 0), ((5, 30), 1)] {
            let version = Version::new(version.0, version.1, 0);
            assert_eq!(effective(&document, empty, &version).unwrap().overrides.len(), taken);
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
        let taken: Vec<bool> = seen.overrides.iter().map(|seen| seen.is_taken).collect();
        assert_eq!(taken, [true, false]);
        let known = effective(&newer, variables_of_new, &Version::new(9, 5, 0)).unwrap();
        assert_eq!(known.overrides, []);
    }
}
