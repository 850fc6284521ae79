//! Which archives are here already: in a directory, in the store, in a bundle.
//! Nobody is asked, and nothing is read: whether an archive is what it is called is known to whoever acquires it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::Sources;
use super::choice::file_names;
use super::fetching::ARCHIVES;
use crate::host::{Cache, exists_outside, size_outside};
use crate::model::{Artifact, Edition, Platform, PublishedRelease, Release, Sha256Digest, Version};

/// An archive that is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtHand {
    /// The file that it is, or in which it is.
    pub path: PathBuf,
    /// How many bytes it has.
    pub bytes: u64,
    /// What kind of place that is.
    pub place: HandyPlace,
}

/// Where an archive can be that is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandyPlace {
    /// In a directory of archives.
    Directory,
    /// In the store.
    Store,
    /// In a bundle, out of which it is taken into the store.
    Bundle,
}

/// The archive of a release of the catalogue, where it is here.
#[must_use]
pub fn at_hand(sources: &Sources, release: &Release, platform: Platform) -> Option<AtHand> {
    let published = sources.catalog.find(&release.version)?;
    seen(sources, published, published.artifact(release.edition, platform)?)
}

/// The versions of which the archive is here.
#[must_use]
pub fn versions_at_hand(
    sources: &Sources,
    edition: Edition,
    platform: Platform,
) -> BTreeSet<Version> {
    let published = sources.catalog.releases().filter(|published| {
        let artifact = published.artifact(edition, platform);
        artifact.is_some_and(|artifact| seen(sources, published, artifact).is_some())
    });
    published.map(|published| published.version.clone()).collect()
}

/// In the order in which they are looked through when it is acquired.
fn seen(sources: &Sources, published: &PublishedRelease, artifact: &Artifact) -> Option<AtHand> {
    let Some(bundle) = &sources.bundle else {
        return in_directories(sources, published, artifact)
            .or_else(|| in_store(sources, &artifact.known_sums()));
    };
    let archive = bundle.archive(&published.release(artifact), artifact.platform)?;
    let in_bundle = || AtHand {
        path: bundle.path().to_owned(),
        bytes: archive.size,
        place: HandyPlace::Bundle,
    };
    Some(in_store(sources, &[archive.sha256]).unwrap_or_else(in_bundle))
}

fn in_directories(
    sources: &Sources,
    published: &PublishedRelease,
    artifact: &Artifact,
) -> Option<AtHand> {
    let names = file_names(published, artifact);
    let mut paths = sources
        .directories
        .iter()
        .flat_map(|directory| names.iter().map(|name| directory.join(name)));
    let path = paths.find(|path| exists_outside(path))?;
    // What may not be read is here all the same: whoever acquires it is told.
    let bytes = size_outside(&path).unwrap_or_default();
    Some(AtHand { path, bytes, place: HandyPlace::Directory })
}

fn in_store(sources: &Sources, sums: &[Sha256Digest]) -> Option<AtHand> {
    let store = sources.store.as_ref()?.join(ARCHIVES);
    let (path, bytes) = Cache::peek(&store, sums)?;
    Some(AtHand { path, bytes, place: HandyPlace::Store })
}
