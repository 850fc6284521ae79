//! What can be typed after `config effective`.

use std::path::PathBuf;

use clap::Args;

use crate::model::Version;

#[derive(Debug, Args)]
pub(crate) struct EffectiveArgs {
    /// The version of the server: each reads its environment in its own way
    #[arg(long = "for", value_name = "VERSION", value_parser = Version::of_line)]
    pub(crate) version: Version,
    /// A file with MM_* variables, as systemd reads it (repeatable, later ones win)
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Vec<PathBuf>,
    /// A variable (repeatable; wins over --env-file; who lists processes can read it, so give secrets in a file)
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) variable: Vec<String>,
    /// The configuration; `-` reads it from the standard input
    pub(crate) file: PathBuf,
}
