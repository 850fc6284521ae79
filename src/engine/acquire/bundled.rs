//! Archives out of a bundle: into the store, from where they are unpacked like all others.

use std::path::PathBuf;

use super::choice::choose;
use super::fetching::{ARCHIVES, event};
use super::{AcquireError, ArchiveSource, ArchiveWish, Errand, Found, SignaturePlace, Sources};
use crate::engine::bundle::{Bundle, BundleError, BundleFault, Watched};
use crate::host::{Cache, FetchError, Fetching, Meter};
use crate::model::{Edition, Event, Release, ReleaseSelector};
use crate::release::bundle::BundledArchive;

/// Finds an archive in the bundle. Only versions, lines and words are looked up there.
pub(super) fn find(
    sources: &Sources,
    wish: &ArchiveWish,
    source: &ArchiveSource,
    errand: &mut Errand<'_>,
) -> Result<Found, AcquireError> {
    let (selector, bundle) = match (source, &sources.bundle) {
        (ArchiveSource::Known(selector), Some(bundle)) => (selector, bundle),
        (ArchiveSource::File(path), _) => {
            return Err(AcquireError::BesideBundle { given: path.display().to_string() });
        }
        (ArchiveSource::Address(url), _) => {
            let given = crate::host::Network::shown(url);
            return Err(AcquireError::BesideBundle { given });
        }
        (ArchiveSource::Known(selector), None) => {
            return Err(AcquireError::BesideBundle { given: selector.to_string() });
        }
    };
    let choice = choose(sources, wish, selector, &errand.clock).map_err(|error| {
        let is_absent = matches!(error, AcquireError::Select(_));
        if is_absent { absent(bundle, wish, selector) } else { error }
    })?;
    let release = choice.release();
    let archive =
        bundle.archive(&release, wish.platform).ok_or_else(|| absent(bundle, wish, selector))?;
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

fn absent(bundle: &Bundle, wish: &ArchiveWish, selector: &ReleaseSelector) -> AcquireError {
    let edition = wish.edition.unwrap_or(Edition::Team);
    let wanted = match selector {
        ReleaseSelector::Exact(version) => {
            let release = Release { version: version.clone(), edition };
            format!("{release} for {}", wish.platform)
        }
        ReleaseSelector::Line(_) | ReleaseSelector::Latest | ReleaseSelector::Esr => {
            format!("`{selector}`, {edition} edition for {},", wish.platform)
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
