//! Is the archive signed by whom it should be?

use std::path::{Path, PathBuf};

use super::fetching::network;
use super::{AcquireError, Errand, Found, SIGNATURE_CAP, SignaturePlace, Sources};
use crate::host::{
    NetworkError, Summing, exists_outside, make_directory_outside, open_outside, read_outside,
    write_public_outside,
};
use crate::model::{Event, Finding, Severity, chain};
use crate::release::signature::{Judgement, Policy, Verdicts, verify};

/// Where the signatures are, in the store.
const SIGNATURES: &str = "signatures";

/// Looks at the signature where one is required, or where nothing else tells that the archive is what it should be.
pub(super) fn require(
    sources: &Sources,
    found: &mut Found,
    errand: &mut Errand<'_>,
) -> Result<(), AcquireError> {
    if !sources.policy.require && found.is_vouched {
        return Ok(());
    }
    let policy = Policy { require: true, ..sources.policy };
    if look(sources, found, policy, errand)? {
        return Ok(());
    }
    Err(match &found.release {
        Some(release) if !found.is_vouched => AcquireError::Unvouched { release: release.clone() },
        Some(_) | None => AcquireError::Unsigned { name: found.name.clone() },
    })
}

/// Reads the signature, if one is to be had, and judges it. One that was fetched and does not speak against the archive is kept,
/// for those who may ask nobody later; one that was kept and is not enough is asked for again.
pub(super) fn look(
    sources: &Sources,
    found: &mut Found,
    policy: Policy,
    errand: &mut Errand<'_>,
) -> Result<bool, AcquireError> {
    let kept = found.signature.kept(sources);
    let former = kept.as_deref().map(read_file).transpose()?.flatten();
    let mut judged = former
        .map(|signature| Judged::of(signature, sources, found, policy, errand))
        .transpose()?;
    if !judged.as_ref().is_some_and(Judged::is_taken) {
        let fresh = match read(sources, &found.signature, errand) {
            // What was kept has been judged, and says more than that nobody answers.
            Err(_) if judged.is_some() => None,
            read => read?,
        };
        if let Some(signature) = fresh {
            let fresh = Judged::of(signature, sources, found, policy, errand)?;
            if let Some(kept) = kept.filter(|_| fresh.is_taken()) {
                keep(&kept, &fresh.signature, errand);
            }
            judged = Some(fresh);
        }
    }
    let Some(Judged { signature, judgement, told }) = judged else {
        return Ok(false);
    };
    let severity = match judgement {
        Judgement::Accepted | Judgement::Noted => Severity::Note,
        Judgement::Warned => Severity::Warning,
        Judgement::Refused => {
            return Err(AcquireError::BadSignature { name: found.name.clone(), verdict: told });
        }
    };
    found.findings.push(Finding::new(severity, "signature", told));
    found.signed = Some(signature);
    Ok(true)
}

/// A signature that was looked at.
struct Judged {
    signature: Vec<u8>,
    judgement: Judgement,
    told: String,
}

impl Judged {
    fn of(
        signature: Vec<u8>,
        sources: &Sources,
        found: &mut Found,
        policy: Policy,
        errand: &mut Errand<'_>,
    ) -> Result<Self, AcquireError> {
        errand.reporter.hear(&Event::Note { text: "checking its signature".to_owned() });
        let verdicts = verdicts(sources, found, &signature, errand)?;
        let (judgement, told) = (policy.judge(&verdicts), verdicts.best().to_string());
        Ok(Self { signature, judgement, told })
    }

    fn is_taken(&self) -> bool {
        self.judgement.is_taken()
    }
}

/// Who may not write into the store has the signature all the same, this time.
fn keep(path: &Path, signature: &[u8], errand: &mut Errand<'_>) {
    let directory = path.parent().unwrap_or(path);
    let written =
        make_directory_outside(directory).and_then(|()| write_public_outside(path, signature));
    if let Err(error) = written {
        let text = format!("its signature is not kept: {}", chain(&error));
        errand.reporter.hear(&Event::Note { text });
    }
}

/// What is unpacked has to be what was signed, even if somebody exchanges the file meanwhile: its digest is taken on the way.
fn verdicts(
    sources: &Sources,
    found: &mut Found,
    signature: &[u8],
    errand: &Errand<'_>,
) -> Result<Verdicts, AcquireError> {
    let path = &found.archive;
    let mut content = Summing::new(open_outside(path)?);
    let unreadable = |source| AcquireError::Unreadable { path: path.clone(), source };
    let verdicts =
        verify(&sources.keys, signature, &mut content, errand.clock.now()).map_err(unreadable)?;
    let actual = content.finish().map_err(unreadable)?;
    if let Some(expected) = found.sha256.filter(|expected| *expected != actual) {
        return Err(AcquireError::WrongFile {
            path: path.clone(),
            expected: vec![expected],
            actual,
        });
    }
    found.sha256 = Some(actual);
    Ok(verdicts)
}

impl SignaturePlace {
    /// Where it is kept once it was fetched.
    fn kept(&self, sources: &Sources) -> Option<PathBuf> {
        match self {
            Self::Address { sha256, .. } => {
                Some(sources.store.as_ref()?.join(SIGNATURES).join(format!("{sha256}.sig")))
            }
            Self::File(_) | Self::Bundle(_) => None,
        }
    }
}

fn read(
    sources: &Sources,
    place: &SignaturePlace,
    errand: &Errand<'_>,
) -> Result<Option<Vec<u8>>, AcquireError> {
    match (place, &sources.remote) {
        (SignaturePlace::File(path), _) => read_file(path),
        (SignaturePlace::Bundle(signature), _) => Ok(signature.clone()),
        (SignaturePlace::Address { .. }, None) => Ok(None),
        (SignaturePlace::Address { url, .. }, Some(remote)) => {
            match network(remote, errand)?.small(url, SIGNATURE_CAP) {
                Ok(signature) => Ok(Some(signature)),
                // Stores of objects say 403 of what is not there to those who may not list them.
                Err(NetworkError::Status { status: 403 | 404 | 410, .. }) => Ok(None),
                Err(error) => Err(error.into()),
            }
        }
    }
}

fn read_file(path: &Path) -> Result<Option<Vec<u8>>, AcquireError> {
    if exists_outside(path) { Ok(Some(read_outside(path, SIGNATURE_CAP)?)) } else { Ok(None) }
}
