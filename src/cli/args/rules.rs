//! What can be typed about the rules that upgrades are judged by.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::model::Version;

/// Which rules there are.
#[derive(Clone, Debug, Args)]
pub(crate) struct RuleFileArgs {
    /// Heed the rules of this file besides those of the project (TOML; repeatable)
    #[arg(long, env = "MMEMBED_RULES", value_name = "FILE")]
    pub(crate) rules: Vec<PathBuf>,
}

/// By which rules a way is found and a hop is judged.
#[derive(Clone, Debug, Args)]
pub(crate) struct RuleArgs {
    #[command(flatten)]
    pub(crate) files: RuleFileArgs,
    /// Go although this rule speaks against it; `rules show RULE` says what it is about (repeatable)
    #[arg(long, value_name = "RULE")]
    pub(crate) accept: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// List the rules, or those that have something to say about going from one version to another
    List(RulesListArgs),
    /// Show what is known of one rule
    Show {
        /// Its name, such as gate-5.31
        rule: String,
        #[command(flatten)]
        files: RuleFileArgs,
    },
}

#[derive(Debug, Args)]
pub(crate) struct RulesListArgs {
    /// Only those about going from this version to that of --to
    #[arg(long, value_name = "X.Y.Z", requires = "to")]
    pub(crate) from: Option<Version>,
    /// Where one goes
    #[arg(long, value_name = "X.Y.Z", requires = "from")]
    pub(crate) to: Option<Version>,
    #[command(flatten)]
    pub(crate) files: RuleFileArgs,
}
