//! Whether the archives of a bundle are what they are called, read to their last byte.

use jiff::Timestamp;
use serde::Serialize;

use super::error::BundleError;
use super::open::Bundle;
use super::watched::Watched;
use crate::engine::acquire::Errand;
use crate::host::{PathContext, Summing};
use crate::model::{Event, Release, Sha256Digest};
use crate::release::bundle::BundledArchive;
use crate::release::signature::{Keyring, Policy, verify};

/// An archive of a bundle that was read.
#[derive(Clone, Debug, Serialize)]
pub struct VerifiedArchive {
    /// Its name.
    pub name: String,
    /// What it is called, and is if it is good.
    pub release: Release,
    /// Its digest.
    pub sha256: Sha256Digest,
    /// The digest was known here before the bundle came.
    pub vouched: bool,
    /// What its signature says.
    pub signature: Option<String>,
    /// What is wrong with it.
    pub wrong: Option<String>,
}

impl VerifiedArchive {
    /// May it be used?
    #[must_use]
    pub const fn is_good(&self) -> bool {
        self.wrong.is_none()
    }
}

/// Reads every archive, and looks at every signature.
///
/// An archive is good if it has the digest that the index says, and its signature, where there is one, does not speak against it.
/// There has to be one that speaks for it where `policy` requires that, and where the digest was not known before.
///
/// # Errors
/// The bundle cannot be read any more, or somebody asked to stop.
pub fn verify_bundle(
    bundle: &Bundle,
    keys: &Keyring,
    policy: Policy,
    errand: &mut Errand<'_>,
) -> Result<Vec<VerifiedArchive>, BundleError> {
    let total = bundle.archives().iter().map(|archive| archive.size).sum();
    let mut done = 0;
    let mut seen = Vec::new();
    for archive in bundle.archives() {
        errand.reporter.hear(&Event::Note { text: format!("reading {}", archive.name) });
        let strict = Policy { require: policy.require || !archive.vouched, ..policy };
        seen.push(look(bundle, archive, (keys, strict), (done, total), errand)?);
        done += archive.size;
    }
    Ok(seen)
}

fn look(
    bundle: &Bundle,
    archive: &BundledArchive,
    (keys, policy): (&Keyring, Policy),
    span: (u64, u64),
    errand: &mut Errand<'_>,
) -> Result<VerifiedArchive, BundleError> {
    let now: Timestamp = errand.clock.now();
    let watched =
        Watched::new(bundle.reader(archive)?, span, &errand.cancel, &mut *errand.reporter);
    let mut content = Summing::new(watched);
    let (signature, judgement) = match bundle.signature(archive)? {
        Some(signature) => {
            let verdicts = verify(keys, &signature, &mut content, now).on("read", bundle.path())?;
            let judgement = policy.judge(&verdicts);
            let says = verdicts.best().to_string();
            (Some(says), judgement)
        }
        None => (None, policy.judge_unsigned()),
    };
    let sha256 = content.finish().on("read", bundle.path())?;
    let wrong = if sha256 != archive.sha256 {
        Some(format!("damaged: it should have the SHA-256 digest {}", archive.sha256))
    } else if judgement.is_taken() {
        None
    } else if signature.is_some() {
        Some("its signature does not count".to_owned())
    } else if archive.vouched {
        Some("it has no signature".to_owned())
    } else {
        Some(
            "its digest was never published as far as is known here, and it has no signature"
                .to_owned(),
        )
    };
    let BundledArchive { name, release, vouched, .. } = archive.clone();
    Ok(VerifiedArchive { name, release, sha256, vouched, signature, wrong })
}
