//! What can be typed after `config`.

mod describe;
mod diff;
mod effective;
mod env;
mod fix;
mod lint;
mod merge;
mod migrate;
mod test;

use clap::Subcommand;

pub(crate) use self::describe::DescribeArgs;
pub(crate) use self::diff::DiffArgs;
pub(crate) use self::effective::EffectiveArgs;
pub(crate) use self::env::{Emit, EnvArgs};
pub(crate) use self::fix::FixArgs;
pub(crate) use self::lint::{LintArgs, LintFormat};
pub(crate) use self::merge::MergeArgs;
pub(crate) use self::migrate::MigrateArgs;
pub(crate) use self::test::TestArgs;

use super::Target;

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
    /// Say what is known of a setting: type, default and name by version; needs no installation
    Describe(DescribeArgs),
    /// Say what the servers of other versions will make of a configuration, without any server
    Migrate(Box<MigrateArgs>),
    /// Say what is wrong or strange about configurations for a version; needs no installation (exit code 3 on errors)
    Lint {
        #[command(flatten)]
        lint: LintArgs,
    },
    /// Print a configuration as a server with these variables in its environment would see it, secrets masked
    Effective(EffectiveArgs),
    /// Write what the host enforces as MM_* variables, for whoever starts the server
    Env(EnvArgs),
    /// Compare two configurations setting by setting, secrets masked (exit code 10 if they differ)
    Diff(Box<DiffArgs>),
    /// Merge configurations as an installation or an upgrade would, on files alone; say who decided what
    Merge(Box<MergeArgs>),
    /// Mend a file that no server can read, where that can be done without a loss
    Fix(FixArgs),
    /// Check what becomes of configurations against what is expected, case by case; for CI
    Test(Box<TestArgs>),
}
