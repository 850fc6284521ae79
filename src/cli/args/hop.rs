//! What can be typed about going from one release to another, and back.

use std::path::PathBuf;

use clap::Args;

use super::backup::DataArg;
use super::chain::{ChainArgs, GoalArgs};
use super::overlays::OverlayArgs;
use super::release::ArchiveFacts;
use super::server::ServiceArgs;
use super::sources::SourceArgs;
use super::{BackupArgs, ClusterArgs, EnvironmentArgs, Patience, RuleArgs, Target};
use crate::model::{Consent, Leg, Manner, Start, UpgradeWish};

#[derive(Clone, Debug, Args)]
pub(crate) struct UpgradeArgs {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) goal: GoalArgs,
    #[command(flatten)]
    pub(crate) facts: ArchiveFacts,
    #[command(flatten)]
    pub(crate) chain: ChainArgs,
    #[command(flatten)]
    pub(crate) sources: SourceArgs,
    /// The host's settings; those given last when none is given
    #[command(flatten, next_help_heading = "Settings of the host application")]
    pub(crate) overlays: OverlayArgs,
    #[command(flatten, next_help_heading = "How it is carried out")]
    pub(crate) hop: HopArgs,
    /// Neither stop nor start a server, and leave the database alone: for a staging root that is packed up
    #[arg(long)]
    pub(crate) no_start: bool,
    #[command(flatten)]
    pub(crate) environment: EnvironmentArgs,
    #[command(flatten)]
    pub(crate) patience: Patience,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

impl UpgradeArgs {
    /// What is wished, but for the archive.
    pub(crate) fn wish(&self) -> UpgradeWish {
        let within = self.patience.start_timeout;
        let hop = &self.hop;
        UpgradeWish {
            app: self.target.app.clone(),
            root: self.target.root.clone(),
            archive: PathBuf::new(),
            version: None,
            edition: None,
            sha256: None,
            overlays: self.overlays.overlays(),
            policies: self.overlays.policies(),
            start: if self.no_start { Start::Never } else { Start::Prove { within } },
            service: hop.service.wish(),
            consent: Consent {
                downgrade: hop.consent.allow_downgrade,
                edition_change: hop.consent.allow_edition_change,
                unsaved_database: hop.consent.no_database_backup,
            },
            env_files: self.environment.env_file.clone(),
            manner: Manner {
                data: hop.backup.backup_data.into(),
                verify_restore: hop.backup.verify_restore,
                keep: hop.backup.keep_backups,
                hooks: hop.hooks.clone(),
                adopt_new_defaults: hop.adopt_new_defaults,
            },
            leg: Leg::default(),
        }
    }
}

/// How one release gives way to another.
#[derive(Clone, Debug, Args)]
pub(crate) struct HopArgs {
    #[command(flatten)]
    pub(crate) service: ServiceArgs,
    #[command(flatten)]
    pub(crate) backup: BackupArgs,
    /// A directory with programs to run: DIR/before-stop/NN-name and so on for after-stop, before-start, after-start,
    /// after-commit and on-rollback
    #[arg(long, value_name = "DIR")]
    pub(crate) hooks: Option<PathBuf>,
    /// Take the release's new defaults for settings that nobody has touched; without it they are only reported
    #[arg(long)]
    pub(crate) adopt_new_defaults: bool,
    #[command(flatten)]
    pub(crate) consent: ConsentArgs,
    #[command(flatten)]
    pub(crate) rules: RuleArgs,
}

impl HopArgs {
    /// The first of these options that was given and that says nothing about an installation, to which a service alone matters.
    pub(crate) fn named(&self) -> Option<&'static str> {
        let (backup, consent) = (&self.backup, &self.consent);
        let given = [
            ("--backup-data", !matches!(backup.backup_data, DataArg::Skip)),
            ("--verify-restore", backup.verify_restore),
            ("--hooks", self.hooks.is_some()),
            ("--adopt-new-defaults", self.adopt_new_defaults),
            ("--allow-downgrade", consent.allow_downgrade),
            ("--allow-edition-change", consent.allow_edition_change),
            ("--no-database-backup", consent.no_database_backup),
            ("--accept", !self.rules.accept.is_empty()),
        ];
        given.into_iter().find(|(_, is_given)| *is_given).map(|(option, _)| option)
    }
}

/// Where a report goes: the end of its name says in which form.
pub(super) fn parse_report(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let known =
        path.extension().is_some_and(|it| ["html", "md", "json"].map(AsRef::as_ref).contains(&it));
    if known {
        Ok(path)
    } else {
        Err("expected a name that ends in .html, .md or .json".to_owned())
    }
}

/// What has to be asked for in so many words.
#[derive(Clone, Debug, Args)]
pub(crate) struct ConsentArgs {
    /// Go to an older version all the same
    #[arg(long)]
    pub(crate) allow_downgrade: bool,
    /// Go from one edition to the other
    #[arg(long)]
    pub(crate) allow_edition_change: bool,
    /// Go without a backup of the database, such as one that mmembed does not know: what the new server does to it is then
    /// not taken back
    #[arg(long)]
    pub(crate) no_database_backup: bool,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct RestoreArgs {
    #[command(flatten)]
    pub(crate) target: Target,
    /// Go back although people have used the server since: what they did stays only in the backup that is made first
    #[arg(long)]
    pub(crate) accept_data_loss: bool,
    /// The archive of the release to go back to, where its tree and its archive are gone
    #[arg(long, value_name = "PATH")]
    pub(crate) release: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) service: ServiceArgs,
    #[command(flatten)]
    pub(crate) backup: BackupArgs,
    /// A directory with programs to run, as for `upgrade`
    #[arg(long, value_name = "DIR")]
    pub(crate) hooks: Option<PathBuf>,
    /// Neither stop nor start a server, and leave the database alone
    #[arg(long)]
    pub(crate) no_start: bool,
    /// Print the plan and change nothing (exit code 10 if there is something to do)
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) environment: EnvironmentArgs,
    #[command(flatten)]
    pub(crate) patience: Patience,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}
