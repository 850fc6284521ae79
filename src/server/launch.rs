//! How a server is started by whoever looks after it, said in full, and the files that say so: a unit of systemd, a service of
//! runit, an init script. Nothing is written or started here.

mod account;
mod files;
mod init_script;
mod plain_path;
mod runit;
mod seal;
mod shell_word;
mod systemd;

pub use account::{Account, AccountError};
pub use files::{ServiceFile, ServiceFiles, ServiceKind, ServiceTextRefusal, arrange};
pub use plain_path::{PlainPath, PlainPathError};
pub use seal::{Seal, read_seal};

use super::era::Era;
use crate::model::{AppName, Version};

/// How many files and sockets the server may have open: what its vendor's own unit allows.
const OPEN_FILES: u32 = 49_152;

/// Seconds between SIGTERM and SIGKILL. Servers were seen to take up to 15; the rest is for a busy machine.
const STOP_SECONDS: u32 = 120;

/// Where the server's database is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Neighbour {
    /// Perhaps on this machine.
    #[default]
    Unknown,
    /// On another machine.
    Elsewhere,
    /// PostgreSQL on this machine.
    Postgres,
    /// MySQL or MariaDB on this machine.
    MySql,
}

/// How one server is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    /// The application that it is embedded in.
    pub app: AppName,
    /// Which version it is.
    pub version: Version,
    /// Its tree, in which it is started.
    pub directory: PlainPath,
    /// Its configuration; `None` where the environment names it.
    pub config: Option<PlainPath>,
    /// As whom it runs.
    pub account: Account,
    /// The directories that it writes to.
    pub writable: Vec<PlainPath>,
    /// Where its log files are.
    pub logs: PlainPath,
    /// A file with variables for it.
    pub environment_file: Option<PlainPath>,
    /// Where an init script notes its process.
    pub pid_file: PlainPath,
    /// Where its database is.
    pub neighbour: Neighbour,
    /// Does it listen on a port below 1024?
    pub low_port: bool,
    /// Does it listen for `mmctl --local` on a socket below `/var/tmp`?
    pub local_mode: bool,
}

impl Launch {
    const fn era(&self) -> Era<'_> {
        Era::of(&self.version)
    }

    fn program(&self) -> PlainPath {
        self.directory.below(&self.era().server_binary())
    }

    /// The words after the program, each to be quoted.
    fn words(&self) -> Vec<&str> {
        let flag = self.era().config_flag();
        self.config.iter().flat_map(|config| [flag, config.as_str()]).collect()
    }

    /// Every path that the server has to reach.
    fn paths(&self) -> impl Iterator<Item = &PlainPath> {
        let named = [Some(&self.directory), self.config.as_ref(), self.environment_file.as_ref()];
        named.into_iter().flatten().chain(&self.writable)
    }
}

#[cfg(test)]
pub(super) mod samples {
    use super::*;

    pub(in crate::server) fn path(text: &str) -> PlainPath {
        text.parse().unwrap()
    }

    /// A server of that version, as it is installed when nothing special is asked for.
    pub(in crate::server) fn launch(version: &str) -> Launch {
        Launch {
            app: "acme".parse().unwrap(),
            version: version.parse().unwrap(),
            directory: path("/opt/acme/embedded/mattermost"),
            config: Some(path("/opt/acme/embedded/mattermost/config/config.json")),
            account: "mattermost:mattermost".parse().unwrap(),
            writable: vec![
                path("/opt/acme/embedded/mattermost/config"),
                path("/var/opt/acme/mattermost/data"),
                path("/var/opt/acme/mattermost/logs"),
            ],
            logs: path("/var/opt/acme/mattermost/logs"),
            environment_file: None,
            pid_file: path("/run/acme-mattermost.pid"),
            neighbour: Neighbour::Unknown,
            low_port: false,
            local_mode: false,
        }
    }
}
