//! Where the bytes come from: a directory, the store, the network, in this order.

use std::path::Path;

use super::choice::{Choice, accepted};
use super::{AcquireError, ArchiveWish, Errand, Found, Remote, SignaturePlace, Sources, beside};
use crate::host::{
    Cache, Fetched, Fetching, Meter, Network, Wanted, digest_of, exists_outside,
    require_directory_outside,
};
use crate::model::{Artifact, Event, Finding, OFFICIAL_BASE, Platform, Release};

/// The largest archive that is fetched: those published so far have less than a quarter of it, and no list tells their sizes.
const ARCHIVE_CAP: u64 = 4 * 1024 * 1024 * 1024;

/// Where the archives are, in the store.
pub(super) const ARCHIVES: &str = "archives";

/// Gets an archive of the catalogue.
pub(super) fn chosen(
    sources: &Sources,
    choice: &Choice<'_>,
    errand: &mut Errand<'_>,
) -> Result<Found, AcquireError> {
    if let Some(found) = in_directories(sources, choice)? {
        return Ok(found);
    }
    let base = sources.remote.as_ref().map_or(OFFICIAL_BASE, |remote| &remote.base);
    let url = choice.published.url(choice.artifact, base);
    let wanted = Wanted { url, sums: choice.sums.clone(), cap: ARCHIVE_CAP };
    let fetched = fetched(sources, &wanted, &choice.release(), errand)?;
    let findings = choice.findings.clone();
    Ok(found(fetched, &wanted, choice.file_name(), choice.release(), findings))
}

/// Gets an archive from its address. Where its name is that of a known release, so are its digests.
pub(super) fn from_address(
    sources: &Sources,
    wish: &ArchiveWish,
    url: &str,
    errand: &mut Errand<'_>,
) -> Result<Found, AcquireError> {
    let name = Network::file_name(url);
    let named = Release::from_file_name(&name);
    let stated = |named: Release| Release {
        version: wish.version.clone().unwrap_or(named.version),
        edition: wish.edition.unwrap_or(named.edition),
    };
    let release = named
        .map(stated)
        .or_else(|| Some(Release { version: wish.version.clone()?, edition: wish.edition? }));
    let Some(release) = release else {
        return Err(AcquireError::Nameless { url: Network::shown(url) });
    };
    let known = sources.catalog.find(&release.version);
    let platform = Platform::from_file_name(&name).or(wish.platform);
    let artifact =
        known.zip(platform).and_then(|(known, platform)| known.artifact(release.edition, platform));
    let known = artifact.map(Artifact::known_sums).unwrap_or_default();
    let sums = accepted(wish, known, &release)?;
    let wanted = Wanted { url: url.to_owned(), sums, cap: ARCHIVE_CAP };
    let fetched = fetched(sources, &wanted, &release, errand)?;
    Ok(found(fetched, &wanted, name, release, Vec::new()))
}

fn found(
    fetched: Fetched,
    wanted: &Wanted,
    name: String,
    release: Release,
    findings: Vec<Finding>,
) -> Found {
    Found {
        archive: fetched.path,
        name,
        release: Some(release),
        sha256: Some(fetched.sha256),
        is_vouched: !wanted.sums.is_empty(),
        signature: SignaturePlace::Address {
            url: Network::beside(&wanted.url, ".sig"),
            sha256: fetched.sha256,
        },
        signed: None,
        findings,
    }
}

/// The archive in one of the directories, under any name that it is published under.
fn in_directories(sources: &Sources, choice: &Choice<'_>) -> Result<Option<Found>, AcquireError> {
    for directory in &sources.directories {
        require_directory_outside(directory)?;
        for name in choice.file_names() {
            let path = directory.join(name);
            if exists_outside(&path) {
                return from_directory(&path, choice).map(Some);
            }
        }
    }
    Ok(None)
}

fn from_directory(path: &Path, choice: &Choice<'_>) -> Result<Found, AcquireError> {
    let actual = digest_of(path)?;
    if !choice.sums.is_empty() && !choice.sums.contains(&actual) {
        let expected = choice.sums.clone();
        return Err(AcquireError::WrongFile { path: path.to_owned(), expected, actual });
    }
    Ok(Found {
        archive: path.to_owned(),
        name: choice.file_name(),
        release: Some(choice.release()),
        sha256: Some(actual),
        is_vouched: !choice.sums.is_empty(),
        signature: SignaturePlace::File(beside(path)),
        signed: None,
        findings: choice.findings.clone(),
    })
}

fn fetched(
    sources: &Sources,
    wanted: &Wanted,
    release: &Release,
    errand: &mut Errand<'_>,
) -> Result<Fetched, AcquireError> {
    let cache = Cache::open(&sources.stored(ARCHIVES)?, Meter::default())?;
    let mut tell = |happened: Fetching| errand.reporter.hear(&event(happened));
    if let Some(stored) = cache.stored(&wanted.sums, &mut tell)? {
        return Ok(stored);
    }
    let Some(remote) = &sources.remote else {
        return Err(AcquireError::NotHere { release: release.clone() });
    };
    let network = network(remote, errand)?;
    let text = format!("fetching {}", Network::shown(&wanted.url));
    errand.reporter.hear(&Event::Note { text });
    let mut tell = |happened: Fetching| errand.reporter.hear(&event(happened));
    Ok(cache.fetch(&network, wanted, &mut tell)?)
}

pub(super) fn network(remote: &Remote, errand: &Errand<'_>) -> Result<Network, AcquireError> {
    Ok(Network::new(remote.settings.clone(), errand.clock.clone(), errand.cancel.clone())?)
}

pub(super) fn event(happened: Fetching) -> Event {
    match happened {
        Fetching::Received { bytes, total } => {
            Event::Progress { bytes, total: total.unwrap_or_default() }
        }
        Fetching::Waiting { holder } => {
            Event::Note { text: format!("another mmembed fetches it, and is waited for: {holder}") }
        }
        Fetching::Damaged { path } => {
            let text = format!("{} was damaged and is removed", path.display());
            Event::Note { text }
        }
        Fetching::Resumed { bytes } => {
            Event::Note { text: format!("going on after the {bytes} bytes that are there") }
        }
        Fetching::Paused { wait, why } => {
            Event::Note { text: format!("trying again in {} s: {why}", wait.as_secs()) }
        }
        Fetching::Restarted { why } => Event::Note { text: format!("beginning anew: {why}") },
    }
}
