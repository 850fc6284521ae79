//! The layers of a configuration as files that somebody names: what a merge would give, without any installation.
//! Nothing is written here.

use std::path::{Path, PathBuf};

use super::config_file::{ConfigFileError, read_config_file};
use super::resolve::{ResolveError, combine, require_meaning};
use crate::config::{
    Document, Hop, Layers, MergeError, Merged, Missing, NewDefaults, Policies, merge,
};
use crate::model::{Overlay, Strength, Version};

/// What is merged, as somebody typed it: files not read.
#[derive(Clone, Debug, Default)]
pub struct LayerFiles {
    /// The file in use; none for a first installation.
    pub live: Option<PathBuf>,
    /// What the release ships.
    pub shipped: Option<PathBuf>,
    /// What the release before it shipped.
    pub shipped_before: Option<PathBuf>,
    /// The host's settings, later ones winning.
    pub overlays: Vec<(Strength, Overlay)>,
    /// The host's defaults as they were applied last.
    pub last_defaults: Option<PathBuf>,
    /// From which version to which the file goes.
    pub hop: Option<(Version, Version)>,
    /// Are defaults that the release has changed taken over where nobody has touched them?
    pub adopt_new_defaults: bool,
    /// Who gives way where two have changed one setting, each `Section.Key=POLICY`.
    pub policies: Vec<String>,
}

/// Why files make no merge.
#[derive(Debug, thiserror::Error)]
pub enum LayerFilesError {
    /// A file cannot be read, or is no configuration.
    #[error(transparent)]
    File(#[from] ConfigFileError),
    /// The host's settings or the policies cannot be told.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// The layers contradict each other.
    #[error("the configurations cannot be merged")]
    Merge(#[from] MergeError),
}

/// Reads the layers and merges them. Places and environment have no part in it.
///
/// # Errors
/// [`LayerFilesError`].
pub fn merge_files(files: &LayerFiles) -> Result<Merged, LayerFilesError> {
    let read = |path: &Option<PathBuf>| {
        path.as_deref().map(|path: &Path| Ok(read_config_file(path)?.document)).transpose()
    };
    let read = |path| -> Result<Option<Document>, ConfigFileError> { read(path) };
    let (live, shipped) = (read(&files.live)?, read(&files.shipped)?);
    let (shipped_before, applied) = (read(&files.shipped_before)?, read(&files.last_defaults)?);
    let defaults = combine(&files.overlays, Strength::Default)?;
    let enforced = combine(&files.overlays, Strength::Enforced)?;
    let nothing = Document::empty();
    let release = shipped.as_ref().unwrap_or(&nothing);
    let known = [release, &defaults, &enforced, live.as_ref().unwrap_or(&nothing)];
    let to = files.hop.as_ref().map(|(_, to)| to);
    require_meaning(&files.policies, &known, to)?;
    let policies = Policies::parse(&files.policies).map_err(ResolveError::Policy)?;
    Ok(merge(&Layers {
        old_release: shipped_before.as_ref(),
        new_defaults: if files.adopt_new_defaults {
            NewDefaults::Adopt
        } else {
            NewDefaults::Report
        },
        missing: to.map_or(Missing::LeaveToServer, Missing::for_version),
        defaults: Some(&defaults),
        defaults_applied: applied.as_ref(),
        site: live.as_ref(),
        enforced: Some(&enforced),
        hop: files.hop.as_ref().map(|(from, to)| Hop { from, to }),
        policies: &policies,
        ..Layers::of_release(release)
    })?)
}
