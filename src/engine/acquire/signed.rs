//! Is the archive signed by whom it should be?

use std::path::Path;

use super::fetching::network;
use super::{AcquireError, Errand, Found, SIGNATURE_CAP, SignaturePlace, Sources};
use crate::host::{
    NetworkError, Summing, exists_outside, make_directory_outside, open_outside, read_outside,
    write_outside,
};
use crate::model::{Event, Finding, Severity};
use crate::release::signature::{Judgement, Verdicts, verify};

/// Where the signatures are, in the store.
const SIGNATURES: &str = "signatures";

/// Looks at the signature where one is required, or where nothing else tells that the archive is what it should be.
pub(super) fn require(
    sources: &Sources,
    found: &mut Found,
    errand: &mut Errand<'_>,
) -> Result<(), AcquireError> {
    let needed = sources.policy.require || !found.is_vouched;
    if !needed {
        return Ok(());
    }
    let path = found.archive.clone();
    let Some(signature) = read(sources, found, errand)? else {
        return Err(match &found.release {
            Some(release) if !found.is_vouched => {
                AcquireError::Unvouched { release: release.clone() }
            }
            Some(_) | None => AcquireError::Unsigned { name: found.name.clone() },
        });
    };
    errand.reporter.hear(&Event::Note { text: "checking its signature".to_owned() });
    let policy = crate::release::signature::Policy { require: true, ..sources.policy };
    let mut content = Summing::new(open_outside(&path)?);
    let unreadable = |source| AcquireError::Unreadable { path: path.clone(), source };
    let verdicts =
        verify(&sources.keys, &signature, &mut content, errand.clock.now()).map_err(unreadable)?;
    let actual = content.finish().map_err(unreadable)?;
    if let Some(expected) = found.sha256.filter(|expected| *expected != actual) {
        return Err(AcquireError::WrongFile { path, expected: vec![expected], actual });
    }
    // What is unpacked has to be what was signed, even if somebody exchanges the file meanwhile.
    found.sha256 = Some(actual);
    match policy.judge(&verdicts) {
        Judgement::Refused => {
            Err(AcquireError::BadSignature { name: found.name.clone(), verdict: told(&verdicts) })
        }
        Judgement::Accepted | Judgement::Noted => {
            found.findings.push(Finding::new(Severity::Note, "signature", told(&verdicts)));
            Ok(())
        }
        Judgement::Warned => {
            found.findings.push(Finding::new(Severity::Warning, "signature", told(&verdicts)));
            Ok(())
        }
    }
}

fn told(verdicts: &Verdicts) -> String {
    verdicts.best().to_string()
}

/// The signature of an archive, if one is to be had. One that was fetched is kept, for those who may ask nobody later.
pub(super) fn read(
    sources: &Sources,
    found: &Found,
    errand: &Errand<'_>,
) -> Result<Option<Vec<u8>>, AcquireError> {
    let (url, kept) = match &found.signature {
        SignaturePlace::Bundle(signature) => return Ok(signature.clone()),
        SignaturePlace::File(path) => return read_file(path),
        SignaturePlace::Address { url, sha256 } => {
            (url, sources.store.join(SIGNATURES).join(format!("{sha256}.sig")))
        }
    };
    if let Some(signature) = read_file(&kept)? {
        return Ok(Some(signature));
    }
    let Some(remote) = &sources.remote else { return Ok(None) };
    match network(remote, errand)?.small(url, SIGNATURE_CAP) {
        Ok(signature) => {
            make_directory_outside(&sources.store.join(SIGNATURES))?;
            write_outside(&kept, &signature)?;
            Ok(Some(signature))
        }
        Err(NetworkError::Status { status: 404, .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn read_file(path: &Path) -> Result<Option<Vec<u8>>, AcquireError> {
    if exists_outside(path) { Ok(Some(read_outside(path, SIGNATURE_CAP)?)) } else { Ok(None) }
}
