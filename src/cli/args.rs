//! Exactly what can be typed. Nothing is looked up or defaulted beyond what clap does.

use std::path::PathBuf;

use crate::model::{
    AppName, BackupId, DataPolicy, Edition, PlaceName, RelPath, Service, ServiceWish, Sha256Digest,
    Version,
};
use clap::{Args, Parser, Subcommand, ValueEnum};

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
pub(crate) struct Output {
    /// Print one JSON object instead of text; no progress is shown
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Write progress as JSON lines to this file descriptor, which must be open (install, verify, recover, backup create)
    #[arg(long, global = true, value_name = "FD", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) progress_fd: Option<u16>,
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
    /// Bring an installation to another release: back up, switch, migrate, prove; or be as before
    Upgrade {
        #[command(flatten)]
        upgrade: Box<UpgradeArgs>,
        /// Print the plan and change nothing (exit code 10 if there is something to do)
        #[arg(long)]
        dry_run: bool,
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
    /// Show what `install` would do, and change nothing (exit code 10 if it would do something)
    Plan {
        #[command(flatten)]
        install: Box<InstallArgs>,
    },
    /// Show what is installed, what was interrupted and what runs; needs no lock and changes nothing
    Status {
        #[command(flatten)]
        target: Target,
    },
    /// Compare the tree with its release, and prove that the server works: one that runs is asked, else it is started in
    /// the dark
    Verify {
        #[command(flatten)]
        target: Target,
        /// Only compare files
        #[arg(long)]
        no_start: bool,
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
    },
    /// Save configuration, database and files, and look after what was saved
    Backup {
        #[command(subcommand)]
        command: BackupCommand,
    },
    /// Look at and change the configuration of the installed server
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
}

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
}

/// Which installation.
#[derive(Debug, Args)]
pub(crate) struct Target {
    /// The host application: the server lives in opt/APP/embedded/mattermost
    #[arg(long, env = "MMEMBED_APP")]
    pub(crate) app: AppName,
    /// Work below this directory instead of `/`: a staging root, a chroot, a test
    #[arg(long, env = "MMEMBED_ROOT", value_name = "DIR", default_value = "/")]
    pub(crate) root: PathBuf,
}

/// How long to wait.
#[derive(Debug, Args)]
pub(crate) struct Patience {
    /// How long the server may take to become ready, such as 90s, 30m or 2h
    #[arg(long, value_name = "TIME", default_value = "30m", value_parser = parse_duration)]
    pub(crate) start_timeout: std::time::Duration,
}

#[derive(Debug, Args)]
pub(crate) struct InstallArgs {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) archive: ArchiveArgs,
    #[command(flatten)]
    pub(crate) overlays: OverlayArgs,
    /// Keep a mutable directory here: data, logs, plugins, client-plugins, compliance, exports or search-index
    /// (repeatable; an absolute path, taken below --root) [default: var/opt/APP/mattermost/NAME for the first four]
    #[arg(long, value_name = "NAME=/DIR", value_parser = parse_place)]
    pub(crate) place: Vec<(PlaceName, RelPath)>,
    /// Leave these mutable directories in the tree: a list such as data,logs; without one data, logs, plugins and
    /// client-plugins
    #[arg(
        long,
        value_name = "NAME",
        num_args = 0..,
        require_equals = true,
        value_delimiter = ',',
        default_missing_value = "data,logs,plugins,client-plugins"
    )]
    pub(crate) keep_in_tree: Vec<PlaceName>,
    /// Keep config.json here instead of in the tree (an absolute path, taken below --root)
    #[arg(long, value_name = "/PATH", value_parser = parse_below_root)]
    pub(crate) config_file: Option<RelPath>,
    /// Who owns the tree: names or numbers [default: whoever runs this]
    #[arg(long, value_name = "USER:GROUP")]
    pub(crate) owner: Option<String>,
    /// Who runs the server and owns what it writes [default: the user mattermost for root, else whoever runs this]
    #[arg(long, value_name = "USER[:GROUP]")]
    pub(crate) service_user: Option<String>,
    /// Do everything but start the server, and need no database; below a --root, config.json then holds paths as seen
    /// inside it
    #[arg(long)]
    pub(crate) no_start: bool,
    #[command(flatten)]
    pub(crate) patience: Patience,
    /// Use a database that is not empty; what the server does to it is not undone if the installation fails
    #[arg(long)]
    pub(crate) use_existing_database: bool,
}

#[derive(Debug, Args)]
pub(crate) struct UpgradeArgs {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) archive: ArchiveArgs,
    /// The host's settings; those given last when none is given
    #[command(flatten)]
    pub(crate) overlays: OverlayArgs,
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
    /// Neither stop nor start a server, and leave the database alone: for a staging root that is packed up
    #[arg(long)]
    pub(crate) no_start: bool,
    #[command(flatten)]
    pub(crate) patience: Patience,
}

#[derive(Debug, Args)]
pub(crate) struct AdoptArgs {
    #[command(flatten)]
    pub(crate) target: Target,
    /// The installed tree, such as /opt/mattermost; of GitLab's package, /opt/gitlab/embedded/service/mattermost
    #[arg(long, value_name = "DIR")]
    pub(crate) from: PathBuf,
    /// The archive that the tree came from: then it is known exactly which files are the site's own
    #[arg(long, value_name = "PATH")]
    pub(crate) release: Option<PathBuf>,
    /// The installed version; needed only if neither the tree nor its running server tells
    #[arg(long, value_name = "X.Y.Z")]
    pub(crate) release_version: Option<Version>,
    /// The installed edition; needed only if the tree does not tell
    #[arg(long)]
    pub(crate) edition: Option<EditionArg>,
    /// The SHA-256 digest that the archive must have
    #[arg(long, value_name = "HEX", value_parser = Sha256Digest::parse_stated, requires = "release")]
    pub(crate) sha256: Option<Sha256Digest>,
    /// The config.json that the server is started with, if it is not the one in the tree (an absolute path, taken below
    /// --root); for GitLab's package, where the copy goes
    #[arg(long, value_name = "/PATH", value_parser = parse_below_root)]
    pub(crate) config_file: Option<RelPath>,
    /// Who owns the tree: names or numbers [default: whoever owns it now]
    #[arg(long, value_name = "USER:GROUP")]
    pub(crate) owner: Option<String>,
    /// Who runs the server [default: whoever owns the uploaded files]
    #[arg(long, value_name = "USER[:GROUP]")]
    pub(crate) service_user: Option<String>,
    #[command(flatten)]
    pub(crate) service: ServiceArgs,
}

/// What has to be asked for in so many words.
#[derive(Debug, Args)]
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

#[derive(Debug, Args)]
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
    pub(crate) patience: Patience,
}

/// How the server is stopped and started.
#[derive(Debug, Args)]
pub(crate) struct ServiceArgs {
    /// What stops and starts the server: systemd:UNIT, runit:NAME, sysv:NAME, none, or a NAME that is looked up
    /// [default: as given last]
    #[arg(long, value_name = "NAME", conflicts_with_all = ["stop_cmd", "start_cmd"])]
    pub(crate) service: Option<ServiceWish>,
    /// A command that stops the server
    #[arg(long, value_name = "COMMAND", requires = "start_cmd")]
    pub(crate) stop_cmd: Option<String>,
    /// A command that starts the server and returns
    #[arg(long, value_name = "COMMAND", requires = "stop_cmd")]
    pub(crate) start_cmd: Option<String>,
}

impl ServiceArgs {
    /// What was said, if anything.
    pub(crate) fn wish(&self) -> Option<ServiceWish> {
        let commands = self.stop_cmd.clone().zip(self.start_cmd.clone());
        let commands = commands.map(|(stop, start)| {
            ServiceWish::Exactly(Service::Commands { stop, start, status: None })
        });
        commands.or_else(|| self.service.clone())
    }
}

/// What is backed up, and how.
#[derive(Debug, Args)]
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

/// Which release.
#[derive(Debug, Args)]
pub(crate) struct ArchiveArgs {
    /// The release archive: mattermost-team-X.Y.Z-linux-amd64.tar.gz
    #[arg(long, value_name = "PATH")]
    pub(crate) release: PathBuf,
    /// The version in the archive; needed only if its file name does not tell
    #[arg(long, value_name = "X.Y.Z")]
    pub(crate) release_version: Option<Version>,
    /// The edition in the archive; needed only if its file name does not tell
    #[arg(long)]
    pub(crate) edition: Option<EditionArg>,
    /// The SHA-256 digest that the archive must have
    #[arg(long, value_name = "HEX", value_parser = Sha256Digest::parse_stated)]
    pub(crate) sha256: Option<Sha256Digest>,
}

/// The host's settings.
#[derive(Debug, Args)]
pub(crate) struct OverlayArgs {
    /// A JSON file with settings of the host; users may change them (repeatable, later ones win)
    #[arg(long, value_name = "FILE")]
    pub(crate) config_overlay: Vec<PathBuf>,
    /// One setting of the host, such as 'ServiceSettings.SiteURL="https://chat.example.com"' (repeatable; wins over
    /// --config-overlay; who lists processes can read it, so give secrets in a file)
    #[arg(long, value_name = "SECTION.KEY=JSON")]
    pub(crate) set: Vec<String>,
    /// Enforce the settings given with --config-overlay and --set: users' own values give way
    #[arg(long)]
    pub(crate) enforce: bool,
    /// A JSON file with settings that are enforced, whatever --enforce says (repeatable)
    #[arg(long, value_name = "FILE")]
    pub(crate) enforced_overlay: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum EditionArg {
    Team,
    Enterprise,
}

impl From<EditionArg> for Edition {
    fn from(edition: EditionArg) -> Self {
        match edition {
            EditionArg::Team => Self::Team,
            EditionArg::Enterprise => Self::Enterprise,
        }
    }
}

fn parse_place(text: &str) -> Result<(PlaceName, RelPath), String> {
    let (name, path) = text.split_once('=').ok_or("expected NAME=/DIR")?;
    let name = name.parse::<PlaceName>().map_err(|error| error.to_string())?;
    Ok((name, parse_below_root(path)?))
}

fn parse_below_root(text: &str) -> Result<RelPath, String> {
    let relative = text.strip_prefix('/').ok_or("expected an absolute path, such as /srv/chat")?;
    let relative = relative.trim_end_matches('/');
    if relative.is_empty() {
        return Err("the root directory itself cannot be used".to_owned());
    }
    relative.parse().map_err(|_| "expected a path without `..`, `.` and `//`".to_owned())
}

fn parse_duration(text: &str) -> Result<std::time::Duration, String> {
    let duration: jiff::SignedDuration =
        text.parse().map_err(|_| "expected a time such as 90s, 30m or 2h")?;
    std::time::Duration::try_from(duration).map_err(|_| "a time cannot be negative".to_owned())
}
