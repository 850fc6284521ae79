//! Gets hold of the archive of a release: from a directory, the store or the network, and knows that it is the one that was
//! published before anybody plans with it.
//! No installation is touched here. The digest that is returned is a condition: whoever unpacks the archive takes the digest
//! of the very bytes that are unpacked.

use std::path::{Path, PathBuf};

use crate::host::{Cancel, Clock};
use crate::model::{Edition, Finding, Platform, Release, ReleaseSelector, Sha256Digest, Version};
use crate::release::Catalog;
use crate::release::signature::{Keyring, Policy};

use super::bundle::Bundle;
use super::reporter::Reporter;

mod at_hand;
mod bundled;
mod choice;
mod delivery;
mod error;
mod fetching;
mod signed;

pub use at_hand::{AtHand, HandyPlace, at_hand, versions_at_hand};
pub(super) use choice::{Choice, choose, platform, require_fresh};
pub use delivery::{Delivered, deliver};
pub(super) use delivery::{Held, take_hold};
pub use error::AcquireError;

/// The most bytes of a file of signatures: one signature has less than a thousand.
pub(super) const SIGNATURE_CAP: u64 = 64 * 1024;

/// What an archive may be got from, and what has to be known of it.
#[derive(Debug)]
pub struct Sources {
    /// Where archives that were fetched are kept. Without it only files that are given, or lie in `directories`, are to be had.
    pub store: Option<PathBuf>,
    /// Which releases there are.
    pub catalog: Catalog,
    /// Directories in which archives lie under their published names; the first that has one counts.
    pub directories: Vec<PathBuf>,
    /// Where to ask for what is nowhere else; nobody is asked without it.
    pub remote: Option<Remote>,
    /// Where archives come from instead of all these. The catalogue has to be the one that it brings, and nobody is asked.
    pub bundle: Option<Bundle>,
    /// Whose signatures count.
    pub keys: Keyring,
    /// What a signature, or the lack of one, means.
    pub policy: Policy,
    /// Is a catalogue too old to know the newest releases a reason to refuse?
    pub require_fresh: bool,
}

impl Sources {
    /// Where something is kept.
    fn stored(&self, what: &str) -> Result<PathBuf, AcquireError> {
        self.store.as_ref().map(|store| store.join(what)).ok_or(AcquireError::NoStore)
    }
}

/// Where to ask over the network, and how.
#[derive(Clone, Debug)]
pub struct Remote {
    /// What the addresses of archives begin with.
    pub base: String,
    /// Whom to trust, and how long to wait.
    pub settings: crate::host::NetworkSettings,
}

/// Which archive somebody wants.
#[derive(Clone, Debug)]
pub struct ArchiveWish {
    /// What was said.
    pub source: ArchiveSource,
    /// The edition, if it was said.
    pub edition: Option<Edition>,
    /// The version in a file or at an address whose name does not tell.
    pub version: Option<Version>,
    /// The platform; `None` where none was named and Mattermost publishes nothing for this machine, which matters only where the
    /// catalogue is asked.
    pub platform: Option<Platform>,
    /// The digest that it must have.
    pub sha256: Option<Sha256Digest>,
}

/// How a release can be named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArchiveSource {
    /// A file.
    File(PathBuf),
    /// A published file.
    Address(String),
    /// A release of the catalogue.
    Known(ReleaseSelector),
}

/// An archive that is there.
#[derive(Clone, Debug)]
pub struct Acquired {
    /// Where it lies.
    pub archive: PathBuf,
    /// The version that it holds, unless its name tells.
    pub version: Option<Version>,
    /// The edition that it holds, unless its name tells.
    pub edition: Option<Edition>,
    /// The digest that whoever unpacks it has to find, where one is known.
    pub sha256: Option<Sha256Digest>,
    /// What there is to know about where it comes from.
    pub findings: Vec<Finding>,
}

/// Which doors are used, and who hears what happens.
pub struct Errand<'e> {
    /// The time.
    pub clock: Clock,
    /// Whether somebody asked to stop.
    pub cancel: Cancel,
    /// Who listens.
    pub reporter: &'e mut dyn Reporter,
}

/// Gets hold of an archive.
///
/// A file that was given is taken as it is, unless signatures are required. What the catalogue knows has to have one of its
/// published digests. What nobody has published a digest for needs one that is stated, or a good signature.
///
/// # Errors
/// [`AcquireError`]; then nothing is to be installed.
pub fn acquire(
    sources: &Sources,
    wish: &ArchiveWish,
    errand: &mut Errand<'_>,
) -> Result<Acquired, AcquireError> {
    let Found { archive, release, sha256, findings, .. } = find(sources, wish, errand)?;
    let version = release.as_ref().map(|release| release.version.clone()).or(wish.version.clone());
    let edition = release.map(|release| release.edition).or(wish.edition);
    Ok(Acquired { archive, version, edition, sha256, findings })
}

fn find(
    sources: &Sources,
    wish: &ArchiveWish,
    errand: &mut Errand<'_>,
) -> Result<Found, AcquireError> {
    let mut found = match (&wish.source, &sources.bundle) {
        (_, Some(bundle)) => bundled::find(sources, bundle, wish, errand)?,
        (ArchiveSource::File(path), None) => given(path, wish),
        (ArchiveSource::Address(url), None) => fetching::from_address(sources, wish, url, errand)?,
        (ArchiveSource::Known(selector), None) => {
            let choice = choose(sources, wish, selector, &errand.clock)?;
            fetching::chosen(sources, &choice, errand)?
        }
    };
    signed::require(sources, &mut found, errand)?;
    Ok(found)
}

/// An archive, and what is known of it.
struct Found {
    archive: PathBuf,
    /// The name that it was published under.
    name: String,
    release: Option<Release>,
    sha256: Option<Sha256Digest>,
    /// Its digest was published, or stated by the operator.
    is_vouched: bool,
    /// Where its signature may be.
    signature: SignaturePlace,
    /// Its signature, once it was looked at.
    signed: Option<Vec<u8>>,
    findings: Vec<Finding>,
}

/// Where the detached signature of an archive may be.
enum SignaturePlace {
    /// In this file.
    File(PathBuf),
    /// At this address, or kept from an earlier time.
    Address {
        /// The address.
        url: String,
        /// What the archive is.
        sha256: Sha256Digest,
    },
    /// In the bundle that has the archive: this, if it has one.
    Bundle(Option<Vec<u8>>),
}

fn given(path: &Path, wish: &ArchiveWish) -> Found {
    Found {
        archive: path.to_owned(),
        name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        release: None,
        sha256: wish.sha256,
        is_vouched: true,
        signature: SignaturePlace::File(beside(path)),
        signed: None,
        findings: Vec::new(),
    }
}

/// Where the signature of a file lies.
pub(super) fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".sig");
    PathBuf::from(name)
}
