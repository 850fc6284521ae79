//! What can be typed after `config lint`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::model::Version;

/// What to look at, with whose eyes.
#[derive(Debug, Args)]
pub(crate) struct LintArgs {
    /// The version that shall read the configuration, such as 10.11 or 10.11.4
    #[arg(long = "for", value_name = "VERSION", value_parser = Version::of_line)]
    pub(crate) version: Version,
    /// A file with the MM_* variables that the server is started with, as systemd reads it (repeatable, later ones win)
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Vec<PathBuf>,
    /// The directory of the release [default: above a `config` directory that the file lies in]
    #[arg(long, value_name = "DIR")]
    pub(crate) tree: Option<PathBuf>,
    /// How the findings are printed [default: text, or json with --json]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<LintFormat>,
    /// Let warnings count as errors
    #[arg(long)]
    pub(crate) strict: bool,
    /// The configurations; `-` is the standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LintFormat {
    /// For people, one finding a line, with its place in front
    Text,
    /// One JSON object
    Json,
    /// A SARIF 2.1.0 log, for tools that review code
    Sarif,
}
