//! What can be typed about the comparison of two configurations.

use clap::Args;

use crate::config::SettingPath;

#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The configuration before: a file, - for the standard input, or a version, such as 9.5, for what its servers fill into
    /// a new file
    #[arg(value_name = "A")]
    pub(crate) before: String,
    /// The configuration after, likewise
    #[arg(value_name = "B")]
    pub(crate) after: String,
    /// Compare only this section or setting, with all that lies below it (repeatable)
    #[arg(long, value_name = "SECTION[.KEY]")]
    pub(crate) only: Vec<SettingPath>,
    /// Print only the names of the settings that differ
    #[arg(long)]
    pub(crate) name_only: bool,
}
