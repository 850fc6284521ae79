//! What can be typed after the commands that explain the program itself.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use clap_complete::Shell;

use super::rules::RuleFileArgs;

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// What the program said: the word in brackets behind a finding, a rule, or an exit code [default: list all of them]
    pub(crate) code: Option<String>,
    #[command(flatten)]
    pub(crate) files: RuleFileArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// For which shell
    #[arg(value_enum)]
    pub(crate) shell: ShellArg,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The command whose page is printed, such as `config lint` [default: that of the program]
    #[arg(value_name = "COMMAND", conflicts_with_all = ["install", "output"])]
    pub(crate) command: Vec<String>,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// Write all pages into this directory
    #[arg(long, short, value_name = "DIR", conflicts_with = "install")]
    pub(crate) output: Option<PathBuf>,
}

/// Where it goes, if not to the standard output.
#[derive(Debug, Args)]
pub(crate) struct PlaceArgs {
    /// Write it where the system looks for it
    #[arg(long)]
    pub(crate) install: bool,
    /// Below this directory instead of `/`: a staging root that is packed up
    #[arg(long, env = "MMEMBED_ROOT", value_name = "DIR", default_value = "/")]
    pub(crate) root: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ShellArg {
    Bash,
    Zsh,
    Fish,
}

impl From<ShellArg> for Shell {
    fn from(shell: ShellArg) -> Self {
        match shell {
            ShellArg::Bash => Self::Bash,
            ShellArg::Zsh => Self::Zsh,
            ShellArg::Fish => Self::Fish,
        }
    }
}
