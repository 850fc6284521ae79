//! What can be typed about mending a configuration.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct FixArgs {
    /// The configuration
    pub(crate) file: PathBuf,
    /// Take the byte order mark away that some editors write and no server reads
    #[arg(long, required = true)]
    pub(crate) strip_bom: bool,
}
