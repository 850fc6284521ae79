//! `case.toml`: what a case is about, and what is done in it.
//! What it does not know is an error with line and column, and no value is ever shown.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::de::{Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::super::policy::{Policies, PolicyError};
use crate::model::{Version, VersionError};

/// What is done in a case, and what is compared at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What it is about.
    pub title: Option<String>,
    /// The version that used the file up to now; none if the database is new.
    pub from: Option<Version>,
    /// The versions that are started on it, one after the other; at least one.
    pub stops: Vec<Version>,
    /// Is it upgraded by mmembed, which carries renamed settings and merges the host's layers, or are only the servers
    /// started?
    pub merged: bool,
    /// The files with the host's defaults, as seen from the case; later ones win.
    pub defaults: Vec<PathBuf>,
    /// The files with what the host enforces; later ones win.
    pub enforced: Vec<PathBuf>,
    /// The files with the host's defaults as they were applied last; later ones win.
    pub last_defaults: Vec<PathBuf>,
    /// Who gives way at each stop where two have changed one setting.
    pub policies: Policies,
    /// The rule by which the last stop has to be refused.
    pub obstacle: Option<String>,
    /// Which configuration is compared.
    pub compare: Compare,
    /// Do only those settings count that the expected file names?
    pub named_only: bool,
    /// The variables in the environment of each server.
    pub environment: BTreeMap<String, String>,
}

/// Which configuration is compared with the expected one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Compare {
    /// The file.
    #[default]
    File,
    /// What the last server sees: the file, and over it the variables of its environment.
    Effective,
}

/// Why a case makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {what}")]
pub struct CaseError {
    /// The line, from 1 on.
    pub line: usize,
    /// The column in characters, from 1 on.
    pub column: usize,
    /// What is wrong there.
    pub what: String,
}

impl Case {
    /// Reads a `case.toml`.
    ///
    /// # Errors
    /// It is no TOML, has a key that does not exist, or lacks a stop.
    pub fn read(text: &str) -> Result<Self, CaseError> {
        let script: Script = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            CaseError::at(text, at, error.message())
        })?;
        Ok(Self {
            title: script.title,
            from: script.from.map(|line| line.0),
            stops: script.stops.0.into_iter().map(|line| line.0).collect(),
            merged: script.merged,
            defaults: script.defaults.0,
            enforced: script.enforced.0,
            last_defaults: script.last_defaults.0,
            policies: script.policies.0,
            obstacle: script.obstacle,
            compare: script.compare,
            named_only: script.named_only,
            environment: script.environment.0,
        })
    }
}

impl CaseError {
    fn at(text: &str, byte: usize, what: &str) -> Self {
        let before = text.get(..byte).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let in_line = before.get(line_start..).unwrap_or_default();
        Self {
            line: before.matches('\n').count() + 1,
            column: in_line.chars().count() + 1,
            what: what.lines().collect::<Vec<_>>().join(" "),
        }
    }
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Script {
    title: Option<String>,
    from: Option<Line>,
    stops: Stops,
    #[serde(default = "as_an_upgrade")]
    merged: bool,
    #[serde(default)]
    defaults: Paths,
    #[serde(default)]
    enforced: Paths,
    #[serde(default)]
    last_defaults: Paths,
    #[serde(default)]
    policies: Stances,
    obstacle: Option<String>,
    #[serde(default)]
    compare: Compare,
    #[serde(default)]
    named_only: bool,
    #[serde(default)]
    environment: Variables,
}

const fn as_an_upgrade() -> bool {
    true
}

/// A version, or a line of versions by its first release.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Line(Version);

impl TryFrom<String> for Line {
    type Error = VersionError;

    fn try_from(text: String) -> Result<Self, VersionError> {
        Version::of_line(&text).map(Self)
    }
}

#[derive(Deserialize)]
#[serde(try_from = "Vec<Line>")]
struct Stops(Vec<Line>);

impl TryFrom<Vec<Line>> for Stops {
    type Error = &'static str;

    fn try_from(stops: Vec<Line>) -> Result<Self, &'static str> {
        if stops.is_empty() { Err("at least one version is started") } else { Ok(Self(stops)) }
    }
}

/// Policies, each written as `--policy` takes it.
#[derive(Default, Deserialize)]
#[serde(try_from = "Vec<String>")]
struct Stances(Policies);

impl TryFrom<Vec<String>> for Stances {
    type Error = PolicyError;

    fn try_from(stances: Vec<String>) -> Result<Self, PolicyError> {
        Policies::parse(&stances).map(Self)
    }
}

/// One path, or a list of them.
#[derive(Default)]
struct Paths(Vec<PathBuf>);

impl<'de> Deserialize<'de> for Paths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMore;
        impl<'de> Visitor<'de> for OneOrMore {
            type Value = Paths;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the path of a file, or a list of paths")
            }

            fn visit_str<E>(self, path: &str) -> Result<Paths, E> {
                Ok(Paths(vec![path.into()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Paths, A::Error> {
                let mut paths = Vec::new();
                while let Some(path) = list.next_element()? {
                    paths.push(path);
                }
                Ok(Paths(paths))
            }
        }
        deserializer.deserialize_any(OneOrMore)
    }
}

/// Variables by name. A server takes no notice of others than `MM_*`: such a name is a mistake.
#[derive(Default, Deserialize)]
#[serde(try_from = "BTreeMap<String, toml::Value>")]
struct Variables(BTreeMap<String, String>);

impl TryFrom<BTreeMap<String, toml::Value>> for Variables {
    type Error = String;

    fn try_from(table: BTreeMap<String, toml::Value>) -> Result<Self, String> {
        let variables = table.into_iter().map(|(name, value)| {
            if !name.starts_with("MM_") {
                return Err(format!("{name:?} is no variable of the server: those begin with MM_"));
            }
            match value.as_str() {
                Some(value) => Ok((name, value.to_owned())),
                // A value may be a secret.
                None => Err(format!("the value of {name} is no text: write it in quotes")),
            }
        });
        variables.collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_case_is_read() {
        let case = Case::read(
            r#"
            title = "all there is"
            from = "5.37"
            stops = ["6.3", "10.11.4"]
            merged = false
            defaults = ["a.json", "../b.json"]
            enforced = "c.json"
            last_defaults = []
            policies = ["TeamSettings=prefer-host", "TeamSettings.SiteName=keep-user"]
            obstacle = "C-TYPE"
            compare = "effective"
            named_only = true
            [environment]
            MM_TEAMSETTINGS_SITENAME = "x"
            "#,
        )
        .unwrap();
        assert_eq!(case.from, Some(Version::new(5, 37, 0)));
        assert_eq!(case.stops, [Version::new(6, 3, 0), Version::new(10, 11, 4)]);
        assert_eq!(case.defaults, [PathBuf::from("a.json"), PathBuf::from("../b.json")]);
        assert_eq!(case.enforced, [PathBuf::from("c.json")]);
        let policies: Vec<String> =
            case.policies.stances().iter().map(ToString::to_string).collect();
        assert_eq!(policies, ["TeamSettings=prefer-host", "TeamSettings.SiteName=keep-user"]);
        assert_eq!((case.merged, case.named_only), (false, true));
        assert_eq!(case.compare, Compare::Effective);
        assert_eq!(case.environment["MM_TEAMSETTINGS_SITENAME"], "x");
        let least = Case::read("stops = [\"6.3\"]").unwrap();
        assert!(least.merged && !least.named_only);
        assert_eq!(least.compare, Compare::File);
    }

    #[test]
    fn what_makes_no_sense_is_told_with_its_place_and_without_a_value() {
        for (text, wanted) in [
            ("stops = [\"6.3\"]\n\n stop = 1", "3:2: unknown field `stop`"),
            ("stops = []", "1:9: at least one version is started"),
            ("title = \"x\"", "missing field `stops`"),
            ("stops = [\"6.3\", \"six\"]", "\"six\" is not a Mattermost version"),
            ("stops = [\"6.3\"]\ncompare = \"all\"", "2:11: unknown variant `all`"),
            ("stops = [\"6.3\"]\ndefaults = 5", "2:12: "),
            ("stops = [\"6.3\"]\npolicies = [\"A.B\"]", "2:12: expected Section.Key=POLICY"),
            ("stops = [\"6.3\"]\npolicies = [\"A.B=x\"]", "2:12: \"x\" is no policy for A.B"),
            (
                "stops = [\"6.3\"]\npolicies = [\"A.B=refuse\", \"A.B=keep-user\"]",
                "A.B cannot have both the policy",
            ),
            (
                "stops = [\"6.3\"]\n[environment]\nMM_A = \"x\"\nmm_b = \"x\"",
                "\"mm_b\" is no variable",
            ),
            ("stops = [\"6.3\"]\n[environment]\nMM_A = 4711", "the value of MM_A is no text"),
            ("stops = [\"6.3\"]\nstops = [\"6.3\"]", "2:1: "),
            ("stops = \"\u{1f600}", "1:"),
        ] {
            let error = Case::read(text).unwrap_err().to_string();
            assert!(error.contains(wanted), "{text}: {error}");
            assert!(!error.contains("4711"), "{error}");
        }
    }
}
