//! What can be typed about an installation: one to be made, or one to be taken over.

use std::path::PathBuf;

use clap::Args;

use super::overlays::OverlayArgs;
use super::release::{ArchiveArgs, EditionArg};
use super::server::ServiceArgs;
use super::{ClusterArgs, EnvironmentArgs, Patience, Target};
use crate::model::{PlaceName, RelPath, Sha256Digest, Version};

#[derive(Clone, Debug, Args)]
pub(crate) struct InstallArgs {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) archive: ArchiveArgs,
    #[command(flatten, next_help_heading = "Settings of the host application")]
    pub(crate) overlays: OverlayArgs,
    #[command(flatten, next_help_heading = "Where things lie, and whose they are")]
    pub(crate) placement: PlacementArgs,
    #[command(flatten, next_help_heading = "How it is carried out")]
    pub(crate) service: ServiceArgs,
    /// Do everything but start the server, and need no database; below a --root, config.json then holds paths as seen
    /// inside it
    #[arg(long)]
    pub(crate) no_start: bool,
    #[command(flatten)]
    pub(crate) environment: EnvironmentArgs,
    #[command(flatten)]
    pub(crate) patience: Patience,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

/// Where things go, and whose they are.
#[derive(Clone, Debug, Args)]
pub(crate) struct PlacementArgs {
    /// Keep a mutable directory here: data, logs, plugins, client-plugins, compliance, exports or search-index
    /// (repeatable; an absolute path, taken below --root) [default: var/opt/APP/mattermost/NAME for the first four]
    #[arg(long, value_name = "NAME=/DIR", value_parser = parse_place)]
    pub(crate) place: Vec<(PlaceName, RelPath)>,
    /// Leave these mutable directories in the tree: a list such as data,logs; without one data, logs, plugins and
    /// client-plugins
    #[arg(
        long,
        value_name = "NAME",
        num_args = 0..,
        require_equals = true,
        value_delimiter = ',',
        default_missing_value = "data,logs,plugins,client-plugins"
    )]
    pub(crate) keep_in_tree: Vec<PlaceName>,
    /// Keep config.json here instead of in the tree (an absolute path, taken below --root)
    #[arg(long, value_name = "/PATH", value_parser = RelPath::below_root)]
    pub(crate) config_file: Option<RelPath>,
    /// Who owns the tree: names or numbers [default: whoever runs this]
    #[arg(long, value_name = "USER:GROUP")]
    pub(crate) owner: Option<String>,
    /// Who runs the server and owns what it writes [default: the user mattermost for root, else whoever runs this]
    #[arg(long, value_name = "USER[:GROUP]")]
    pub(crate) service_user: Option<String>,
    /// Use a database that is not empty; what the server does to it is not undone if the installation fails
    #[arg(long)]
    pub(crate) use_existing_database: bool,
}

impl PlacementArgs {
    /// The first of these options that was given.
    pub(crate) fn named(&self) -> Option<&'static str> {
        let given = [
            ("--place", !self.place.is_empty()),
            ("--keep-in-tree", !self.keep_in_tree.is_empty()),
            ("--config-file", self.config_file.is_some()),
            ("--owner", self.owner.is_some()),
            ("--service-user", self.service_user.is_some()),
            ("--use-existing-database", self.use_existing_database),
        ];
        given.into_iter().find(|(_, is_given)| *is_given).map(|(option, _)| option)
    }
}

#[derive(Clone, Debug, Args)]
pub(crate) struct AdoptArgs {
    #[command(flatten)]
    pub(crate) target: Target,
    /// The installed tree, such as /opt/mattermost; of GitLab's package, /opt/gitlab/embedded/service/mattermost (an absolute
    /// path, taken below --root)
    #[arg(long, value_name = "/DIR", value_parser = RelPath::below_root)]
    pub(crate) from: RelPath,
    /// The archive that the tree came from: then it is known exactly which files are the site's own
    #[arg(long, value_name = "PATH")]
    pub(crate) release: Option<PathBuf>,
    /// The installed version; needed only if neither the tree nor its running server tells
    #[arg(long, value_name = "X.Y.Z")]
    pub(crate) release_version: Option<Version>,
    /// The installed edition; needed only if the tree does not tell
    #[arg(long)]
    pub(crate) edition: Option<EditionArg>,
    /// The SHA-256 digest that the archive must have
    #[arg(long, value_name = "HEX", value_parser = Sha256Digest::parse_stated, requires = "release")]
    pub(crate) sha256: Option<Sha256Digest>,
    /// The config.json that the server is started with, if it is not the one in the tree (an absolute path, taken below
    /// --root); for GitLab's package, where the copy goes
    #[arg(long, value_name = "/PATH", value_parser = RelPath::below_root)]
    pub(crate) config_file: Option<RelPath>,
    /// Who owns the tree: names or numbers [default: whoever owns it now]
    #[arg(long, value_name = "USER:GROUP")]
    pub(crate) owner: Option<String>,
    /// Who runs the server [default: whoever owns the uploaded files]
    #[arg(long, value_name = "USER[:GROUP]")]
    pub(crate) service_user: Option<String>,
    #[command(flatten)]
    pub(crate) service: ServiceArgs,
}

fn parse_place(text: &str) -> Result<(PlaceName, RelPath), String> {
    let (name, path) = text.split_once('=').ok_or("expected NAME=/DIR")?;
    let name = name.parse::<PlaceName>().map_err(|error| error.to_string())?;
    Ok((name, RelPath::below_root(path)?))
}
