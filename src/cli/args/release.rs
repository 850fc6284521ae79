//! What can be typed about a release.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::sources::SourceArgs;
use crate::engine::ArchiveSource;
use crate::model::{Edition, Sha256Digest, Version};

/// Which release.
#[derive(Clone, Debug, Args)]
pub(crate) struct ArchiveArgs {
    /// A version such as 10.11.4, a line such as 10.11 for its latest release, `latest` or `esr`; or an archive: its path or
    /// its address (a file that is named like a version is ./10.11)
    #[arg(long, value_name = "VERSION|PATH|URL", value_parser = parse_source)]
    pub(crate) release: ArchiveSource,
    #[command(flatten)]
    pub(crate) facts: ArchiveFacts,
    #[command(flatten)]
    pub(crate) sources: SourceArgs,
}

/// What is known of an archive besides.
#[derive(Clone, Debug, Args)]
pub(crate) struct ArchiveFacts {
    /// The version in the archive; needed only if its file name does not tell
    #[arg(long, value_name = "X.Y.Z")]
    pub(crate) release_version: Option<Version>,
    /// The edition [default: as the name of the archive says; of a version, the installed one, else team]
    #[arg(long)]
    pub(crate) edition: Option<EditionArg>,
    /// The SHA-256 digest that the archive must have
    #[arg(long, value_name = "HEX", value_parser = Sha256Digest::parse_stated)]
    pub(crate) sha256: Option<Sha256Digest>,
}

pub(super) fn parse_source(text: &str) -> Result<ArchiveSource, String> {
    if text.contains("://") {
        return Ok(ArchiveSource::Address(text.to_owned()));
    }
    if text.is_empty() {
        return Err("expected a version, a path or an address".to_owned());
    }
    let known = text.parse().map(ArchiveSource::Known);
    Ok(known.unwrap_or_else(|_| ArchiveSource::File(PathBuf::from(text))))
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
