//! What can be typed after `releases`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::catalog::CatalogArgs;
use super::release::EditionArg;
use super::sources::{SignatureArgs, SourceArgs};
use crate::model::{Platform, ReleaseLine, ReleaseSelector, Sha256Digest, Version};

#[derive(Debug, Subcommand)]
pub(crate) enum ReleasesCommand {
    /// List the releases that are known
    List(ListArgs),
    /// Show what is known of one release: its archives, where they lie, their digests and who vouches for them
    Show(ShowArgs),
    /// Fetch the archive of a release, and its signature where there is one, into a directory
    Fetch(FetchArgs),
    /// Check whether files are archives that Mattermost has published (exit code 7 if one is not)
    Verify(VerifyArgs),
    /// Take in a catalogue with newer releases, such as `releases list --as-catalog` of a newer mmembed prints; what is known
    /// already cannot be changed by it
    Import {
        /// The catalogue
        file: PathBuf,
        /// Keep it here
        #[arg(long, env = "MMEMBED_STORE", value_name = "DIR")]
        store: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct FetchArgs {
    /// A version such as 10.11.4, a line such as 10.11, `latest` or `esr`
    pub(crate) release: ReleaseSelector,
    /// The directory for it
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,
    /// The edition [default: team]
    #[arg(long)]
    pub(crate) edition: Option<EditionArg>,
    /// The SHA-256 digest that the archive must have
    #[arg(long, value_name = "HEX", value_parser = Sha256Digest::parse_stated)]
    pub(crate) sha256: Option<Sha256Digest>,
    #[command(flatten)]
    pub(crate) sources: SourceArgs,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The files; the signature of one lies beside it: FILE.sig
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) signatures: SignatureArgs,
    #[command(flatten)]
    pub(crate) known: CatalogArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only those of this line, such as 10.11
    #[arg(long, value_name = "X.Y")]
    pub(crate) line: Option<ReleaseLine>,
    /// Only those of lines with extended support
    #[arg(long)]
    pub(crate) esr: bool,
    /// Only those of lines that are supported today
    #[arg(long)]
    pub(crate) supported: bool,
    /// Only those from this version on, such as 10.5
    #[arg(long, value_name = "VERSION", value_parser = Version::of_line)]
    pub(crate) since: Option<Version>,
    /// Print them as a catalogue, which `releases import` takes in
    #[arg(long, conflicts_with = "json")]
    pub(crate) as_catalog: bool,
    #[command(flatten)]
    pub(crate) known: CatalogArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// A version such as 10.11.4, a line such as 10.11, `latest` or `esr`
    pub(crate) release: ReleaseSelector,
    /// Only its archives of this edition
    #[arg(long)]
    pub(crate) edition: Option<EditionArg>,
    /// Only its archives for this platform: linux-amd64 or linux-arm64
    #[arg(long)]
    pub(crate) platform: Option<Platform>,
    #[command(flatten)]
    pub(crate) known: CatalogArgs,
}
