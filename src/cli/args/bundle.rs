//! What can be typed after `bundle`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::catalog::CatalogArgs;
use super::release::EditionArg;
use super::rules::RuleArgs;
use super::sources::{SignatureArgs, SourceArgs};
use crate::model::{ReleaseSelector, Version};

#[derive(Debug, Subcommand)]
pub(crate) enum BundleCommand {
    /// Get archives with their signatures, and write them into one file; the same archives give the same bytes
    Create(Box<BundleCreateArgs>),
    /// Read a bundle to its last byte: is everything in it what was published? (exit code 7 if something is not)
    Verify(BundleVerifyArgs),
    /// List what is in a bundle, without reading the archives
    Show {
        /// The bundle
        file: PathBuf,
        #[command(flatten)]
        known: CatalogArgs,
    },
}

#[derive(Debug, Args)]
pub(crate) struct BundleCreateArgs {
    /// The installed version: what is needed to come from there to --to is put in, stop by stop
    #[arg(long, value_name = "X.Y.Z", requires = "to", conflicts_with = "release")]
    pub(crate) from: Option<Version>,
    /// Where the way leads: a version, a line such as 10.11, `latest` or `esr`
    #[arg(long, value_name = "VERSION", requires = "from", conflicts_with = "release")]
    pub(crate) to: Option<ReleaseSelector>,
    /// Put in this release: a version, a line such as 10.11, `latest` or `esr` (repeatable)
    #[arg(long, value_name = "VERSION", required_unless_present = "to")]
    pub(crate) release: Vec<ReleaseSelector>,
    /// The edition [default: team; of a --bundle, its own]
    #[arg(long)]
    pub(crate) edition: Option<EditionArg>,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Replace a file that is there
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) rules: RuleArgs,
    #[command(flatten)]
    pub(crate) sources: SourceArgs,
}

#[derive(Debug, Args)]
pub(crate) struct BundleVerifyArgs {
    /// The bundle
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) signatures: SignatureArgs,
    #[command(flatten)]
    pub(crate) known: CatalogArgs,
}
