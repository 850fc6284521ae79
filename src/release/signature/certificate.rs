//! A key with its subkeys and all that its owner has said of them.
//! What a copy of a key claims counts only where the owner's own signature proves it; everything else is as if it were not there.
//! That is so for revocations by others too, even if the owner has named them for that.

use pgp::composed::{SignedPublicKey, SignedPublicSubKey};
use pgp::packet::{PublicKey, PublicSubkey, Signature, SignatureType, SubpacketData};
use pgp::types::{KeyDetails, SignedUser, Tag, VerifyingKey};

use super::fingerprint::Fingerprint;
use super::revocation::{Reason, Revocation};
use super::strength::{self, Weakness};
use super::terms::{Statement, Terms, moment};
use super::verdict::{Lack, Signer};

/// A key that is believed.
#[derive(Clone, Debug)]
pub(super) struct Certificate {
    fingerprint: Fingerprint,
    primary: Component<PublicKey>,
    subkeys: Vec<Component<PublicSubkey>>,
}

#[derive(Clone, Debug)]
struct Component<K> {
    key: K,
    terms: Terms,
}

/// Why a key cannot be believed at all.
pub(super) enum Unfit {
    Weak(Weakness),
    /// There is no statement of its own that proves anything.
    Unstated,
}

/// A key or subkey, as one that may have made a signature.
#[derive(Clone, Copy)]
pub(super) struct Candidate<'k> {
    pub(super) by: Signer,
    pub(super) key: &'k (dyn VerifyingKey + Sync),
    /// What was said of the primary key.
    pub(super) primary: &'k Terms,
    /// What was said of the subkey, if it is one.
    pub(super) subkey: Option<&'k Terms>,
}

impl Certificate {
    /// What of a key is proven.
    pub(super) fn examine(key: SignedPublicKey) -> Result<Self, Unfit> {
        let primary = key.primary_key;
        if let Some(weakness) = strength::of_key(&primary) {
            return Err(Unfit::Weak(weakness));
        }
        let fingerprint = Fingerprint::of(&primary).ok_or(Unfit::Unstated)?;
        let mut terms = Terms::of(&primary);
        let on_key = key.details.direct_signatures.iter().filter(|signature| {
            signature.typ() == Some(SignatureType::Key) && signature.verify_key(&primary).is_ok()
        });
        let on_names = key.details.users.iter().flat_map(|user| certifications(user, &primary));
        terms.statements.extend(
            on_key.chain(on_names).filter(|signature| is_strong(signature)).filter_map(
                |signature| {
                    let lack = (!signs(signature).unwrap_or(true)).then_some(Lack::Purpose);
                    Statement::read(signature, terms.made, lack)
                },
            ),
        );
        let revocations = key.details.revocation_signatures.iter().filter(|signature| {
            signature.typ() == Some(SignatureType::KeyRevocation)
                && signature.verify_key(&primary).is_ok()
        });
        terms.revocations.extend(revocations.filter_map(revocation));
        if terms.statements.is_empty() {
            return Err(Unfit::Unstated);
        }
        let subkeys = key.public_subkeys.into_iter();
        let subkeys = subkeys.filter_map(|subkey| bound(subkey, &primary)).collect();
        Ok(Self { fingerprint, primary: Component { key: primary, terms }, subkeys })
    }

    pub(super) const fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Adds what another copy of the same key knows.
    pub(super) fn learn(&mut self, other: Self) {
        self.primary.terms.learn(other.primary.terms);
        for subkey in other.subkeys {
            match self.subkeys.iter_mut().find(|known| known.key == subkey.key) {
                Some(known) => known.terms.learn(subkey.terms),
                None => self.subkeys.push(subkey),
            }
        }
    }

    /// The key and its subkeys.
    pub(super) fn candidates(&self) -> impl Iterator<Item = Candidate<'_>> {
        let primary = Candidate {
            by: Signer { key: self.fingerprint, subkey: None },
            key: &self.primary.key,
            primary: &self.primary.terms,
            subkey: None,
        };
        let subkeys = self.subkeys.iter().map(move |subkey| Candidate {
            by: Signer { key: self.fingerprint, subkey: Fingerprint::of(&subkey.key) },
            key: &subkey.key,
            subkey: Some(&subkey.terms),
            ..primary
        });
        std::iter::once(primary).chain(subkeys)
    }
}

impl Terms {
    /// Nothing has been said yet.
    fn of(key: &impl KeyDetails) -> Self {
        let made = i64::from(key.created_at().as_secs());
        Self { made, statements: Vec::new(), revocations: Vec::new() }
    }
}

/// A subkey that the primary key claims. `None` when nothing proves that it belongs to it.
fn bound(subkey: SignedPublicSubKey, primary: &PublicKey) -> Option<Component<PublicSubkey>> {
    let mut terms = Terms::of(&subkey.key);
    for signature in &subkey.signatures {
        if signature.verify_subkey_binding(primary, &subkey.key).is_err() {
            continue;
        }
        if signature.typ() == Some(SignatureType::SubkeyRevocation) {
            terms.revocations.extend(revocation(signature));
        } else if is_strong(signature) {
            let lack = lack(signature, &subkey.key, primary);
            terms.statements.extend(Statement::read(signature, terms.made, lack));
        }
    }
    (!terms.statements.is_empty()).then_some(Component { key: subkey.key, terms })
}

/// Why a subkey signs no files by what this binding says.
fn lack(binding: &Signature, subkey: &PublicSubkey, primary: &PublicKey) -> Option<Lack> {
    if signs(binding) != Some(true) {
        return Some(Lack::Purpose);
    }
    let is_mutual = binding.embedded_signature().is_some_and(|back| {
        is_strong(back) && back.verify_primary_key_binding(subkey, primary).is_ok()
    });
    (!is_mutual).then_some(Lack::BackSignature)
}

/// What a key says of itself together with one of its names, unless it has taken that back.
fn certifications<'u>(
    user: &'u SignedUser,
    primary: &'u PublicKey,
) -> impl Iterator<Item = &'u Signature> {
    let own = |signature: &&Signature| {
        signature.verify_certification(primary, Tag::UserId, &user.id).is_ok()
    };
    let is_withdrawal =
        |signature: &&Signature| signature.typ() == Some(SignatureType::CertRevocation);
    let withdrawn = user
        .signatures
        .iter()
        .filter(is_withdrawal)
        .filter(own)
        .filter_map(Signature::created)
        .max();
    user.signatures
        .iter()
        .filter(move |signature| !is_withdrawal(signature))
        .filter(own)
        .filter(move |signature| withdrawn.is_none_or(|at| signature.created() > Some(at)))
}

/// A statement needs a strong digest. A revocation does not: it is believed sooner than anything else.
fn is_strong(signature: &Signature) -> bool {
    signature.hash_alg().is_some_and(|digest| strength::of_digest(digest).is_none())
}

/// Does the owner say that the key is for signing? `None` if nothing is said of what it is for.
fn signs(signature: &Signature) -> Option<bool> {
    signature.config()?.hashed_subpackets().find_map(|subpacket| {
        let SubpacketData::KeyFlags(flags) = &subpacket.data else {
            return None;
        };
        Some(flags.sign())
    })
}

fn revocation(signature: &Signature) -> Option<Revocation> {
    let since = moment(i64::from(signature.created()?.as_secs()));
    Some(Revocation { reason: Reason::of(signature.revocation_reason_code()), since })
}
