//! What can be typed about where archives come from, and what has to be known of them.

use std::path::PathBuf;

use clap::Args;

use super::catalog::CatalogArgs;
use crate::model::Platform;
use crate::release::signature::Policy;

/// Where the archive of a version comes from.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Where releases come from")]
pub(crate) struct SourceArgs {
    /// The platform [default: that of this machine]
    #[arg(long, value_name = "linux-amd64|linux-arm64")]
    pub(crate) platform: Option<Platform>,
    /// Look first in this directory for an archive with its published name (repeatable)
    #[arg(long, value_name = "DIR")]
    pub(crate) releases_dir: Vec<PathBuf>,
    /// Fetch from a mirror: what stands before /X.Y.Z/ARCHIVE [default: the vendor's <https://releases.mattermost.com>]
    #[arg(long, env = "MMEMBED_MIRROR", value_name = "URL")]
    pub(crate) mirror: Option<String>,
    /// Take archives from this bundle, as `bundle create` makes it, and ask nobody: only what is in it is known then, so that
    /// `latest` is the newest in it
    #[arg(long, value_name = "FILE", conflicts_with = "releases_dir")]
    pub(crate) bundle: Option<PathBuf>,
    /// Ask nobody, not even a --mirror: what is not here is not to be had
    #[arg(long)]
    pub(crate) offline: bool,
    /// Trust the certificates in this file (PEM) besides those that the system trusts
    #[arg(long, env = "MMEMBED_CA_FILE", value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Allow this host to be asked over http (repeatable; HOST or HOST:PORT)
    #[arg(long, value_name = "HOST")]
    pub(crate) insecure: Vec<String>,
    #[command(flatten)]
    pub(crate) signatures: SignatureArgs,
    /// Refuse `latest`, `esr` and lines where the known releases are too old to tell
    #[arg(long)]
    pub(crate) require_fresh: bool,
    #[command(flatten)]
    pub(crate) known: CatalogArgs,
}

/// Whose signatures count, and whether there has to be one.
#[derive(Clone, Debug, Args)]
pub(crate) struct SignatureArgs {
    /// Refuse an archive without a good signature, which lies beside it: ARCHIVE.sig
    #[arg(long)]
    pub(crate) require_signature: bool,
    /// Believe the signatures of the OpenPGP keys in this file too (repeatable)
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Vec<PathBuf>,
}

impl SignatureArgs {
    pub(crate) fn policy(&self) -> Policy {
        Policy { require: self.require_signature, ..Policy::default() }
    }
}
