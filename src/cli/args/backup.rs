//! What can be typed about backups.

use clap::{Args, Subcommand, ValueEnum};

use super::{EnvironmentArgs, RestoreArgs, Target};
use crate::model::{BackupId, DataPolicy};

#[derive(Debug, Subcommand)]
pub(crate) enum BackupCommand {
    /// Save the configuration and the database as they are now; the server may run meanwhile
    Create {
        #[command(flatten)]
        target: Target,
        /// What to do about uploaded files and plugins: leave them out, give them second names, or copy them
        #[arg(long, value_name = "POLICY", default_value = "skip")]
        data: DataArg,
        /// Bring the dump back into a scratch database and compare the numbers of rows; its role has to be allowed to
        /// create databases
        #[arg(long)]
        verify_restore: bool,
        #[command(flatten)]
        environment: EnvironmentArgs,
    },
    /// Show which backups there are
    List {
        #[command(flatten)]
        target: Target,
    },
    /// Read a backup to its last byte: is it still what it was?
    Verify {
        #[command(flatten)]
        target: Target,
        /// Its name [default: the newest one]
        backup: Option<BackupId>,
    },
    /// Remove old backups, and what is left of unfinished ones
    Prune {
        #[command(flatten)]
        target: Target,
        /// How many of the newest ones stay
        #[arg(long, value_name = "N", default_value_t = 3)]
        keep: usize,
    },
    /// Put an installation back as a backup has it: on a host that has nothing of it any more, or in place of what is there
    Restore {
        /// The backup; see `backup list`
        backup: BackupId,
        #[command(flatten)]
        restore: Box<RestoreArgs>,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum DataArg {
    Skip,
    Link,
    Copy,
}

impl From<DataArg> for DataPolicy {
    fn from(data: DataArg) -> Self {
        match data {
            DataArg::Skip => Self::Skip,
            DataArg::Link => Self::Link,
            DataArg::Copy => Self::Copy,
        }
    }
}

/// What is backed up, and how.
#[derive(Clone, Debug, Args)]
pub(crate) struct BackupArgs {
    /// What becomes of uploaded files in the backup: they are left out, linked or copied
    #[arg(long, value_name = "POLICY", default_value = "skip")]
    pub(crate) backup_data: DataArg,
    /// Restore the dump into a scratch database and compare it before it counts
    #[arg(long)]
    pub(crate) verify_restore: bool,
    /// How many backups are kept
    #[arg(long, value_name = "N", default_value = "3", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) keep_backups: u32,
}
