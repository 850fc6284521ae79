//! What can be typed about a chain of hops: where it leads, how, and how far for today.

use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::release::parse_source;
use crate::cli::until::UntilTime;
use crate::engine::ArchiveSource;
use crate::model::{ReleaseLine, ReleaseSelector, Version, VersionError};
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
    /// Begin no hop that leads beyond this version, or beyond the releases of this line
    #[arg(
        long,
        value_name = "VERSION",
        value_parser = parse_last,
        requires = "to",
        conflicts_with = "release"
    )]
    pub(crate) stop_after: Option<Version>,
    /// Begin no hop from this time on: 06:30, or a date with it such as 2026-11-30T06:30, or with a zone
    #[arg(long, value_name = "TIME", requires = "to", conflicts_with = "release")]
    pub(crate) until_time: Option<UntilTime>,
}

/// A version; of a line, what none of its releases lies beyond.
fn parse_last(text: &str) -> Result<Version, VersionError> {
    let of_line = |line: ReleaseLine| Version::new(line.major, line.minor, u64::MAX);
    text.parse::<ReleaseLine>().map_or_else(|_| text.parse(), |line| Ok(of_line(line)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_with_its_last_release() {
        let last = parse_last("9.11").unwrap();
        let beyond = |text: &str| text.parse::<Version>().unwrap() > last;
        assert!(!beyond("9.10.3") && !beyond("9.11.0") && !beyond("9.11.99") && beyond("10.0.0"));
        assert_eq!(parse_last("9.11.2"), "9.11.2".parse());
        assert!(parse_last("9").is_err() && parse_last("esr").is_err());
    }
}
