//! What can be said about a configuration without a host, from all that is known: settings, variables, data sources.
//! No connection is made, and no piece of a data source is shown.

use serde_json::Value;

use crate::config::{Complaint, Document, LintReading, LintSubject, SettingPath, Severity};
use crate::database::read_data_source;

/// The settings that hold data sources: one, or a list of them.
const SOURCES: [&str; 4] = [
    "SqlSettings.DataSource",
    "SqlSettings.DataSourceReplicas",
    "SqlSettings.DataSourceSearchReplicas",
    "SqlSettings.ReplicaLagSettings",
];

/// All complaints about a configuration, each with its place where that is known, in the order of the file.
#[must_use]
pub fn lint(subject: LintSubject<'_>) -> Vec<Complaint> {
    let reading = LintReading::new(subject);
    let mut complaints = reading.complaints();
    complaints.extend(check_sources(reading.effective()));
    reading.settle(complaints)
}

/// Data sources that the driver would not understand. Of a driver that is not named, or not known, nothing is said.
fn check_sources(document: &Document) -> Vec<Complaint> {
    let driver = document.get(&SettingPath::known("SqlSettings.DriverName"));
    let Some(driver) = driver.as_ref().and_then(|driver| Some(driver.as_text()?.into_owned()))
    else {
        return Vec::new();
    };
    let mut complaints = Vec::new();
    for name in SOURCES {
        let Some(setting) = document.spelling(&SettingPath::known(name)) else { continue };
        let Some(value) = document.get(&setting).map(|value| value.to_value()) else { continue };
        let sources = sources_in(&value);
        let several = value.is_array();
        for (index, source) in sources.into_iter().enumerate() {
            let which = if several {
                format!("number {} of {setting}", index + 1)
            } else {
                setting.to_string()
            };
            complaints.extend(check_source(&setting, &which, &driver, source));
        }
    }
    complaints
}

fn sources_in(value: &Value) -> Vec<&str> {
    match value {
        Value::String(source) => vec![source],
        Value::Array(items) => items
            .iter()
            .filter_map(|item| item.as_str().or_else(|| item.get("DataSource")?.as_str()))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}

fn check_source(
    setting: &SettingPath,
    which: &str,
    driver: &str,
    source: &str,
) -> Option<Complaint> {
    // That there is none, or only its mask, is said by other rules.
    if source.is_empty() || source.bytes().all(|byte| byte == b'*') {
        return None;
    }
    let error = read_data_source(driver, source).err()?;
    let (severity, text) = if error.may_be_taken() {
        (Severity::Warning, format!("{which} cannot be followed: {error}"))
    } else {
        let why = format!("{which} cannot be read as the driver {driver} reads it: {error}");
        (Severity::Error, why)
    };
    let complaint = Complaint::new(severity, "C-DSN", text);
    let advice = match driver {
        "mysql" => "write it as USER:PASSWORD@tcp(HOST:3306)/DATABASE?charset=utf8mb4",
        _ => {
            "write it as postgres://USER:PASSWORD@HOST:5432/DATABASE?sslmode=require, with the password percent-encoded"
        }
    };
    Some(Complaint { setting: Some(setting.clone()), ..complaint }.advise(advice))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(json: &str) -> Vec<(Severity, String)> {
        let document = Document::parse(json.as_bytes()).unwrap();
        let version = "9.5.0".parse().unwrap();
        let complaints = lint(LintSubject {
            document: &document,
            version: &version,
            environment: None,
            tree: None,
            access: None,
        });
        assert!(!format!("{complaints:?}").contains("canary"), "{complaints:?}");
        let sources = complaints.iter().filter(|complaint| complaint.rule == "C-DSN");
        sources.map(|it| (it.severity, format!("{} {}", it.at.unwrap(), it.text))).collect()
    }

    #[test]
    fn data_sources_are_read_as_the_driver_reads_them() {
        use Severity::{Error, Warning};
        let sql = |driver: &str, rest: &str| {
            format!(r#"{{"SqlSettings": {{"DriverName": "{driver}", {rest}}}}}"#)
        };
        for (driver, rest, wanted) in [
            ("postgres", r#""DataSource": "postgres://canary:canary@h/d""#, vec![]),
            ("postgres", r#""DataSource": """#, vec![]),
            ("postgres", r#""DataSource": "****""#, vec![]),
            ("sqlite3", r#""DataSource": "canary""#, vec![]),
            (
                "postgres",
                r#""DataSource": "canary""#,
                vec![(Error, "1:58 SqlSettings.DataSource cannot be read as the driver postgres")],
            ),
            (
                "mysql",
                r#""DataSource": "canary@tcp(canary""#,
                vec![(Error, "1:55 SqlSettings.DataSource cannot be read as the driver mysql")],
            ),
            (
                "postgres",
                r#""DataSourceReplicas": ["postgres://h/d", "postgres://h:port/canary"]"#,
                vec![(Error, "1:66 number 2 of SqlSettings.DataSourceReplicas")],
            ),
            (
                "postgres",
                r#""ReplicaLagSettings": [{"DataSource": "canary"}]"#,
                vec![(Error, "number 1 of SqlSettings.ReplicaLagSettings")],
            ),
            (
                "postgres",
                r#""DataSource": "host=a,b dbname=canary""#,
                vec![(Warning, "cannot be followed")],
            ),
        ] {
            let found = told(&sql(driver, rest));
            assert_eq!(found.len(), wanted.len(), "{rest}: {found:?}");
            for ((severity, text), (wanted, piece)) in found.iter().zip(&wanted) {
                assert!(severity == wanted && text.contains(piece), "{rest}: {found:?}");
            }
        }
        assert_eq!(told(r#"{"SqlSettings": {"DataSource": "canary"}}"#), []);
    }
}
