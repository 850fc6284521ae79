//! What can be typed about a release and the settings that it is given.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::sources::SourceArgs;
use crate::config::Stance;
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

/// The host's settings.
#[derive(Clone, Debug, Args)]
pub(crate) struct OverlayArgs {
    /// A JSON file with settings of the host; users may change them (repeatable, later ones win)
    #[arg(long, visible_alias = "defaults-overlay", value_name = "FILE")]
    pub(crate) config_overlay: Vec<PathBuf>,
    /// One setting of the host, such as 'ServiceSettings.SiteURL="https://chat.example.com"' (repeatable; wins over
    /// --config-overlay; who lists processes can read it, so give secrets in a file)
    #[arg(long, value_name = "SECTION.KEY=JSON")]
    pub(crate) set: Vec<String>,
    /// Enforce the settings given with --config-overlay and --set: users' own values give way
    #[arg(long)]
    pub(crate) enforce: bool,
    /// One setting that is enforced, whatever --enforce says (repeatable; as public as --set)
    #[arg(long, value_name = "SECTION.KEY=JSON")]
    pub(crate) enforced_set: Vec<String>,
    /// A JSON file with settings that are enforced, whatever --enforce says (repeatable)
    #[arg(long, value_name = "FILE")]
    pub(crate) enforced_overlay: Vec<PathBuf>,
    /// What to do about a setting, or all of a section, that a user changed while the host changed its default: keep-user,
    /// prefer-host or refuse; or, for new defaults of the release where nobody touched it, adopt-default (repeatable; the
    /// most specific one decides) [default: keep-user]
    #[arg(long, value_name = "SECTION[.KEY]=POLICY")]
    pub(crate) policy: Vec<Stance>,
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
