//! What the settings of a server are that gets its last word from its environment, as services under runit do.
//! It only looks.

use super::steps::{ConfigureError, read_document};
use crate::config::{EditError, Effective, effective};
use crate::host::{Host, Kind, PathError};
use crate::model::{RelPath, Version, parse_environment_entry};

/// No variable is larger.
const LARGEST: u64 = 1024 * 1024;

/// Why the settings cannot be gathered.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    /// A file operation failed.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The configuration cannot be used.
    #[error(transparent)]
    Configure(#[from] ConfigureError),
    /// A variable names a setting that the configuration has no room for.
    #[error("the environment cannot be written into the configuration: {0}")]
    Edit(EditError),
}

impl GatherError {
    pub(crate) const fn path(&self) -> Option<&PathError> {
        match self {
            Self::Path(error) | Self::Configure(ConfigureError::Path(error)) => Some(error),
            Self::Configure(_) | Self::Edit(_) => None,
        }
    }
}

/// The settings as the server sees them: the configuration, and over it the variables, one file each.
pub(crate) fn gather(
    host: &Host,
    config: &RelPath,
    environment: &RelPath,
    version: &Version,
) -> Result<Effective, GatherError> {
    let missing = || ConfigureError::Missing { path: host.tree.absolute(config) };
    let document = read_document(host, config)?.ok_or_else(missing)?;
    let variables = read_variables(host, environment)?;
    let variables = variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    effective(&document, variables, version).map_err(GatherError::Edit)
}

/// The variables of an environment directory that could be settings, sorted by name.
fn read_variables(host: &Host, directory: &RelPath) -> Result<Vec<(String, String)>, PathError> {
    let mut variables = Vec::new();
    for name in host.tree.list(directory)? {
        let Some(path) = name.starts_with("MM_").then(|| name.parse::<RelPath>().ok()).flatten()
        else {
            continue;
        };
        let path = directory.below(&path);
        if host.tree.stat(&path)?.is_none_or(|stat| stat.kind != Kind::File) {
            continue;
        }
        let content = host.tree.read(&path, LARGEST)?.unwrap_or_default();
        variables.extend(parse_environment_entry(&content).map(|value| (name, value)));
    }
    Ok(variables)
}
