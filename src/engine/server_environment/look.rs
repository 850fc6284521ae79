//! Finding the environment of a server: as the operator tells it, else that of the running process, else that of the
//! systemd unit. Nothing is remembered.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::host::{
    Census, Host, PathError, RunningProcess, UnitEnvironmentError, config_argument_of,
    environment_of, environment_of_unit, read_outside, running_from,
};
use crate::model::{
    EnvironmentFileError, EnvironmentSource, Prefix, Receipt, RelPath, ServerEnvironment, Service,
    Start, Version, parse_environment_file,
};
use crate::server::Era;

/// No environment file is larger.
const LARGEST: u64 = 1024 * 1024;

/// Why the environment of the server is not known.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// Something cannot be looked at.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A file is no environment file.
    #[error("{} is no environment file", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: EnvironmentFileError,
    },
    /// What the service manager says cannot be followed.
    #[error("the environment that {unit} gives to the server cannot be seen")]
    Unit {
        /// Which unit.
        unit: String,
        /// Why not.
        #[source]
        source: UnitEnvironmentError,
    },
    /// It decided about the database before, and nobody says what it is now.
    #[error("{} decided about the server's database before, and {why}", names.join(", "))]
    Forgotten {
        /// The variables.
        names: Vec<String>,
        /// Why they are not known.
        why: &'static str,
    },
    /// The server runs, and its environment may not be looked at.
    #[error("the environment of the running server, process {pid}, may not be looked at")]
    Unreadable {
        /// Which process.
        pid: u32,
    },
}

/// Reads the files that the operator names, later ones stronger than earlier ones; `None` if none is named.
pub fn read_environment_files(
    files: &[PathBuf],
) -> Result<Option<ServerEnvironment>, EnvironmentError> {
    if files.is_empty() {
        return Ok(None);
    }
    let mut variables = Vec::new();
    for path in files {
        variables.extend(read_file(path)?);
    }
    Ok(Some(ServerEnvironment::new(EnvironmentSource::Files, variables)))
}

fn read_file(path: &Path) -> Result<Vec<(String, crate::model::Secret<String>)>, EnvironmentError> {
    let content = read_outside(path, LARGEST)?;
    parse_environment_file(&String::from_utf8_lossy(&content))
        .map_err(|source| EnvironmentError::File { path: path.to_owned(), source })
}

/// Refuses to take the database of the configuration for that of the server, where the environment decided otherwise
/// before and is not known now.
pub(crate) fn refuse_forgotten(
    receipt: &Receipt,
    environment: &ServerEnvironment,
) -> Result<(), EnvironmentError> {
    let of_database = |name: &&String| {
        ServerEnvironment::OF_DATABASE.contains(&name.as_str())
            && !environment.variables.contains_key(*name)
    };
    let names: Vec<String> = receipt.overridden.iter().filter(of_database).cloned().collect();
    let why = match &environment.source {
        // Whoever runs shows what is true, and so does the operator's word.
        EnvironmentSource::Process { .. } | EnvironmentSource::Files => return Ok(()),
        EnvironmentSource::Unit { .. } => "the unit does not set them",
        EnvironmentSource::Nowhere => "nobody can see them while the server is stopped",
    };
    if names.is_empty() { Ok(()) } else { Err(EnvironmentError::Forgotten { names, why }) }
}

/// Where an environment is looked for.
pub(crate) struct Seeker<'a> {
    pub(crate) host: &'a Host,
    /// Where no server is started, nobody asks with what it would be.
    pub(crate) start: Start,
    /// What the operator says.
    pub(crate) told: Option<&'a ServerEnvironment>,
    /// The live tree.
    pub(crate) live: RelPath,
    /// The version in it; `None` if nothing is installed.
    pub(crate) version: Option<&'a Version>,
    /// Who starts the server.
    pub(crate) service: &'a Service,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    /// The environment that counts.
    pub(crate) environment: ServerEnvironment,
    /// That of the running server, if it runs and may be looked at.
    pub(crate) running: Option<ServerEnvironment>,
}

impl<'a> Seeker<'a> {
    /// Whoever only looks at what is installed, and has heard nothing from an operator.
    pub(crate) fn of_installed(
        host: &'a Host,
        prefix: &Prefix,
        receipt: &'a Receipt,
        service: &'a Service,
    ) -> Self {
        Self {
            host,
            start: Start::Prove { within: Duration::ZERO },
            told: None,
            live: prefix.live(),
            version: Some(&receipt.release.version),
            service,
        }
    }

    /// Finds it.
    ///
    /// # Errors
    /// When there is one and it cannot be seen: nobody may then guess.
    pub(crate) fn look(&self) -> Result<Found, EnvironmentError> {
        if self.start == Start::Never {
            return Ok(Found::default());
        }
        let running = self.look_at_running()?;
        let stopped = match (&running, self.service) {
            (None, Service::Systemd { unit }) => self.look_at_unit(unit)?,
            _ => None,
        };
        let seen = running.clone().or(stopped);
        let environment = match (self.told, seen) {
            (Some(told), Some(seen)) => {
                ServerEnvironment { config_argument: seen.config_argument, ..told.clone() }
            }
            (Some(told), None) => told.clone(),
            (None, seen) => seen.unwrap_or_default(),
        };
        Ok(Found { environment, running })
    }

    fn look_at_running(&self) -> Result<Option<ServerEnvironment>, EnvironmentError> {
        let Some(version) = self.version else {
            return Ok(None);
        };
        let live = self.host.tree.absolute(&self.live);
        let census = running_from(&live)?;
        let Some(pid) = running_server(&census, version).map(|found| found.identity.pid) else {
            return Ok(None);
        };
        match environment_of_process(pid) {
            None if self.told.is_none() => {
                let again = running_from(&live)?;
                let still = running_server(&again, version).is_some();
                if still { Err(EnvironmentError::Unreadable { pid }) } else { Ok(None) }
            }
            seen => Ok(seen),
        }
    }

    /// What the operator says is enough where systemd cannot tell.
    fn look_at_unit(&self, unit: &str) -> Result<Option<ServerEnvironment>, EnvironmentError> {
        match environment_of_unit(&self.host.exec, unit) {
            Err(_) if self.told.is_some() => Ok(None),
            seen => seen.map_err(|source| EnvironmentError::Unit { unit: unit.to_owned(), source }),
        }
    }
}

/// The environment of a running process.
pub(crate) fn environment_of_process(pid: u32) -> Option<ServerEnvironment> {
    let variables = environment_of(pid)?;
    let config_argument = config_argument_of(pid);
    let source = EnvironmentSource::Process { pid };
    Some(ServerEnvironment { config_argument, ..ServerEnvironment::new(source, variables) })
}

/// The server itself, and not its plugins. A program that may not be seen could be the server.
pub(crate) fn running_server<'c>(
    census: &'c Census,
    version: &Version,
) -> Option<&'c RunningProcess> {
    let binary = Era::of(version).server_binary();
    census.found.iter().find(|running| {
        running.exe.as_ref().is_none_or(|program| program.ends_with(binary.as_path()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::{Cancel, Exec, Meter, Territory};

    fn host(directory: &Path) -> Host {
        let all = Territory::new(vec![RelPath::here()]);
        let mut host = Host::new(directory, all, Meter::default(), Cancel::never()).unwrap();
        host.exec = Exec::with_path(vec![directory.to_owned(), "/usr/bin".into(), "/bin".into()]);
        host
    }

    fn write(host: &Host, name: &str, text: &str, mode: u32) -> PathBuf {
        let path: RelPath = name.parse().unwrap();
        host.tree.replace(&path, text.as_bytes(), mode, None).unwrap();
        host.tree.absolute(&path)
    }

    /// From now on, systemd says this of every unit.
    fn teach_systemd(host: &Host, answer: &str) {
        write(host, "systemctl", &format!("#!/bin/sh\ncat <<'END'\n{answer}\nEND\n"), 0o755);
    }

    fn look(
        host: &Host,
        told: Option<&ServerEnvironment>,
        start: Start,
    ) -> Result<ServerEnvironment, EnvironmentError> {
        let service = Service::systemd("mattermost").unwrap();
        let (live, version) = ("opt/acme".parse().unwrap(), Version::new(10, 11, 0));
        let seeker = Seeker { host, start, told, live, version: Some(&version), service: &service };
        Ok(seeker.look()?.environment)
    }

    #[test]
    fn while_the_server_is_stopped_its_unit_speaks_unless_the_operator_does() {
        let directory = tempfile::tempdir().unwrap();
        let host = host(directory.path());
        teach_systemd(
            &host,
            "LoadState=loaded\nEnvironment=MM_A=unit\nExecStart={ path=/x ; argv[]=/x -c y.json ; }",
        );
        let start = Start::Prove { within: Duration::ZERO };
        let unit = EnvironmentSource::Unit { unit: "mattermost.service".to_owned() };
        let seen = look(&host, None, start).unwrap();
        assert_eq!((&seen.source, seen.pairs().next()), (&unit, Some(("MM_A", "unit"))));

        let file = write(&host, "given.env", "MM_A=file\n", 0o600);
        let told = read_environment_files(&[file]).unwrap().unwrap();
        let seen = look(&host, Some(&told), start).unwrap();
        assert_eq!(seen.pairs().collect::<Vec<_>>(), [("MM_A", "file")]);
        assert_eq!(seen.config_argument.unwrap().expose(), "y.json");

        teach_systemd(&host, "LoadState=loaded\nEnvironmentFiles=/nonexistent (ignore_errors=no)");
        assert!(matches!(look(&host, None, start), Err(EnvironmentError::Unit { .. })));
        assert_eq!(look(&host, Some(&told), start).unwrap(), told);
        assert_eq!(look(&host, None, Start::Never).unwrap(), ServerEnvironment::default());
    }

    #[test]
    fn later_files_win_and_what_is_none_is_refused() {
        assert!(read_environment_files(&[]).unwrap().is_none());
        let directory = tempfile::tempdir().unwrap();
        let host = host(directory.path());
        let first = write(&host, "a", "MM_A=1\nMM_B=1\nOTHER=x", 0o600);
        let second = write(&host, "b", "MM_B=2", 0o600);
        let found = read_environment_files(&[first, second]).unwrap().unwrap();
        assert_eq!(found.pairs().collect::<Vec<_>>(), [("MM_A", "1"), ("MM_B", "2")]);
        let none = write(&host, "c", "canary", 0o600);
        let error = read_environment_files(&[none]).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}
