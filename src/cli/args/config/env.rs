//! What can be typed after `config env`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::engine::EnvironmentForm;
use crate::model::{AppName, Version};

#[derive(Debug, Args)]
pub(crate) struct EnvArgs {
    /// In which form
    #[arg(long, value_enum)]
    pub(crate) emit: Emit,
    /// The version of the server: each reads its environment in its own way [default: the installed one]
    #[arg(long = "for", value_name = "VERSION", value_parser = Version::of_line)]
    pub(crate) version: Option<Version>,
    /// A JSON file with settings that the host enforces (repeatable, later ones win) [default: what --app has recorded]
    #[arg(long, value_name = "FILE", required_unless_present = "app")]
    pub(crate) from: Vec<PathBuf>,
    /// The host application whose enforced settings are written
    #[arg(long, env = "MMEMBED_APP")]
    pub(crate) app: Option<AppName>,
    /// Look for the application below this directory instead of `/`
    #[arg(long, env = "MMEMBED_ROOT", value_name = "DIR", default_value = "/")]
    pub(crate) root: PathBuf,
    /// Where to: a file, a directory, or a drop-in that ends in .conf and names a file beside it that ends in .env; all of them
    /// become readable by their owner only. In a directory, variables of an earlier call that are not wanted any more are
    /// removed, and all other files stay [default: print it, with the values]
    #[arg(short, long, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,
    /// Leave out settings that no variable can give, instead of writing nothing
    #[arg(long)]
    pub(crate) skip_impossible: bool,
}

/// The forms of variables.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Emit {
    /// One file of NAME="value", as an environment file of systemd and as shells read it
    EnvFile,
    /// A directory with one file for each variable, for chpst -e of runit and for envdir
    EnvDir,
    /// A drop-in for a systemd unit; printed, it holds the values, which everybody can read in a unit
    Systemd,
}

impl From<Emit> for EnvironmentForm {
    fn from(emit: Emit) -> Self {
        match emit {
            Emit::EnvFile => Self::File,
            Emit::EnvDir => Self::Directory,
            Emit::Systemd => Self::Unit,
        }
    }
}
