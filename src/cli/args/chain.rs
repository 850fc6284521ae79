//! What can be typed about a chain of hops: where it leads, how, and how far for today.

use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::release::parse_source;
use crate::cli::until::UntilTime;
use crate::engine::ArchiveSource;
use crate::model::{ReleaseSelector, Version};
use crate::upgrade::Pace;

/// Where it leads.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct GoalArgs {
    /// In one hop to this release: a version such as 10.11.4, a line such as 10.11 for its latest release, `latest` or `esr`; or
    /// an archive: its path or its address (a file that is named like a version is ./10.11)
    #[arg(long, value_name = "VERSION|PATH|URL", value_parser = parse_source)]
    pub(crate) release: Option<ArchiveSource>,
    /// To this release over all that have to be stopped at on the way: a version, a line, `latest` or `esr`
    #[arg(long, value_name = "VERSION")]
    pub(crate) to: Option<ReleaseSelector>,
}

/// One or the other.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Goal<'a> {
    /// One hop.
    Release(&'a ArchiveSource),
    /// A chain.
    To(&'a ReleaseSelector),
}

impl GoalArgs {
    /// Which one was given.
    pub(crate) fn get(&self) -> Goal<'_> {
        let release = self.release.as_ref().map(Goal::Release);
        release.or(self.to.as_ref().map(Goal::To)).expect("one of the two is required")
    }
}

/// How a chain is walked.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "With --to")]
pub(crate) struct ChainArgs {
    /// Stop at this version too (repeatable)
    #[arg(long, value_name = "VERSION", requires = "to", conflicts_with = "release")]
    pub(crate) via: Vec<Version>,
    /// Walk more slowly: stop at every release line of this kind
    #[arg(long, value_name = "KIND", requires = "to", conflicts_with = "release")]
    pub(crate) every: Option<EveryArg>,
    /// Stop only at releases whose archives are at hand: in --releases-dir, --bundle or the store
    #[arg(long, requires = "to", conflicts_with = "release")]
    pub(crate) only_cached: bool,
    /// When the database is saved: before each hop; once before the first, to which a failure then goes back; or never, because
    /// you have a dump in this FILE and will put it back by hand if need be
    #[arg(
        long,
        value_name = "each|once|FILE",
        default_value = "each",
        requires = "to",
        conflicts_with = "release"
    )]
    pub(crate) backup: Dumps,
    /// Begin no hop that leads beyond this version
    #[arg(long, value_name = "VERSION", requires = "to", conflicts_with = "release")]
    pub(crate) stop_after: Option<Version>,
    /// Begin no hop from this time on: 06:30, or a date with it such as 2026-11-30T06:30, or with a zone
    #[arg(long, value_name = "TIME", requires = "to", conflicts_with = "release")]
    pub(crate) until_time: Option<UntilTime>,
}

/// At which lines a chain stops though it need not.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum EveryArg {
    Esr,
    Minor,
    Feature,
}

impl From<EveryArg> for Pace {
    fn from(every: EveryArg) -> Self {
        match every {
            EveryArg::Esr => Self::Esr,
            EveryArg::Minor => Self::Minor,
            EveryArg::Feature => Self::Feature,
        }
    }
}

/// When the database is saved.
#[derive(Clone, Debug)]
pub(crate) enum Dumps {
    /// Before each hop.
    Each,
    /// Before the first one.
    Once,
    /// By the operator, into this file.
    Own(PathBuf),
}

impl FromStr for Dumps {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "each" => Self::Each,
            "once" => Self::Once,
            file => Self::Own(PathBuf::from(file)),
        })
    }
}
