//! What can be typed about a manifest.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::Target;
use crate::manifest::parse_duration;

#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    /// The manifest; but for --no-start and --wait-for-cluster, nothing that stands in it can be said here
    #[arg(long, env = "MMEMBED_MANIFEST", value_name = "FILE", default_value = "mmembed.toml")]
    pub(crate) manifest: PathBuf,
    /// Print what would be done and change nothing (exit code 10 if there is something to do)
    #[arg(long)]
    pub(crate) check: bool,
    /// Do everything but start the server, and need no database, whatever the manifest says: for images and staging roots,
    /// whose manifest is that of the machine they go to
    #[arg(long)]
    pub(crate) no_start: bool,
    /// How long to wait while another node of a cluster changes the database, such as 90s, 30m or 2h, whatever the manifest says;
    /// usually 1h
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) wait_for_cluster: Option<Duration>,
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    #[command(flatten)]
    pub(crate) target: Target,
    /// The manifest to write
    #[arg(value_name = "FILE", default_value = "mmembed.toml")]
    pub(crate) file: PathBuf,
    /// Write it also where there is one already
    #[arg(long)]
    pub(crate) force: bool,
}

/// What there is a schema of.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SchemaArg {
    Manifest,
    Plan,
    Report,
    Event,
    Rules,
    Doctor,
}
