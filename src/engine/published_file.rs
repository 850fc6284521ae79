//! Is a file one that Mattermost has published?

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use super::acquire::{SIGNATURE_CAP, beside};
use crate::host::{PathContext, PathError, Summing, exists_outside, open_outside, read_outside};
use crate::model::{Platform, Release, Sha256Digest, Voucher};
use crate::release::Catalog;
use crate::release::signature::{Judgement, Keyring, Policy, verify};

/// What is known of a file.
#[derive(Clone, Debug, Serialize)]
pub struct PublishedFile {
    /// The file.
    pub path: PathBuf,
    /// Its digest.
    pub sha256: Sha256Digest,
    /// What it is, by its digest.
    pub is: Option<Identity>,
    /// What its name says that it is.
    pub named: Option<Release>,
    /// What its name says that it is made for.
    pub named_platform: Option<Platform>,
    /// What the signature beside it says.
    pub signature: Option<SignatureSeen>,
    /// May it be used?
    pub good: bool,
}

/// A published archive.
#[derive(Clone, Debug, Serialize)]
pub struct Identity {
    /// The release.
    pub release: Release,
    /// What it is made for.
    pub platform: Platform,
    /// Who says so.
    pub vouchers: Vec<Voucher>,
}

/// A signature that was looked at.
#[derive(Clone, Debug, Serialize)]
pub struct SignatureSeen {
    /// The file that holds it.
    pub path: PathBuf,
    /// What it proves, in words.
    pub says: String,
    /// Does it speak for the file?
    pub good: bool,
}

/// Looks at a file and at the signature beside it.
///
/// It is good if it has a published digest and nothing speaks against it: neither its name nor a signature. Where signatures are
/// required there has to be a good one, and then it is good without a published digest too.
///
/// # Errors
/// It cannot be read.
pub fn identify_file(
    path: &Path,
    catalog: &Catalog,
    keys: &Keyring,
    policy: Policy,
    now: Timestamp,
) -> Result<PublishedFile, PathError> {
    let beside = beside(path);
    let mut content = Summing::new(open_outside(path)?);
    let signature = if exists_outside(&beside) {
        let bytes = read_outside(&beside, SIGNATURE_CAP)?;
        let verdicts = verify(keys, &bytes, &mut content, now).on("read", path)?;
        let judgement = policy.judge(&verdicts);
        let good = matches!(judgement, Judgement::Accepted | Judgement::Noted);
        let seen = SignatureSeen { path: beside, says: verdicts.best().to_string(), good };
        Some((seen, judgement))
    } else {
        None
    };
    let sha256 = content.finish().on("read", path)?;
    let is = catalog.identify(&sha256).map(|(published, artifact)| Identity {
        release: published.release(artifact),
        platform: artifact.platform,
        vouchers: artifact
            .sums
            .iter()
            .filter(|sum| sum.sha256 == sha256)
            .flat_map(|sum| sum.vouchers.clone())
            .collect(),
    });
    let name = path.file_name().and_then(|name| name.to_str());
    let named = name.and_then(Release::from_file_name);
    let named_platform = name.and_then(Platform::from_file_name);
    let (signature, judgement) = signature.unzip();
    let is_signed = signature.as_ref().is_some_and(|seen| seen.good);
    let contradicted = judgement.is_some_and(|judgement| !judgement.is_taken())
        || is.as_ref().zip(named.as_ref()).is_some_and(|(is, named)| is.release != *named)
        || is.as_ref().zip(named_platform).is_some_and(|(is, named)| is.platform != named);
    let good = !contradicted && if policy.require { is_signed } else { is.is_some() || is_signed };
    let path = path.to_owned();
    Ok(PublishedFile { path, sha256, is, named, named_platform, signature, good })
}
