//! Archives out of a bundle: into the store, from where they are unpacked like all others.

use std::path::PathBuf;

use super::choice::{choose, platform};
use super::fetching::{ARCHIVES, event};
use super::{AcquireError, ArchiveSource, ArchiveWish, Errand, Found, SignaturePlace, Sources};
use crate::engine::bundle::{Bundle, BundleError, BundleFault, Watched};
use crate::host::{Cache, FetchError, Fetching, Meter, Network};
use crate::model::{Edition, Event, Platform, Release, ReleaseSelector};
use crate::release::bundle::BundledArchive;

/// Finds an archive in the bundle. Only versions, lines and words are looked up there.
pub(super) fn find(
    sources: &Sources,
    bundle: &Bundle,
    wish: &ArchiveWish,
    errand: &mut Errand<'_>,
) -> Result<Found, AcquireError> {
    let beside = |given: String| Err(AcquireError::BesideBundle { given });
    let selector = match &wish.source {
        ArchiveSource::Known(selector) => selector,
        ArchiveSource::File(path) => return beside(path.display().to_string()),
        ArchiveSource::Address(url) => return beside(Network::shown(url)),
    };
    let platform = platform(wish)?;
    let absent = || absent(bundle, wish.edition, platform, selector);
    let choice = choose(sources, wish, selector, &errand.clock)
        .map_err(|error| if matches!(error, AcquireError::Select(_)) { absent() } else { error })?;
    let release = choice.release();
    let archive = bundle.archive(&release, platform).ok_or_else(absent)?;
    // Where the operator states a digest, it was compared with those of the catalogue, which may have several.
    if let Some(stated) = wish.sha256.filter(|stated| *stated != archive.sha256) {
        let known = vec![archive.sha256];
        return Err(AcquireError::OtherDigest { release, stated, known });
    }
    let signature =
        bundle.signature(archive).map_err(|error| AcquireError::Bundle(error.into()))?;
    Ok(Found {
        archive: taken(sources, bundle, archive, errand)?,
        name: archive.name.clone(),
        release: Some(release),
        sha256: Some(archive.sha256),
        is_vouched: archive.vouched || wish.sha256.is_some(),
        signature: SignaturePlace::Bundle(signature),
        signed: None,
        findings: choice.findings,
    })
}

fn absent(
    bundle: &Bundle,
    edition: Option<Edition>,
    platform: Platform,
    selector: &ReleaseSelector,
) -> AcquireError {
    let edition = edition.unwrap_or(Edition::Team);
    let wanted = match selector {
        ReleaseSelector::Exact(version) => {
            let release = Release { version: version.clone(), edition };
            format!("{release} for {platform}")
        }
        ReleaseSelector::Line(_) | ReleaseSelector::Latest | ReleaseSelector::Esr => {
            format!("`{selector}`, {edition} edition for {platform},")
        }
    };
    let (bundle, contents) = (bundle.path().to_owned(), bundle.contents());
    AcquireError::NotInBundle { wanted, bundle, contents }
}

/// Where the archive is in the store, to which it is copied unless it is there.
fn taken(
    sources: &Sources,
    bundle: &Bundle,
    archive: &BundledArchive,
    errand: &mut Errand<'_>,
) -> Result<PathBuf, AcquireError> {
    let cache = Cache::open(&sources.stored(ARCHIVES)?, Meter::default())?;
    let sums = [archive.sha256];
    let mut tell = |happened: Fetching| errand.reporter.hear(&event(happened));
    if let Some(stored) = cache.stored(&sums, &mut tell)? {
        return Ok(stored.path);
    }
    let text = format!("taking {} out of {}", archive.name, bundle.path().display());
    errand.reporter.hear(&Event::Note { text });
    let reader = bundle.reader(archive)?;
    let watched = Watched::new(reader, (0, archive.size), &errand.cancel, &mut *errand.reporter);
    match cache.adopt(watched, bundle.path(), &sums, archive.size) {
        Ok(taken) => Ok(taken.path),
        Err(FetchError::WrongDigest { actual, .. }) => {
            let (name, expected) = (archive.name.clone(), archive.sha256);
            let fault = BundleFault::Content { name, expected, actual };
            let error = BundleError::Fault { path: bundle.path().to_owned(), fault };
            Err(AcquireError::Bundle(error.into()))
        }
        Err(other) => Err(other.into()),
    }
}
