//! What is wrong, or strange, about a configuration for a version of the server.
//! Nothing is changed, no value is shown, and what is not known for certain is no error.

use std::fmt;

use serde::Serialize;

use crate::model::Version;

use super::catalog::Type;
use super::document::{Document, DocumentError, Kind, Leaf, Position, View, text};
use super::known::{KnownSetting, is_free, known, knows_all_of, nearest};
use super::mask::is_stars;
use super::setting::SettingPath;
use super::table::{Meaning, is_secret, row_of};

/// How much a complaint matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Probably a mistake.
    Warning,
    /// The server would refuse it, or something would be lost.
    Error,
}

/// One thing that is wrong or strange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Complaint {
    /// How much it matters.
    pub severity: Severity,
    /// The rule's published id.
    pub rule: &'static str,
    /// The setting, if it is about one.
    pub setting: Option<SettingPath>,
    /// The place in the text, if it is about the text.
    pub at: Option<Position>,
    /// What is wrong, as a sentence without its full stop. Contains no value.
    pub text: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (rule {})", self.text, self.rule)
    }
}

impl From<DocumentError> for Complaint {
    fn from(error: DocumentError) -> Self {
        let first = error.other.map_or_else(String::new, |at| format!("; first at {at}"));
        Self {
            severity: Severity::Error,
            rule: error.rule.id(),
            setting: None,
            at: Some(error.at),
            text: format!("{}: {}{first}", error.at, error.what),
        }
    }
}

/// What a document is meant to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A whole config.json.
    Whole,
    /// An overlay or a single assignment: only what it names counts.
    Part,
}

/// Looks at a document with the eyes of one version of the server.
#[must_use]
pub fn check(document: &Document, version: &Version, subject: Subject) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    if subject == Subject::Whole {
        complaints.extend(check_whole(document));
    }
    for leaf in document.leaves() {
        complaints.extend(check_name(&leaf, version));
        complaints.extend(check_value(&leaf));
    }
    complaints
}

fn check_whole(document: &Document) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let database = SettingPath::known("SqlSettings");
    if document.get(&database).is_none() {
        let text =
            "there is no section SqlSettings: the server would use its default database".to_owned();
        complaints.push(about(&database, Severity::Warning, "C-NOSQL", text));
    }
    for name in ["SqlSettings.AtRestEncryptKey", "FileSettings.PublicLinkSalt"] {
        let key = SettingPath::known(name);
        if document.get(&key).is_some_and(|value| value.is_empty()) {
            let text = format!("{key} is empty: the server generates one at its first start");
            complaints.push(about(&key, Severity::Note, "C-NOKEY", text));
        }
    }
    complaints
}

/// Does this version know the setting, and with this type?
fn check_name(leaf: &Leaf<'_>, version: &Version) -> Option<Complaint> {
    let setting = &leaf.setting;
    if is_free(setting) || (leaf.value.kind() == Kind::Object && leaf.value.is_empty()) {
        return None;
    }
    let rows = known(setting);
    if rows.is_empty() {
        return Some(unknown(setting, version));
    }
    let here: Vec<Type> =
        rows.iter().filter(|row| row.exists_in(version)).map(|row| row.kind).collect();
    if here.is_empty() {
        let intervals: Vec<String> = rows.iter().map(KnownSetting::interval).collect();
        let severity = if knows_all_of(version) { Severity::Warning } else { Severity::Note };
        let text = format!(
            "{setting} is not known in {version}, only in {}: the server would drop it",
            intervals.join(" and ")
        );
        return Some(about(setting, severity, "C-VERSION", text));
    }
    let value = &leaf.value;
    if here.iter().any(|kind| kind.accepts(value) || kind.coerces(value, version).is_some()) {
        return None;
    }
    let wanted: Vec<&str> = here.iter().map(|kind| kind.in_words()).collect();
    let text = format!("{setting} is {}, but must be {}", leaf.value.kind(), wanted.join(" or "));
    Some(about(setting, Severity::Error, "C-TYPE", text))
}

fn unknown(setting: &SettingPath, version: &Version) -> Complaint {
    let near = nearest(setting, version);
    // A name that is almost another one is a slip of the pen, in whatever version.
    let severity =
        if near.is_some() || knows_all_of(version) { Severity::Warning } else { Severity::Note };
    let hint = near.map(|other| format!("; did you mean {other}?"));
    let hint = hint.unwrap_or_default();
    let text = format!("{setting} is not known{hint}");
    about(setting, severity, "C-UNKNOWN", text)
}

/// Does the value say what its owner means?
fn check_value(leaf: &Leaf<'_>) -> Vec<Complaint> {
    let Leaf { setting, value } = leaf;
    let mut complaints = Vec::new();
    let mut complain = |severity, rule, text: &str| {
        complaints.push(about(setting, severity, rule, format!("{setting} {text}")));
    };
    if is_masked(setting, value) {
        let text = "is nothing but asterisks: a masked value was copied instead of the secret";
        complain(Severity::Error, "C-MASKED", text);
    }
    if is_used_here(setting) && value.to_value().as_str().is_some_and(|said| said.contains('\0')) {
        complain(Severity::Error, "C-NUL", "contains a NUL character");
    }
    if value.kind() == Kind::Number && value.raw().parse::<f64>().is_ok_and(f64::is_infinite) {
        complain(Severity::Warning, "C-NUMBER", "is larger than any number the server can read");
    }
    if text::has_lone_surrogate(value.raw()) {
        let text = "contains half a character, which the server reads as U+FFFD";
        complain(Severity::Warning, "C-SURROGATE", text);
    }
    complaints
}

/// Asterisks stand for a secret wherever a secret belongs; elsewhere only the server's own mask of 32 does.
fn is_masked(setting: &SettingPath, value: &View<'_>) -> bool {
    let masked = |said: &str| is_stars(said) && (is_secret(setting) || said.len() == 32);
    match value.kind() {
        Kind::Text => value.as_text().is_some_and(|said| masked(&said)),
        Kind::List => {
            let items = value.to_value();
            let mut items = items.as_array().into_iter().flatten();
            items.any(|item| item.as_str().is_some_and(masked))
        }
        Kind::Null | Kind::Bool | Kind::Number | Kind::Object => false,
    }
}

/// Is the value used by an installer itself: a path, an address, a connection?
fn is_used_here(setting: &SettingPath) -> bool {
    let address = ["ServiceSettings.SiteURL", "ServiceSettings.ListenAddress"];
    row_of(setting).is_some_and(|row| row.meaning != Meaning::Secret)
        || address.iter().any(|name| SettingPath::known(name).is_same_as(setting))
}

fn about(setting: &SettingPath, severity: Severity, rule: &'static str, text: String) -> Complaint {
    Complaint { severity, rule, setting: Some(setting.clone()), at: None, text }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Document, version, complaints.
    type Case = (&'static str, &'static str, &'static [(Severity, &'static str)]);

    fn rules(json: &str, version: &str, subject: Subject) -> Vec<(Severity, &'static str)> {
        let document = Document::parse(json.as_bytes()).unwrap();
        let complaints = check(&document, &version.parse().unwrap(), subject);
        assert!(!format!("{complaints:?}").contains("canary"));
        complaints.into_iter().map(|complaint| (complaint.severity, complaint.rule)).collect()
    }

    #[test]
    fn complaints_by_version_and_value() {
        use Severity::{Error, Note, Warning};
        let cases: &[Case] = &[
            (r#"{"ServiceSettings": {"SiteURL": "canary"}}"#, "5.30.0", &[]),
            (r#"{"ServiceSettings": {"SiteURL": 5}}"#, "5.30.0", &[(Error, "C-TYPE")]),
            (r#"{"ServiceSettings": {"SiteURL": null}}"#, "5.30.0", &[]),
            (r#"{"EmailSettings": {"SMTPPort": 25}}"#, "5.30.0", &[(Error, "C-TYPE")]),
            (r#"{"ServiceSettings": {"EnableDeveloper": "true"}}"#, "9.5.0", &[(Error, "C-TYPE")]),
            (r#"{"ServiceSettings": {"ReadTimeout": 1.0}}"#, "9.5.0", &[(Error, "C-TYPE")]),
            (r#"{"TeamSettings": {"ExperimentalDefaultChannels": ""}}"#, "5.12.0", &[]),
            (
                r#"{"TeamSettings": {"ExperimentalDefaultChannels": ""}}"#,
                "6.3.0",
                &[(Error, "C-TYPE")],
            ),
            (r#"{"Unheard": {"Of": "canary"}}"#, "9.5.0", &[(Warning, "C-UNKNOWN")]),
            (r#"{"Unheard": {"Of": "canary"}}"#, "99.5.0", &[(Note, "C-UNKNOWN")]),
            (r#"{"BleveSettings": {"IndexDir": ""}}"#, "5.12.0", &[(Warning, "C-VERSION")]),
            (r#"{"BleveSettings": {"IndexDir": ""}}"#, "99.0.0", &[(Note, "C-VERSION")]),
            (r#"{"SqlSettings": {"DataSource": "****"}}"#, "9.5.0", &[(Error, "C-MASKED")]),
            (
                r#"{"SqlSettings": {"DataSourceReplicas": ["***"]}}"#,
                "9.5.0",
                &[(Error, "C-MASKED")],
            ),
            (r#"{"TeamSettings": {"SiteName": "****"}}"#, "9.5.0", &[]),
            (r#"{"FileSettings": {"Directory": "canary\u0000"}}"#, "9.5.0", &[(Error, "C-NUL")]),
            (r#"{"TeamSettings": {"SiteName": "a\u0000"}}"#, "9.5.0", &[]),
            (
                r#"{"ServiceSettings": {"ReadTimeout": 99e400}}"#,
                "9.5.0",
                &[(Error, "C-TYPE"), (Warning, "C-NUMBER")],
            ),
            (r#"{"TeamSettings": {"SiteName": "\ud800"}}"#, "9.5.0", &[(Warning, "C-SURROGATE")]),
            (r#"{"PluginSettings": {"Plugins": {"x": {"y": 1}}}}"#, "9.5.0", &[]),
            (r#"{"PluginSettings": {"PluginStates": {"x": {"Enable": true}}}}"#, "9.5.0", &[]),
            (r#"{"FeatureFlags": {"x": true}}"#, "7.8.0", &[]),
        ];
        for (json, version, wanted) in cases {
            assert_eq!(rules(json, version, Subject::Part), *wanted, "{json} {version}");
        }
        assert_eq!(rules("{}", "9.5.0", Subject::Whole), [(Warning, "C-NOSQL")]);
        let empty = r#"{"SqlSettings": {"AtRestEncryptKey": ""}}"#;
        assert_eq!(rules(empty, "9.5.0", Subject::Whole), [(Note, "C-NOKEY")]);
    }

    #[test]
    fn a_slip_is_answered_with_what_was_meant() {
        let document = Document::parse(br#"{"ServiceSettings": {"SitURL": "x"}}"#).unwrap();
        let complaints = check(&document, &Version::new(9, 5, 0), Subject::Part);
        let told: Vec<String> = complaints.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "ServiceSettings.SitURL is not known; did you mean ServiceSettings.SiteURL? (rule C-UNKNOWN)"
            ]
        );
    }

    #[test]
    fn a_refused_text_becomes_a_complaint_with_its_place() {
        let complaint: Complaint = Document::parse(b"{\n\"A\": canary}").unwrap_err().into();
        assert_eq!(complaint.to_string(), "2:6: expected a value (rule C-SYNTAX)");
        assert_eq!(complaint.severity, Severity::Error);
    }
}
