//! `service`: what a service manager needs to know of the server.

mod install;
mod unit;

use std::io;

use crate::cli::answer::{Refusal, failure, settle};
use crate::cli::args::{LaunchArgs, Output, ServiceCommand, ServicePlaceArgs, Target};
use crate::cli::exit::Exit;
use crate::cli::{commands, hints, system, words};
use crate::engine::{LaunchError, LaunchWish, find_launch};
use crate::host::{Cancel, Host};
use crate::model::{Prefix, RelPath, Version};
use crate::server::{ServiceFiles, arrange};

/// Runs one of the commands.
pub(crate) fn run(command: &ServiceCommand, output: &Output, cancel: Cancel) -> io::Result<Exit> {
    let (name, answer) = match command {
        ServiceCommand::Unit { target, launch, place, version, config_file } => {
            let wanted = Wanted {
                target,
                launch,
                place,
                version: version.as_ref(),
                config_file: config_file.as_ref(),
            };
            ("service unit", unit::run(&wanted, output.json, cancel))
        }
        ServiceCommand::Install { target, launch, place, enable, force } => {
            let wanted = Wanted { target, launch, place, version: None, config_file: None };
            let asked = install::Asked { enable: *enable, force: *force };
            ("service install", install::run(&wanted, asked, output, cancel))
        }
    };
    settle(answer, name, output.json)
}

/// Which service of which server is meant.
struct Wanted<'a> {
    target: &'a Target,
    launch: &'a LaunchArgs,
    place: &'a ServicePlaceArgs,
    version: Option<&'a Version>,
    config_file: Option<&'a RelPath>,
}

impl Wanted<'_> {
    fn enter(&self, cancel: Cancel) -> Result<(Host, Prefix), Refusal> {
        commands::enter(self.target, cancel).map_err(|failure| (Exit::Refused, *failure))
    }

    /// Its files, as they have to be.
    fn files(&self, host: &Host, prefix: &Prefix) -> Result<ServiceFiles, Refusal> {
        let wish = LaunchWish {
            version: self.version.cloned(),
            config_file: self.config_file.cloned(),
            account: self.launch.service_user.clone(),
            environment_file: self.launch.env_file.clone(),
        };
        let launch = find_launch(host, prefix, &wish).map_err(|error| refuse(&error))?;
        let usual = || format!("{}-mattermost", prefix.app());
        let name = self.place.name.clone().unwrap_or_else(usual);
        let files = arrange(self.place.kind.into(), &name, &launch, self.place.log_dir.as_ref());
        files.map_err(|error| {
            let next = "give another --name, and --log-dir only for runit";
            (Exit::Usage, failure(words::chain(&error), next))
        })
    }
}

fn refuse(error: &LaunchError) -> Refusal {
    let next = match error {
        LaunchError::Path(_) | LaunchError::Configure(_) | LaunchError::Environment(_) => {
            &system::advice_and_again(error)
        }
        LaunchError::State(error) => &hints::for_state(error),
        LaunchError::NotInstalled => {
            "install a release first; `service unit` also takes a version, with --for"
        }
        LaunchError::Unnamable(_) => "give that directory or file a plainer name",
    };
    (Exit::Refused, failure(words::chain(error), next))
}
