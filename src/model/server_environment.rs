//! The environment that a server is started with, as far as it decides about settings: its `MM_*` variables, and which
//! configuration its command line names. Nothing is looked up here, and no value is ever shown.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::secret::Secret;

/// Where an environment was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "kebab-case")]
pub enum EnvironmentSource {
    /// Nowhere: nobody knows with which variables the server is started.
    #[default]
    Nowhere,
    /// The operator has named files.
    Files,
    /// It is that of the running server.
    Process {
        /// Its number.
        pid: u32,
    },
    /// The service manager gives it to the server.
    Unit {
        /// The systemd unit.
        unit: String,
    },
}

/// The environment of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerEnvironment {
    /// Where it was found.
    pub source: EnvironmentSource,
    /// The variables whose names begin with `MM_`.
    pub variables: BTreeMap<String, Secret<String>>,
    /// What the command line names as the configuration; it is stronger than the variable for it.
    pub config_argument: Option<Secret<String>>,
}

/// Where a server finds its configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigStore {
    /// Nobody tells it: where its release keeps it.
    Usual,
    /// In this file.
    File {
        /// As it is written there, relative to wherever the server looks.
        path: String,
        /// Does the command line say so (as opposed to the variable)?
        by_argument: bool,
    },
    /// In a database.
    Database {
        /// `SqlSettings.DriverName` for it.
        driver: &'static str,
        /// `SqlSettings.DataSource` for it.
        source: Secret<String>,
    },
}

/// An environment as it lies in a file that only its owner may read.
#[derive(Deserialize)]
struct Form {
    source: EnvironmentSource,
    variables: BTreeMap<String, String>,
    config_argument: Option<String>,
}

impl ServerEnvironment {
    /// By which variables a server takes settings.
    pub const PREFIX: &str = "MM_";

    /// The variable that names the configuration.
    pub const CONFIG: &str = "MM_CONFIG";

    /// Those that decide on which database the server works.
    pub const OF_DATABASE: [&str; 3] =
        [Self::CONFIG, "MM_SQLSETTINGS_DRIVERNAME", "MM_SQLSETTINGS_DATASOURCE"];

    /// Of these variables, those by which a server takes settings.
    #[must_use]
    pub fn new(
        source: EnvironmentSource,
        variables: impl IntoIterator<Item = (String, Secret<String>)>,
    ) -> Self {
        let variables =
            variables.into_iter().filter(|(name, _)| name.starts_with(Self::PREFIX)).collect();
        Self { source, variables, config_argument: None }
    }

    /// Its variables, for whoever applies them.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().map(|(name, value)| (name.as_str(), value.expose().as_str()))
    }

    /// Where the server finds its configuration; `obeys` says whether its version reads the variable, and databases.
    #[must_use]
    pub fn config_store(&self, obeys: bool) -> ConfigStore {
        let variable = self.variables.get(Self::CONFIG).filter(|_| obeys);
        let (named, by_argument) = match (&self.config_argument, variable) {
            (Some(argument), _) => (argument.expose(), true),
            (None, Some(variable)) if !variable.expose().is_empty() => (variable.expose(), false),
            (None, Some(_) | None) => return ConfigStore::Usual,
        };
        let database = |driver, source: &str| {
            let source = Secret::new(source.to_owned());
            ConfigStore::Database { driver, source }
        };
        match named.strip_prefix("mysql://") {
            Some(source) if obeys => database("mysql", source),
            None if obeys && is_postgres(named) => database("postgres", named),
            _ => ConfigStore::File { path: named.clone(), by_argument },
        }
    }

    /// As it may be written to a file that only its owner may read: it holds secrets.
    #[must_use]
    pub fn to_private_text(&self) -> Vec<u8> {
        let variables: BTreeMap<&str, &str> = self.pairs().collect();
        let config_argument = self.config_argument.as_ref().map(Secret::expose);
        let source = &self.source;
        let form = json!({
            "source": source, "variables": variables, "config_argument": config_argument
        });
        form.to_string().into_bytes()
    }

    /// Reads it back.
    ///
    /// # Errors
    /// When it is none.
    pub fn from_private_text(text: &[u8]) -> serde_json::Result<Self> {
        let Form { source, variables, config_argument } = serde_json::from_slice(text)?;
        let variables = variables.into_iter().map(|(name, value)| (name, Secret::new(value)));
        Ok(Self {
            source,
            variables: variables.collect(),
            config_argument: config_argument.map(Secret::new),
        })
    }
}

fn is_postgres(text: &str) -> bool {
    ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme))
}

/// As part of a sentence.
impl fmt::Display for EnvironmentSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nowhere => f.write_str("nowhere"),
            Self::Files => f.write_str("the given files"),
            Self::Process { pid } => write!(f, "the environment of process {pid}"),
            Self::Unit { unit } => write!(f, "the systemd unit {unit}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)], argument: Option<&str>) -> ServerEnvironment {
        let secret = |text: &str| Secret::new(text.to_owned());
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), secret(value)));
        let config_argument = argument.map(secret);
        let found = ServerEnvironment::new(EnvironmentSource::Files, variables);
        ServerEnvironment { config_argument, ..found }
    }

    #[test]
    fn the_command_line_is_stronger_than_the_variable() {
        let file = |path: &str, by_argument| ConfigStore::File { path: path.into(), by_argument };
        let database = |driver, source: &str| ConfigStore::Database {
            driver,
            source: Secret::new(source.to_owned()),
        };
        let postgres = "postgres://u:p@h/d";
        for (variable, argument, obeys, store) in [
            (None, None, true, ConfigStore::Usual),
            (Some(""), None, true, ConfigStore::Usual),
            (Some("x.json"), None, true, file("x.json", false)),
            (Some("x.json"), None, false, ConfigStore::Usual),
            (Some(postgres), None, true, database("postgres", postgres)),
            (Some(postgres), None, false, ConfigStore::Usual),
            (Some(postgres), Some("y.json"), true, file("y.json", true)),
            (Some("x.json"), Some(postgres), true, database("postgres", postgres)),
            (None, Some(postgres), false, file(postgres, true)),
            (Some("mysql://u@tcp(h)/d"), None, true, database("mysql", "u@tcp(h)/d")),
        ] {
            let variables: Vec<(&str, &str)> =
                variable.into_iter().map(|value| ("MM_CONFIG", value)).collect();
            let found = environment(&variables, argument).config_store(obeys);
            assert_eq!(found, store, "{variable:?} {argument:?} {obeys}");
        }
    }

    #[test]
    fn it_is_written_down_in_private_and_shown_to_nobody() {
        let given = environment(&[("MM_A", "canary"), ("PATH", "/bin")], Some("canary.json"));
        assert!(!format!("{given:?}").contains("canary"));
        assert_eq!(given.pairs().collect::<Vec<_>>(), [("MM_A", "canary")]);
        let text = given.to_private_text();
        assert_eq!(ServerEnvironment::from_private_text(&text).unwrap(), given);
        assert!(ServerEnvironment::from_private_text(b"{}").is_err());
    }
}
