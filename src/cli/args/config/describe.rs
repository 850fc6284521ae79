//! What can be typed after `config describe`.

use clap::Args;

use crate::model::Version;

#[derive(Debug, Args)]
pub(crate) struct DescribeArgs {
    /// The setting, such as ServiceSettings.SiteURL
    pub(crate) setting: String,
    /// Only as it is in this version, such as 10.11
    #[arg(long = "for", value_name = "VERSION", value_parser = Version::of_line)]
    pub(crate) version: Option<Version>,
}
