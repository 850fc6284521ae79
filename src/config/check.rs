//! What is wrong, or strange, about a configuration for a version of the server.
//! Nothing is changed, no value is shown, and what is not known for certain is no error.

mod access;
mod boards;
mod condition;
mod constraint;
mod demand;
mod form;
mod ldap_filter;
mod lint;
#[cfg(test)]
mod models;
mod names;
mod overrides;
mod paths;
mod rule;
mod salts;
mod values;
mod whole;

use std::fmt;

use serde::Serialize;

use crate::model::Version;

pub(super) use self::constraint::demands_on;
pub use self::lint::{LintReading, LintSubject};
pub use self::rule::{LintRule, lint_rules};
use super::document::{Document, DocumentError, Position};
use super::known::{exists_in, known};
use super::setting::SettingPath;

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
    /// The rule's published id, one of [`lint_rules`].
    pub rule: &'static str,
    /// The setting, if it is about one.
    pub setting: Option<SettingPath>,
    /// The place in the text, where it is known.
    pub at: Option<Position>,
    /// What is wrong, as a sentence without its full stop. Contains no value.
    pub text: String,
    /// What to do about it, as a sentence without its full stop; empty where nothing need be done.
    pub advice: String,
}

impl Complaint {
    /// A complaint about no setting and no place.
    #[must_use]
    pub fn new(severity: Severity, rule: &'static str, text: impl Into<String>) -> Self {
        debug_assert!(lint_rules().iter().any(|known| known.id == rule), "{rule} is not published");
        let (text, advice) = (text.into(), String::new());
        Self { severity, rule, setting: None, at: None, text, advice }
    }

    /// The same with a word on what to do.
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = advice.into();
        self
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(at) = self.at {
            write!(f, "{at}: ")?;
        }
        write!(f, "{} (rule {})", self.text, self.rule)
    }
}

impl From<DocumentError> for Complaint {
    fn from(error: DocumentError) -> Self {
        let first = error.other.map_or_else(String::new, |at| format!("; first at {at}"));
        let text = format!("{}{first}", error.what);
        let complaint = Self::new(Severity::Error, error.rule.id(), text);
        Self { at: Some(error.at), ..complaint }.advise("mend the file at that place")
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
        complaints.extend(whole::check(document));
    }
    for leaf in document.leaves() {
        complaints.extend(names::check(&leaf, version));
        complaints.extend(values::check(&leaf));
    }
    // An object in the place of a value is complained about once, whatever is in it.
    complaints.dedup();
    complaints
}

/// What keeps this version from starting with these settings, as far as is known: values that it refuses, and settings that
/// contradict each other. The latter are asked of a whole configuration only. Which database is used is not judged here, but by
/// whoever looks at the database.
#[must_use]
pub fn refusals(document: &Document, version: &Version, subject: Subject) -> Vec<Complaint> {
    let mut complaints = demands(document, version, subject);
    let database = ["SqlSettings.DriverName", "SqlSettings.DataSource"].map(SettingPath::known);
    let is_database = |setting: &SettingPath| database.iter().any(|one| one.is_same_as(setting));
    complaints.retain(|complaint| {
        complaint.severity == Severity::Error
            && !complaint.setting.as_ref().is_some_and(is_database)
    });
    complaints
}

/// All that this version has against the values.
fn demands(document: &Document, version: &Version, subject: Subject) -> Vec<Complaint> {
    let leaves = document.leaves();
    let single = leaves.iter().filter(|leaf| !is_of_others(&leaf.setting, version));
    let mut complaints: Vec<Complaint> =
        single.flat_map(|leaf| constraint::check(&leaf.setting, &leaf.value, version)).collect();
    if subject == Subject::Whole {
        complaints.extend(condition::check(document, version));
        complaints.extend(boards::check(document, version));
    }
    complaints
}

/// Is it known that this version does not have the setting? Then it does not look at its value.
fn is_of_others(setting: &SettingPath, version: &Version) -> bool {
    !known(setting).is_empty() && !exists_in(setting, version)
}

fn about(
    setting: &SettingPath,
    severity: Severity,
    rule: &'static str,
    text: impl Into<String>,
) -> Complaint {
    Complaint { setting: Some(setting.clone()), ..Complaint::new(severity, rule, text) }
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
            (r#"{"ServiceSettings": {"SiteURL": {}}}"#, "5.30.0", &[(Error, "C-TYPE")]),
            (
                r#"{"ServiceSettings": {"SiteURL": {"a": 1, "b": {"c": 2}}}}"#,
                "5.30.0",
                &[(Error, "C-TYPE")],
            ),
            (
                r#"{"ServiceSettings": {"MaximumLoginAttempts": 99999999999999999999}}"#,
                "9.5.0",
                &[(Error, "C-TYPE")],
            ),
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
        assert_eq!(rules(empty, "9.5.0", Subject::Whole), [(Warning, "C-NOKEY")]);
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
