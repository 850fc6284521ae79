//! Everything that can be said about a configuration without a host: the file, and the settings that its environment makes of it.
//! What is said about the file alone, before an upgrade, is less; see the room above.

use std::collections::BTreeMap;
use std::path::Path;

use super::constraint::is_looked_at;
use super::{
    Complaint, Severity, Subject, access, demands, names, overrides, paths, salts, values, whole,
};
use crate::config::document::Document;
use crate::config::environment::{Effective, effective};
use crate::config::known::knows_all_of;
use crate::config::newer::later_writer;
use crate::config::setting::SettingPath;
use crate::model::{FileAccess, ServerEnvironment, Version};

/// Rules about the name of a setting, as opposed to its value.
const ABOUT_NAMES: [&str; 3] = ["C-DEPRECATED", "C-UNKNOWN", "C-VERSION"];

/// What is looked at, and with whose eyes.
#[derive(Clone, Copy, Debug)]
pub struct LintSubject<'a> {
    /// The configuration.
    pub document: &'a Document,
    /// The version that shall read it.
    pub version: &'a Version,
    /// The variables that the server is started with, where they are known.
    pub environment: Option<&'a ServerEnvironment>,
    /// The directory of the release, where it is known.
    pub tree: Option<&'a Path>,
    /// Whose the file is, and who may read it, if it is one.
    pub access: Option<FileAccess>,
}

/// A configuration, and the settings that the server will see.
#[derive(Clone, Debug)]
pub struct LintReading<'a> {
    subject: LintSubject<'a>,
    effective: Effective,
    /// The variable that decides a setting.
    decided: BTreeMap<SettingPath, String>,
}

impl<'a> LintReading<'a> {
    /// Applies the variables.
    #[must_use]
    pub fn new(subject: LintSubject<'a>) -> Self {
        let LintSubject { document, version, environment, .. } = subject;
        let variables = environment.into_iter().flat_map(ServerEnvironment::pairs);
        // What cannot be overridden because something else is in its way is complained about as it stands.
        let effective =
            effective(document, variables, version).unwrap_or_else(|_| Effective::of(document));
        let taken = effective.overrides.iter().filter(|seen| seen.is_taken());
        let decided = taken.map(|seen| (seen.setting.folded(), seen.variable.clone())).collect();
        Self { subject, effective, decided }
    }

    /// The settings as the server sees them.
    #[must_use]
    pub const fn effective(&self) -> &Document {
        &self.effective.document
    }

    /// All complaints that need nothing but the settings themselves, in no order and without their places.
    #[must_use]
    pub fn complaints(&self) -> Vec<Complaint> {
        let LintSubject { document, version, environment, tree, access } = self.subject;
        let seen = self.effective();
        let mut complaints = partly_known(version);
        complaints.extend(access.iter().flat_map(|access| access::check(document, *access)));
        // Names and types have to be right in the file, whatever a variable says.
        complaints.extend(document.leaves().iter().filter_map(|leaf| names::check(leaf, version)));
        complaints.extend(written_later(document, version));
        complaints.extend(whole::check(seen));
        // From 5.30 on a variable comes too late: the keys are gone by then.
        let named = if version.is_at_least(5, 30) { document } else { seen };
        complaints.extend(whole::check_address(named, version));
        complaints.extend(seen.leaves().iter().flat_map(values::check));
        complaints.extend(demands(seen, version, Subject::Whole));
        complaints.extend(paths::check(seen, version, tree));
        complaints.extend(salts::check(seen));
        complaints.extend(environment.iter().flat_map(|environment| {
            overrides::check(document, environment, &self.effective, version)
        }));
        complaints
    }

    /// Gives each complaint its place in the file or the variable that it comes from, and orders them: what has no place
    /// first, then as in the file, at one place the heaviest first.
    #[must_use]
    pub fn settle(&self, complaints: Vec<Complaint>) -> Vec<Complaint> {
        let positions = self.subject.document.positions();
        let mut settled: Vec<Complaint> = complaints;
        for complaint in &mut settled {
            let Some(setting) = &complaint.setting else { continue };
            let by = self.decided.get(&setting.folded());
            complaint.at = match (complaint.rule, by) {
                ("C-TYPE", _) => positions.of_value(setting),
                // The value is the variable's, the name is the file's.
                ("C-ENV", _) => positions.of_name(setting),
                (rule, _) if ABOUT_NAMES.contains(&rule) => positions.of_name(setting),
                (_, Some(variable)) => {
                    let by = [" (the value is that of ", variable, ")"];
                    complaint.text.extend(by);
                    None
                }
                (_, None) => positions.of_value(setting),
            };
        }
        let offset = |complaint: &Complaint| complaint.at.map(|at| at.offset);
        settled.sort_by(|a, b| {
            offset(a).cmp(&offset(b)).then(b.severity.cmp(&a.severity)).then(a.rule.cmp(b.rule))
        });
        settled
    }
}

/// That the file comes from a later version is more than the sum of its strange settings.
fn written_later(document: &Document, version: &Version) -> Option<Complaint> {
    let (major, minor) = later_writer(document, version)?;
    let text =
        format!("a server of {major}.{minor} or later has written this file, not one of {version}");
    let complaint = Complaint::new(Severity::Warning, "C-NEWER", text);
    Some(complaint.advise("take the file that was in use before, from a backup"))
}

/// What is not known of a version is said, not guessed.
fn partly_known(version: &Version) -> Vec<Complaint> {
    let names =
        format!("not all settings of {version} are known: one that is called unknown may be new");
    let values = format!(
        "nobody has looked at what {version} demands of values: one that is not called wrong may be"
    );
    let unknown = [(knows_all_of(version), names), (is_looked_at(version), values)].into_iter();
    let notes = unknown.filter(|(is_known, _)| !is_known);
    notes.map(|(_, text)| Complaint::new(Severity::Note, "C-PARTLY", text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EnvironmentSource, Secret};

    fn environment(variables: &[(&str, &str)]) -> ServerEnvironment {
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Secret::new((*value).to_owned())));
        ServerEnvironment::new(EnvironmentSource::Files, variables)
    }

    fn told(json: &str, version: &str, variables: &[(&str, &str)]) -> Vec<String> {
        let document = Document::parse(json.as_bytes()).unwrap();
        let (version, environment) = (version.parse().unwrap(), environment(variables));
        let reading = LintReading::new(LintSubject {
            document: &document,
            version: &version,
            environment: Some(&environment),
            tree: None,
            access: None,
        });
        let complaints = reading.settle(reading.complaints());
        assert!(!format!("{complaints:?}").contains("canary"), "{complaints:?}");
        complaints.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn complaints_stand_in_the_order_of_the_file() {
        let json = "{\n  \"ServiceSettings\": {\"SitURL\": \"\", \"ReadTimeout\": 0},\n  \"SqlSettings\": {\"DriverName\": \"x\"}}";
        assert_eq!(
            told(json, "9.5.0", &[]),
            [
                "2:23: ServiceSettings.SitURL is not known; did you mean ServiceSettings.SiteURL? (rule C-UNKNOWN)",
                "2:52: ServiceSettings.ReadTimeout must be 1 or more: 9.5.0 does not start (rule C-RANGE)",
                "3:33: SqlSettings.DriverName must be \"mysql\" or \"postgres\": 9.5.0 does not start (rule C-ENUM)",
            ]
        );
    }

    #[test]
    fn the_variable_decides_and_is_named() {
        let json =
            r#"{"ServiceSettings": {"SiteURL": "canary", "ReadTimeout": 0}, "SqlSettings": {}}"#;
        let variables = [
            ("MM_SERVICESETTINGS_SITEURL", "https://canary"),
            ("MM_SERVICESETTINGS_READTIMEOUT", "0"),
        ];
        assert_eq!(
            told(json, "9.5.0", &variables),
            [
                "ServiceSettings.ReadTimeout must be 1 or more: 9.5.0 does not start (the value is that of MM_SERVICESETTINGS_READTIMEOUT) (rule C-RANGE)",
                "1:22: MM_SERVICESETTINGS_SITEURL decides ServiceSettings.SiteURL, whatever the file says (rule C-ENV)",
                "1:43: MM_SERVICESETTINGS_READTIMEOUT decides ServiceSettings.ReadTimeout, and says the same as the file (rule C-ENV)",
            ]
        );
    }

    #[test]
    fn a_wrong_type_in_the_file_is_wrong_whatever_a_variable_says() {
        let json = r#"{"ServiceSettings": {"ReadTimeout": "canary"}, "SqlSettings": {}}"#;
        let found = told(json, "9.5.0", &[("MM_SERVICESETTINGS_READTIMEOUT", "300")]);
        assert_eq!(
            found[1],
            "1:37: ServiceSettings.ReadTimeout is a string, but must be a whole number (rule C-TYPE)"
        );
    }

    #[test]
    fn variables_that_do_nothing_are_named() {
        let json = r#"{"SqlSettings": {}}"#;
        let cases: &[(&str, &str, &str, &str)] = &[
            (
                "MM_SERVICESETTINGS_SITURL",
                "canary",
                "9.5.0",
                "names no setting; did you mean MM_SERVICESETTINGS_SITEURL? (rule C-ENVNAME)",
            ),
            (
                "MM_BLEVESETTINGS_INDEXDIR",
                "canary",
                "5.9.0",
                "names no setting of 5.9.0, only one of 5.24 to",
            ),
            ("MM_NOTHING", "canary", "9.5.0", "MM_NOTHING names no setting (rule C-ENVNAME)"),
            (
                "MM_SERVICESETTINGS_READTIMEOUT",
                "canary",
                "9.5.0",
                "is ignored: its value has the wrong type (rule C-ENVIGNORED)",
            ),
            (
                "MM_SERVICESETTINGS_SITEURL",
                "",
                "5.9.0",
                "an empty variable counts as none (rule C-ENVIGNORED)",
            ),
            (
                "MM_SERVICESETTINGS_SITEURL",
                "canary",
                "3.7.0",
                "3.7.0 takes no setting from its environment: 1 variable without",
            ),
            ("MM_CONFIG", "canary", "5.9.0", "MM_CONFIG does nothing"),
            ("MM_CONFIG", "canary", "9.5.0", "(rule C-ENVCONFIG)"),
        ];
        for (name, value, version, wanted) in cases {
            let found = told(json, version, &[(name, value)]);
            assert!(found.iter().any(|told| told.contains(wanted)), "{name} {version}: {found:?}");
        }
        for name in ["MM_LICENSE", "MM_FEATUREFLAGS_ANYTHING", "PATH"] {
            assert_eq!(told(json, "9.5.0", &[(name, "canary")]), [""; 0], "{name}");
        }
    }

    #[test]
    fn what_is_known_only_in_part_is_said_once() {
        for (version, wanted) in [("3.4.0", 1), ("9.5.0", 0), ("11.0.0", 0), ("12.0.0", 2)] {
            let found = told(r#"{"SqlSettings": {}, "New": {"A": 1, "B": 2}}"#, version, &[]);
            let notes = found.iter().filter(|told| told.contains("C-PARTLY")).count();
            assert_eq!(notes, wanted, "{found:?}");
        }
    }
}
