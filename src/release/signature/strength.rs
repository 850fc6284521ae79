//! Which algorithms are strong enough to be believed.
//! One measure for signatures of files and for what keys say of themselves.

use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::public_key::PublicKeyAlgorithm;
use pgp::ser::Serialize as _;
use pgp::types::{EcdsaPublicParams, EddsaLegacyPublicParams, KeyDetails, PublicParams};

/// What makes a signature prove nothing, whoever made it.
///
/// Believed are RSA from 2048 bits on, Ed25519, Ed448 and ECDSA on the curves of NIST and secp256k1, with SHA-2 or SHA-3. When a
/// signature was made changes nothing: its date is stated by whoever made it, and two files with the same MD5 or SHA-1 can be
/// had today with any date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Weakness {
    /// MD5, SHA-1, RIPEMD-160 or something unknown.
    #[error("its digest is {name}, which can be forged or is unknown")]
    Digest {
        /// What it is called.
        name: String,
    },
    /// A modulus of fewer than 2048 bits.
    #[error("its RSA key has {bits} bits; fewer than {SHORTEST_RSA} can be broken")]
    ShortKey {
        /// How many.
        bits: u16,
    },
    /// DSA, or an algorithm that makes no signatures, or an unknown one.
    #[error("its key is of the algorithm {name}, which is not believed")]
    Algorithm {
        /// What it is called.
        name: String,
    },
    /// Signatures and keys of versions 2 and 3 state little and protect less; those of version 5 are of no standard.
    #[error("its format is version {version}, and only 4 and 6 are believed")]
    Version {
        /// Which.
        version: u8,
    },
}

/// RFC 9580, section 12.4: implementations must not accept shorter ones.
const SHORTEST_RSA: u16 = 2048;

/// Is this version of signatures and keys good enough?
pub(super) const fn is_believed(version: u8) -> bool {
    matches!(version, 4 | 6)
}

/// What is wrong with a digest.
pub(super) fn of_digest(digest: HashAlgorithm) -> Option<Weakness> {
    let strong = matches!(
        digest,
        HashAlgorithm::Sha224
            | HashAlgorithm::Sha256
            | HashAlgorithm::Sha384
            | HashAlgorithm::Sha512
            | HashAlgorithm::Sha3_256
            | HashAlgorithm::Sha3_512
    );
    (!strong).then(|| Weakness::Digest { name: digest.to_string() })
}

/// What is wrong with a key.
pub(super) fn of_key(key: &(impl KeyDetails + ?Sized)) -> Option<Weakness> {
    let version = u8::from(key.version());
    if !is_believed(version) {
        return Some(Weakness::Version { version });
    }
    let strong = matches!(
        key.public_params(),
        PublicParams::RSA(_)
            | PublicParams::Ed25519(_)
            | PublicParams::Ed448(_)
            | PublicParams::EdDSALegacy(EddsaLegacyPublicParams::Ed25519 { .. })
            | PublicParams::ECDSA(
                EcdsaPublicParams::P256 { .. }
                    | EcdsaPublicParams::P384 { .. }
                    | EcdsaPublicParams::P521 { .. }
                    | EcdsaPublicParams::Secp256k1 { .. }
            )
    );
    if !strong || key.algorithm() == PublicKeyAlgorithm::RSAEncrypt {
        return Some(Weakness::Algorithm { name: format!("{:?}", key.algorithm()) });
    }
    let bits = rsa_bits(key.public_params())?;
    (bits < SHORTEST_RSA).then_some(Weakness::ShortKey { bits })
}

/// The modulus comes first, and each number is preceded by how many bits it has.
fn rsa_bits(params: &PublicParams) -> Option<u16> {
    let PublicParams::RSA(params) = params else {
        return None;
    };
    let mut numbers = Vec::new();
    params.to_writer(&mut numbers).ok()?;
    numbers.first_chunk().map(|bits| u16::from_be_bytes(*bits))
}
