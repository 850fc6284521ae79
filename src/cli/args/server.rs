//! What can be typed about the server: who starts it, with what, and how long that may take.

use std::path::PathBuf;

use clap::Args;

use crate::host::Host;
use crate::manifest::parse_duration;
use crate::model::{Service, ServiceWish};

/// With which variables the server is started.
#[derive(Clone, Debug, Args)]
pub(crate) struct EnvironmentArgs {
    /// A file with the MM_* variables that the server is started with, as systemd reads it (repeatable, later ones win)
    /// [default: those of the running server, or of its systemd unit]
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Vec<PathBuf>,
}

/// How the server is stopped and started.
#[derive(Clone, Debug, Args)]
pub(crate) struct ServiceArgs {
    /// What stops and starts the server: systemd:UNIT, runit:NAME, sysv:NAME, none, or a NAME that is looked up
    /// [default: as given last]
    #[arg(long, value_name = "NAME", conflicts_with_all = ["stop_cmd", "start_cmd"])]
    pub(crate) service: Option<ServiceWish>,
    /// A command that stops the server
    #[arg(long, value_name = "COMMAND", requires = "start_cmd")]
    pub(crate) stop_cmd: Option<String>,
    /// A command that starts the server and returns
    #[arg(long, value_name = "COMMAND", requires = "stop_cmd")]
    pub(crate) start_cmd: Option<String>,
}

impl ServiceArgs {
    /// What was said, if anything.
    pub(crate) fn wish(&self) -> Option<ServiceWish> {
        let commands = self.stop_cmd.clone().zip(self.start_cmd.clone());
        let commands = commands.map(|(stop, start)| {
            ServiceWish::Exactly(Service::Commands { stop, start, status: None })
        });
        commands.or_else(|| self.service.clone())
    }
}

/// How long to wait.
#[derive(Clone, Debug, Args)]
pub(crate) struct Patience {
    /// How long the server may take to become ready, such as 90s, 30m or 2h
    #[arg(long, value_name = "TIME", default_value = "30m", value_parser = parse_duration)]
    pub(crate) start_timeout: std::time::Duration,
}

/// How long to wait for other nodes.
#[derive(Clone, Debug, Args)]
pub(crate) struct ClusterArgs {
    /// How long to wait while another node of a cluster changes the database, such as 90s, 30m or 2h
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = parse_duration)]
    pub(crate) wait_for_cluster: std::time::Duration,
}

impl ClusterArgs {
    /// The same host, with so much patience.
    pub(crate) fn on(&self, host: Host) -> Host {
        Host { turn_patience: self.wait_for_cluster, ..host }
    }
}
