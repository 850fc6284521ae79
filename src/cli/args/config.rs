//! What can be typed after `config`.

mod migrate;
mod test;

use clap::Subcommand;

pub(crate) use self::migrate::MigrateArgs;
pub(crate) use self::test::TestArgs;

use super::Target;
use crate::model::{Version, VersionError};

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
    },
    /// Say who decided a setting, and why
    Explain {
        #[command(flatten)]
        target: Target,
        /// The setting, such as ServiceSettings.SiteURL
        setting: String,
    },
    /// Say what the servers of other versions will make of a configuration, without any server
    Migrate(Box<MigrateArgs>),
    /// Check what becomes of configurations against what is expected, case by case; for CI
    Test(Box<TestArgs>),
}

fn release_line(text: &str) -> Result<Version, VersionError> {
    Version::of_line(text)
}
