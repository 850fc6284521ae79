//! What can be typed about a merge of configurations that are named one by one.

use std::path::PathBuf;

use clap::Args;

use super::super::OverlayArgs;
use crate::model::Version;

#[derive(Debug, Args)]
pub(crate) struct MergeArgs {
    /// The configuration in use, or - for the standard input [default: none, as before a first installation]
    #[arg(long, value_name = "FILE")]
    pub(crate) live: Option<PathBuf>,
    /// The configuration that the new release ships
    #[arg(long, value_name = "FILE", required_unless_present = "live")]
    pub(crate) shipped: Option<PathBuf>,
    /// The one that the release in use ships: what nobody has touched is told by it
    #[arg(long, value_name = "FILE", requires = "live")]
    pub(crate) shipped_before: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) overlays: OverlayArgs,
    /// The host's defaults as they were applied last: which of them a user has changed is told by it
    #[arg(long, value_name = "FILE", requires = "live")]
    pub(crate) last_defaults: Option<PathBuf>,
    /// Take the release's new defaults for settings that nobody has touched; without it they are only reported
    #[arg(long, requires = "shipped_before")]
    pub(crate) adopt_new_defaults: bool,
    /// The version that uses the file up to now; settings that were renamed since keep their values
    #[arg(long, value_name = "VERSION", requires = "to", value_parser = Version::of_line)]
    pub(crate) from: Option<Version>,
    /// The version that is to use it
    #[arg(long, value_name = "VERSION", requires = "from", value_parser = Version::of_line)]
    pub(crate) to: Option<Version>,
    /// Write the result here instead of to standard output; a new file is readable by its owner only
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Write here who decided each setting, and why, as JSON; secrets are masked
    #[arg(long, value_name = "FILE")]
    pub(crate) ledger: Option<PathBuf>,
    /// Write nothing, and end with exit code 3, if user and host both changed a setting and no policy settles it
    #[arg(long)]
    pub(crate) fail_on_conflict: bool,
}
