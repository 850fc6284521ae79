//! What can be typed after `config migrate`.

use std::path::PathBuf;

use clap::Args;

use crate::model::Version;

#[derive(Debug, Args)]
pub(crate) struct MigrateArgs {
    /// The configuration, or - for the standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The version that used the file up to now, such as 5.37 [default: none, the database is new]
    #[arg(long, value_name = "VERSION", value_parser = Version::of_line)]
    pub(crate) from: Option<Version>,
    /// The version that is to use it
    #[arg(long, value_name = "VERSION", value_parser = Version::of_line)]
    pub(crate) to: Version,
    /// A version that is started in between (repeatable, older ones first)
    #[arg(long, value_name = "VERSION", value_parser = Version::of_line)]
    pub(crate) via: Vec<Version>,
    /// Carry the values of renamed settings to their new names before each start, as `upgrade` does; servers drop them
    #[arg(long)]
    pub(crate) carry: bool,
    /// Write the file as it will be here instead of to standard output; a new file is readable by its owner only
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Only say what changes
    #[arg(long, conflicts_with = "output")]
    pub(crate) no_file: bool,
}
