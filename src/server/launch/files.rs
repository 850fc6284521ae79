//! The files by which a kind of service manager gets to know a server, and where they lie.
//! Nothing is written here.

use std::fmt;

use super::seal::sealed;
use super::{Launch, PlainPath, init_script, runit, systemd};
use crate::model::{RelPath, Service};

/// A kind of service manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceKind {
    /// systemd.
    Systemd,
    /// runit.
    Runit,
    /// Init scripts.
    SysV,
}

/// A file of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceFile {
    /// Where it lies, below the root.
    pub path: RelPath,
    /// Its permission bits.
    pub mode: u32,
    /// What it says.
    pub text: String,
}

/// All files of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceFiles {
    /// What kind of service it is.
    pub kind: ServiceKind,
    /// Its name, without a suffix.
    pub name: String,
    /// Its files, in the order in which they are written; never empty.
    pub files: Vec<ServiceFile>,
}

/// Why there are no such files.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServiceTextRefusal {
    /// It cannot be a name of all kinds of services.
    #[error(
        "{name:?} cannot name a service: use letters, digits, `_`, `-` and `.`, beginning with a letter or digit"
    )]
    Name {
        /// As it was given.
        name: String,
    },
    /// Only runit has a place for it.
    #[error("only a service of runit has a log of its own: {0} does without")]
    Log(ServiceKind),
}

/// The files of a service of that kind and name. `log` is where a service of runit keeps what the server says; without one
/// it goes where runit's own words go.
///
/// # Errors
/// [`ServiceTextRefusal`].
pub fn arrange(
    kind: ServiceKind,
    name: &str,
    launch: &Launch,
    log: Option<&PlainPath>,
) -> Result<ServiceFiles, ServiceTextRefusal> {
    let name = named(kind, name)?;
    let file = |path: &str, mode: u32, text: String| ServiceFile {
        path: RelPath::here().join(path),
        mode,
        text: sealed(&launch.app, &text),
    };
    let files = match (kind, log) {
        (ServiceKind::Systemd, None) => {
            let path = format!("etc/systemd/system/{name}.service");
            vec![file(&path, 0o644, systemd::unit(launch))]
        }
        (ServiceKind::Runit, log) => {
            let directory = format!("etc/sv/{name}");
            let log = log
                .map(|log| file(&format!("{directory}/log/run"), 0o755, runit::log(launch, log)));
            let run = file(&format!("{directory}/run"), 0o755, runit::run(launch));
            // Who looks after the directory begins when it finds the last of them.
            log.into_iter().chain([run]).collect()
        }
        (ServiceKind::SysV, None) => {
            let path = format!("etc/init.d/{name}");
            vec![file(&path, 0o755, init_script::script(launch, name))]
        }
        (ServiceKind::Systemd | ServiceKind::SysV, Some(_)) => {
            return Err(ServiceTextRefusal::Log(kind));
        }
    };
    Ok(ServiceFiles { kind, name: name.to_owned(), files })
}

/// A name without its suffix.
fn named(kind: ServiceKind, given: &str) -> Result<&str, ServiceTextRefusal> {
    let name = match kind {
        ServiceKind::Systemd => given.strip_suffix(".service").unwrap_or(given),
        ServiceKind::Runit | ServiceKind::SysV => given,
    };
    let first = name.chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
    let rest = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    if first && rest && name.len() <= 200 {
        Ok(name)
    } else {
        Err(ServiceTextRefusal::Name { name: given.to_owned() })
    }
}

impl ServiceFiles {
    /// By which link runit looks after it, and the directory that it leads to; nothing for the other kinds.
    #[must_use]
    pub fn link(&self) -> Option<(RelPath, RelPath)> {
        let below = |directory| RelPath::here().join(directory).join(&self.name);
        (self.kind == ServiceKind::Runit).then(|| (below("etc/service"), below("etc/sv")))
    }

    /// The service, as the machine knows it whose root is `/`.
    #[must_use]
    pub fn service(&self) -> Service {
        let name = self.name.clone();
        match self.kind {
            ServiceKind::Systemd => Service::Systemd { unit: format!("{name}.service") },
            ServiceKind::Runit => Service::Runit { name },
            ServiceKind::SysV => Service::SysV { name },
        }
    }
}

impl fmt::Display for ServiceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Systemd => "systemd",
            Self::Runit => "runit",
            Self::SysV => "sysv",
        })
    }
}

#[cfg(test)]
mod tests;
