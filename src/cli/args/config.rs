//! What can be typed after `config`.

use clap::Subcommand;

use super::{DiffArgs, FixArgs, MergeArgs, Target};

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print all settings, secrets masked
    Show {
        #[command(flatten)]
        target: Target,
        /// Only the settings that differ from those the release ships
        #[arg(long)]
        changed: bool,
    },
    /// Print one setting as JSON, secrets masked
    Get {
        #[command(flatten)]
        target: Target,
        /// The setting, such as ServiceSettings.SiteURL
        setting: String,
        /// Print it as it is, even if it is a secret
        #[arg(long)]
        reveal: bool,
    },
    /// Change settings; everything else in the file stays as it is, to the byte
    Set {
        #[command(flatten)]
        target: Target,
        /// What to set, such as 'TeamSettings.SiteName="Acme"'; the value is JSON
        #[arg(required = true, value_name = "SECTION.KEY=JSON")]
        assignments: Vec<String>,
        /// Replace a file that has several names under this one; the others keep the former content
        #[arg(long)]
        break_hardlink: bool,
    },
    /// Say who decided a setting, and why
    Explain {
        #[command(flatten)]
        target: Target,
        /// The setting, such as ServiceSettings.SiteURL
        setting: String,
    },
    /// Compare two configurations setting by setting, secrets masked (exit code 10 if they differ)
    Diff(Box<DiffArgs>),
    /// Merge configurations as an installation or an upgrade would, on files alone; say who decided what
    Merge(Box<MergeArgs>),
    /// Mend a file that no server can read, where that can be done without a loss
    Fix(FixArgs),
}
