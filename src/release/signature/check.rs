//! One file against its signatures: what is signed passes through once, however many signatures there are.

use std::io::{self, ErrorKind, Read};

use jiff::Timestamp;
use pgp::packet::{
    Signature, SignatureConfig, SignatureType, SignatureVersionSpecific, SubpacketData,
};
use pgp::types::SignatureBytes;

use super::certificate::Candidate;
use super::fingerprint::KeyId;
use super::keyring::Keyring;
use super::packets::signatures;
use super::standing::{Signed, judge};
use super::strength::{self, Weakness};
use super::terms::after;
use super::verdict::{Malformed, Verdict, WrongKind};
use super::verdicts::Verdicts;

/// Bytes that are digested at a time.
const PIECE: usize = 128 << 10;

/// Verifies the detached signatures of a file. The file is read to its end, in constant memory, unless no signature could be
/// good whatever is in it: then nothing of it is read.
///
/// `now` judges what has expired and what is still to come.
///
/// # Errors
/// Only those of reading the file. What is wrong with the signatures is their verdict.
pub fn verify(
    keys: &Keyring,
    signatures: &[u8],
    mut content: impl Read,
    now: Timestamp,
) -> io::Result<Verdicts> {
    let mut check = Check::begin(keys, signatures);
    let mut piece = vec![0; if check.wants_content() { PIECE } else { 0 }];
    while !piece.is_empty() {
        match content.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => check.take(piece.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(check.finish(now))
}

/// A verification under way, for a file that passes by on its way to somewhere else.
pub struct Check<'k> {
    trials: Vec<Trial<'k>>,
}

enum Trial<'k> {
    /// Whatever the file is.
    Settled(Verdict),
    Open(Box<Open<'k>>),
}

/// A signature that may be one of the file.
struct Open<'k> {
    digester: Digester,
    /// How the digest begins, as the signature says.
    beginning: [u8; 2],
    proof: SignatureBytes,
    config: SignatureConfig,
    candidates: Vec<Candidate<'k>>,
    signed: Signed,
}

/// Takes pieces of the file; when there is none, gives the digest of all, with what the signature says of itself.
type Digester = Box<dyn FnMut(Option<&[u8]>) -> Option<Vec<u8>> + Send>;

impl<'k> Check<'k> {
    /// Begins with the signatures: armored or binary, one or several.
    #[must_use]
    pub fn begin(keys: &'k Keyring, signatures: &[u8]) -> Self {
        let read = self::signatures(signatures).into_iter();
        let trials = read.map(|one| {
            one.and_then(|signature| open(keys, &signature))
                .map_or_else(Trial::Settled, |open| Trial::Open(Box::new(open)))
        });
        Self { trials: trials.collect() }
    }

    /// Is there a signature whose verdict depends on the file?
    #[must_use]
    pub fn wants_content(&self) -> bool {
        self.trials.iter().any(|trial| matches!(trial, Trial::Open(_)))
    }

    /// The next piece of the file.
    pub fn take(&mut self, piece: &[u8]) {
        for trial in &mut self.trials {
            if let Trial::Open(open) = trial {
                (open.digester)(Some(piece));
            }
        }
    }

    /// The file has passed.
    #[must_use]
    pub fn finish(self, now: Timestamp) -> Verdicts {
        let mut verdicts = self.trials.into_iter().map(|trial| match trial {
            Trial::Settled(verdict) => verdict,
            Trial::Open(open) => open.settle(now),
        });
        let first = verdicts.next().unwrap_or(Verdict::Malformed(Malformed::NotOpenPgp));
        Verdicts::new(first, verdicts.collect())
    }
}

impl Open<'_> {
    fn settle(mut self, now: Timestamp) -> Verdict {
        let Some(by) = self.candidates.first().map(|candidate| candidate.by) else {
            return Verdict::Malformed(Malformed::Anonymous);
        };
        let Some(digest) = (self.digester)(None) else {
            return Verdict::Malformed(Malformed::UnknownCondition);
        };
        if !digest.starts_with(&self.beginning) {
            return Verdict::WrongFile { by };
        }
        let made = |candidate: &&Candidate<'_>| {
            candidate.key.verify(self.config.hash_alg, &digest, &self.proof).is_ok()
        };
        match self.candidates.iter().find(made) {
            Some(candidate) => judge(candidate, self.signed, now),
            None => Verdict::Forged { by },
        }
    }
}

/// All that can be said without the file.
fn open<'k>(keys: &'k Keyring, signature: &Signature) -> Result<Open<'k>, Verdict> {
    let malformed = Verdict::Malformed;
    let version = u8::from(signature.version());
    let (Some(config), Some(beginning), Some(proof)) =
        (signature.config(), signature.signed_hash_value(), signature.signature())
    else {
        return Err(malformed(Malformed::UnknownVersion { version }));
    };
    if let Some(kind) = wrong_kind(config.typ) {
        return Err(Verdict::WrongKind(kind));
    }
    if !strength::is_believed(version) {
        return Err(Verdict::Weak(Weakness::Version { version }));
    }
    if let Some(weakness) = strength::of_digest(config.hash_alg) {
        return Err(Verdict::Weak(weakness));
    }
    let created = config.created().ok_or(malformed(Malformed::Undated))?;
    let mut digester = digester(config).ok_or(malformed(Malformed::UnknownCondition))?;
    // What the signature says of itself is digested once on trial: it may ask for something that is not understood.
    if has_unknown_condition(config) || digester(None).is_none() {
        return Err(malformed(Malformed::UnknownCondition));
    }
    let made = i64::from(created.as_secs());
    Ok(Open {
        digester,
        beginning,
        proof: proof.clone(),
        config: config.clone(),
        candidates: candidates(keys, signature)?,
        signed: Signed { made, until: after(made, signature.signature_expiration_time()) },
    })
}

/// The digest that a signature is made of, of nothing so far. It begins anew once it was given.
///
/// The crate gives the digest in progress a type without a name that could be used here: hence the closure around it.
fn digester(config: &SignatureConfig) -> Option<Digester> {
    let config = config.clone();
    let begin = |config: &SignatureConfig| {
        let mut digest = config.hash_alg.new_hasher().ok()?;
        if let SignatureVersionSpecific::V6 { salt } = &config.version_specific {
            digest.update(salt);
        }
        Some(digest)
    };
    let mut digest = begin(&config)?;
    Some(Box::new(move |piece| {
        if let Some(piece) = piece {
            digest.update(piece);
            return None;
        }
        let mut whole = std::mem::replace(&mut digest, begin(&config)?);
        let length = config.hash_signature_data(&mut whole).ok()?;
        whole.update(&config.trailer(length).ok()?);
        Some(whole.finalize().into_vec())
    }))
}

fn wrong_kind(kind: SignatureType) -> Option<WrongKind> {
    let of_key = matches!(u8::from(kind), 0x10..=0x1f | 0x20 | 0x28 | 0x30);
    match u8::from(kind) {
        0x00 => None,
        0x01 => Some(WrongKind::Text),
        _ if of_key => Some(WrongKind::OfKey),
        other => Some(WrongKind::Other(other)),
    }
}

/// A notation that must be understood. Unknown parts that must be are found by who digests them.
fn has_unknown_condition(config: &SignatureConfig) -> bool {
    config.hashed_subpackets().any(|subpacket| {
        let unknown =
            matches!(subpacket.data, SubpacketData::Notation(_) | SubpacketData::Experimental(..));
        subpacket.is_critical && unknown
    })
}

/// The keys that may have made a signature, by what it says itself. That is only a hint: it is not signed.
fn candidates<'k>(keys: &'k Keyring, signature: &Signature) -> Result<Vec<Candidate<'k>>, Verdict> {
    let ids: Vec<_> = signature.issuer_key_id().into_iter().copied().collect();
    let fingerprints = signature.issuer_fingerprint();
    let named: Vec<Candidate<'k>> = keys
        .candidates()
        .filter(|candidate| u8::from(candidate.key.version()) == u8::from(signature.version()))
        .filter(|candidate| {
            ids.contains(&candidate.key.legacy_key_id())
                || fingerprints.contains(&&candidate.key.fingerprint())
        })
        .collect();
    if named.is_empty() {
        return Err(unknown(&ids, &fingerprints));
    }
    let weakness = named.iter().find_map(|candidate| strength::of_key(candidate.key));
    let strong: Vec<_> =
        named.into_iter().filter(|candidate| strength::of_key(candidate.key).is_none()).collect();
    match weakness {
        Some(weakness) if strong.is_empty() => Err(Verdict::Weak(weakness)),
        _ => Ok(strong),
    }
}

/// By whom it says that it was made, in the short form.
fn unknown(ids: &[pgp::types::KeyId], fingerprints: &[&pgp::types::Fingerprint]) -> Verdict {
    let stated = ids.first().and_then(|id| id.as_ref().first_chunk::<8>());
    let of_fingerprint = || {
        let fingerprint = fingerprints.first()?;
        match fingerprint.len() {
            20 => fingerprint.as_bytes().last_chunk::<8>(),
            _ => fingerprint.as_bytes().first_chunk::<8>(),
        }
    };
    match stated.or_else(of_fingerprint) {
        Some(id) => Verdict::UnknownKey { id: KeyId::new(*id) },
        None => Verdict::Malformed(Malformed::Anonymous),
    }
}
