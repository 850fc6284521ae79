//! What can be typed after `service`.

use clap::{Args, Subcommand, ValueEnum};

use super::Target;
use crate::model::{RelPath, Version};
use crate::server::{Account, PlainPath, ServiceKind};

#[derive(Debug, Subcommand)]
pub(crate) enum ServiceCommand {
    /// Print the unit, run script or init script that fits the installed release, or the one of --for
    Unit {
        #[command(flatten)]
        target: Target,
        #[command(flatten)]
        launch: LaunchArgs,
        #[command(flatten)]
        place: ServicePlaceArgs,
        /// Print what fits this version; nothing need be installed then
        #[arg(long = "for", value_name = "X.Y.Z")]
        version: Option<Version>,
        /// Where config.json will be, where nothing is installed [default: in the tree]
        #[arg(long, value_name = "/PATH", value_parser = RelPath::below_root)]
        config_file: Option<RelPath>,
    },
    /// Put it where systemd, runit or the init system look for it, and note it in the receipt for upgrades
    Install {
        #[command(flatten)]
        target: Target,
        #[command(flatten)]
        launch: LaunchArgs,
        #[command(flatten)]
        place: ServicePlaceArgs,
        /// Also have it looked after from now on: by `systemctl enable`, `update-rc.d`, or the link of runit, which starts it
        #[arg(long)]
        enable: bool,
        /// Replace a file that somebody else has written, or changed
        #[arg(long)]
        force: bool,
    },
}

/// How the server is started.
#[derive(Clone, Debug, Args)]
pub(crate) struct LaunchArgs {
    /// As whom the server runs: two names, or two numbers [default: as it was installed]
    #[arg(long, value_name = "USER[:GROUP]")]
    pub(crate) service_user: Option<Account>,
    /// A file with variables that the server is started with, as `config env` writes it (an absolute path on the machine
    /// of the service)
    #[arg(long, value_name = "/FILE")]
    pub(crate) env_file: Option<PlainPath>,
}

/// By whom it is started, and under which name.
#[derive(Clone, Debug, Args)]
pub(crate) struct ServicePlaceArgs {
    /// Who looks after it
    #[arg(long)]
    pub(crate) kind: KindArg,
    /// The name of the service [default: APP-mattermost]
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Have svlogd keep what the server says in this directory (runit only)
    #[arg(long, value_name = "/DIR")]
    pub(crate) log_dir: Option<PlainPath>,
}

/// A kind of service manager.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum KindArg {
    /// A unit
    Systemd,
    /// A directory with a program `run`
    Runit,
    /// A script in /etc/init.d
    Sysv,
}

impl From<KindArg> for ServiceKind {
    fn from(kind: KindArg) -> Self {
        match kind {
            KindArg::Systemd => Self::Systemd,
            KindArg::Runit => Self::Runit,
            KindArg::Sysv => Self::SysV,
        }
    }
}
