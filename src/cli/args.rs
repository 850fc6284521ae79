//! Exactly what can be typed. Nothing is looked up or defaulted beyond what clap does.

mod apply;
mod backup;
mod bundle;
mod catalog;
mod chain;
mod config;
mod doctor;
mod guide;
mod hop;
mod install;
mod manifest;
mod overlays;
mod plan;
mod release;
mod releases;
mod rules;
mod server;
mod service;
mod sources;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(crate) use self::apply::{ApplyArgs, InitArgs, SchemaArg};
pub(crate) use self::backup::{BackupArgs, BackupCommand};
pub(crate) use self::bundle::{BundleCommand, BundleCreateArgs, BundleVerifyArgs};
pub(crate) use self::catalog::CatalogArgs;
pub(crate) use self::chain::{Dumps, Goal};
pub(crate) use self::config::{
    ConfigCommand, DescribeArgs, DiffArgs, EffectiveArgs, Emit, EnvArgs, FixArgs, LintArgs,
    LintFormat, MergeArgs, MigrateArgs, TestArgs,
};
pub(crate) use self::doctor::DoctorArgs;
pub(crate) use self::guide::{CompletionsArgs, ExplainArgs, ManArgs, ShellArg};
pub(crate) use self::hop::{RestoreArgs, UpgradeArgs};
pub(crate) use self::install::{AdoptArgs, InstallArgs};
pub(crate) use self::overlays::OverlayArgs;
pub(crate) use self::plan::{PageForm, PlanArgs};
pub(crate) use self::release::{ArchiveArgs, ArchiveFacts};
pub(crate) use self::releases::{FetchArgs, ListArgs, ReleasesCommand, ShowArgs, VerifyArgs};
pub(crate) use self::rules::{RuleArgs, RuleFileArgs, RulesCommand, RulesListArgs};
pub(crate) use self::server::{ClusterArgs, EnvironmentArgs, Patience};
pub(crate) use self::service::{LaunchArgs, ServiceCommand, ServicePlaceArgs};
pub(crate) use self::sources::{SignatureArgs, SourceArgs};
use crate::model::{AppName, BackupId};

/// Puts the Mattermost server inside a host application, and proves that it works there.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// How results are shown.
#[derive(Debug, Args)]
#[command(next_help_heading = "What is said")]
pub(crate) struct Output {
    /// Print one JSON object instead of text; no progress is shown
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Write progress as JSON lines to this file descriptor, which must be open
    #[arg(long, global = true, value_name = "FD", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) progress_fd: Option<u16>,
    /// Show no progress and no notes: only the result, warnings and what went wrong
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Show more: why each step is taken, how long it took; of `config test`, the cases that pass
    #[arg(long, short, global = true)]
    pub(crate) verbose: bool,
    /// Write everything that is said into this file too, line by line with the time, behind what is there; a new file is readable by
    /// its owner only
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) log_file: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Install a release into a host application, or give an installed one other settings and places
    Install {
        #[command(flatten)]
        install: Box<InstallArgs>,
        /// Print the plan and change nothing, as `plan` does (exit code 10 if there is something to do)
        #[arg(long)]
        dry_run: bool,
    },
    /// Bring an installation to another release: back up, switch, migrate, prove; or be as before. With --to over all
    /// releases that have to be stopped at on the way
    Upgrade {
        #[command(flatten)]
        upgrade: Box<UpgradeArgs>,
        /// Print the plan and change nothing (exit code 10 if there is something to do)
        #[arg(long)]
        dry_run: bool,
        /// Write what was done into this file: its name ends in .html, .md or .json (repeatable)
        #[arg(
            long,
            value_name = "FILE",
            requires = "to",
            conflicts_with = "release",
            value_parser = hop::parse_report
        )]
        report: Vec<PathBuf>,
    },
    /// Make this host what its manifest says: install, upgrade, give other settings and places; or do nothing, where it is that
    /// already
    Apply(ApplyArgs),
    /// Write a manifest to begin with: of what is installed, or with nothing but a name
    Init(InitArgs),
    /// Print the JSON Schema (draft 2020-12) of what mmembed reads and writes
    Schema {
        /// Of what
        of: SchemaArg,
    },
    /// Take over an installation that somebody else made, without starting it or moving what need not be moved
    Adopt {
        #[command(flatten)]
        adopt: Box<AdoptArgs>,
        /// Print the plan and change nothing (exit code 10 if there is something to do)
        #[arg(long)]
        dry_run: bool,
    },
    /// Take the last upgrade back: tree, settings and database as they were before it
    Rollback {
        #[command(flatten)]
        restore: Box<RestoreArgs>,
        /// Go back to this backup instead; see `backup list`
        #[arg(long, value_name = "BACKUP")]
        to: Option<BackupId>,
    },
    /// Show what `install --release` would do, or `upgrade --to`, and change nothing (exit code 10 if it would do something)
    Plan {
        #[command(flatten)]
        plan: Box<PlanArgs>,
    },
    /// Show what is installed, what was interrupted and what runs; needs no lock and changes nothing
    Status {
        #[command(flatten)]
        target: Target,
    },
    /// Look at the host and what is installed: what is missing or broken, and the command that mends it; changes nothing (exit
    /// code 8 if something is)
    Doctor(DoctorArgs),
    /// Compare the tree with its release, and prove that the server works: one that runs is asked, else it is started in
    /// the dark
    Verify {
        #[command(flatten)]
        target: Target,
        /// Only compare files
        #[arg(long)]
        no_start: bool,
        #[command(flatten)]
        environment: EnvironmentArgs,
        #[command(flatten)]
        patience: Patience,
    },
    /// Finish or undo what an interrupted run left open
    Recover {
        #[command(flatten)]
        target: Target,
        /// Take up also a transaction that is stuck, once its cause is removed
        #[arg(long)]
        retry: bool,
        /// The same, and take away what people have put into a server that was started meanwhile
        #[arg(long)]
        accept_data_loss: bool,
        #[command(flatten)]
        cluster: ClusterArgs,
    },
    /// Save configuration, database and files, and look after what was saved
    Backup {
        #[command(subcommand)]
        command: BackupCommand,
    },
    /// Look at and change the configuration of the installed server; compare, check and foretell configurations in files
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Put archives of releases into one file, for where there is no network, and check such a file
    Bundle {
        #[command(subcommand)]
        command: BundleCommand,
    },
    /// Write what systemd, runit or an init system needs to look after the server
    Service {
        #[command(subcommand)]
        command: ServiceCommand,
    },
    /// Look up the rules that upgrades are judged by
    Rules {
        #[command(subcommand)]
        command: RulesCommand,
    },
    /// Look up the releases that Mattermost has published, and get them
    Releases {
        #[command(subcommand)]
        command: ReleasesCommand,
    },
    /// Say what a finding, a rule or an exit code means, why it matters, and what to do
    Explain(ExplainArgs),
    /// Print what a shell needs to complete this program's options, or put it where the shell looks
    Completions(CompletionsArgs),
    /// Print a page of the manual, or put all of them where `man` looks
    Man(ManArgs),
}

impl Command {
    /// As it is typed.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Install { .. } => "install",
            Self::Apply(_) => "apply",
            Self::Init(_) => "init",
            Self::Schema { .. } => "schema",
            Self::Upgrade { .. } => "upgrade",
            Self::Adopt { .. } => "adopt",
            Self::Rollback { .. } => "rollback",
            Self::Plan { .. } => "plan",
            Self::Status { .. } => "status",
            Self::Doctor(_) => "doctor",
            Self::Verify { .. } => "verify",
            Self::Recover { .. } => "recover",
            Self::Backup { .. } => "backup",
            Self::Config { .. } => "config",
            Self::Bundle { .. } => "bundle",
            Self::Rules { .. } => "rules",
            Self::Service { .. } => "service",
            Self::Releases { .. } => "releases",
            Self::Explain(_) => "explain",
            Self::Completions(_) => "completions",
            Self::Man(_) => "man",
        }
    }
}

/// Which installation.
#[derive(Clone, Debug, Args)]
pub(crate) struct Target {
    /// The host application: the server lives in opt/APP/embedded/mattermost
    #[arg(long, env = "MMEMBED_APP")]
    pub(crate) app: AppName,
    /// Work below this directory instead of `/`: a staging root, a chroot, a test
    #[arg(long, env = "MMEMBED_ROOT", value_name = "DIR", default_value = "/")]
    pub(crate) root: PathBuf,
}
