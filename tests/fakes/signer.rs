//! Somebody who signs releases with a key of their own.

use pgp::composed::{ArmorOptions, SignedKeyDetails, SignedPublicKey};
use pgp::crypto::ed25519::{self, Mode};
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::public_key::PublicKeyAlgorithm;
use pgp::packet::{
    KeyFlags, PacketTrait as _, PubKeyInner, PublicKey, SecretKey, SignatureConfig, SignatureType,
    Subpacket, SubpacketData, UserId,
};
use pgp::types::{
    KeyDetails as _, KeyVersion, PacketHeaderVersion, Password, PlainSecretParams, PublicParams,
    SecretParams, SignedUser, Tag, Timestamp,
};

/// 2020-01-01, when the keys were made; they live for ever.
const BORN: u32 = 1_577_836_800;

/// Why nothing here can fail.
const FITS: &str = "the parts of a key fit together";

/// A key, and who has it.
#[derive(Debug)]
pub(crate) struct Signer {
    secret: SecretKey,
    public: SignedPublicKey,
}

impl Signer {
    /// One of many; the same number is the same key.
    pub(crate) fn new(number: u8) -> Self {
        let key = ed25519::SecretKey::try_from_bytes([number; 32], Mode::Ed25519).expect(FITS);
        let params = PublicParams::Ed25519((&key).into());
        let (algorithm, born) = (PublicKeyAlgorithm::Ed25519, Timestamp::from_secs(BORN));
        let inner = PubKeyInner::new(KeyVersion::V4, algorithm, born, None, params).expect(FITS);
        let public = PublicKey::from_inner(inner).expect(FITS);
        let params = SecretParams::Plain(PlainSecretParams::Ed25519(key));
        let secret = SecretKey::new(public.clone(), params).expect(FITS);
        let name =
            UserId::from_str(PacketHeaderVersion::default(), "Builder <builder@example.org>")
                .expect(FITS);
        let mut config = config(SignatureType::CertPositive, &secret, BORN);
        let mut flags = KeyFlags::default();
        flags.set_sign(true);
        config
            .hashed_subpackets
            .push(Subpacket::regular(SubpacketData::KeyFlags(flags)).expect(FITS));
        let word = config
            .sign_certification(
                &secret,
                secret.public_key(),
                &Password::empty(),
                Tag::UserId,
                &name,
            )
            .expect(FITS);
        let user = SignedUser::new(name, vec![word]);
        let details = SignedKeyDetails::new(vec![], vec![], vec![user], vec![]);
        Self { secret, public: SignedPublicKey::new(public, details, vec![]) }
    }

    /// The public key, as people publish it.
    pub(crate) fn key(&self) -> String {
        self.public.to_armored_string(ArmorOptions::default()).expect(FITS)
    }

    /// A detached signature.
    pub(crate) fn sign(&self, content: &[u8]) -> Vec<u8> {
        let config = config(SignatureType::Binary, &self.secret, BORN + 86_400);
        let signature = config.sign(&self.secret, &Password::empty(), content).expect(FITS);
        let mut bytes = Vec::new();
        signature.to_writer_with_header(&mut bytes).expect(FITS);
        bytes
    }
}

fn config(kind: SignatureType, key: &SecretKey, at: u32) -> SignatureConfig {
    let mut config = SignatureConfig::v4(kind, key.algorithm(), HashAlgorithm::Sha256);
    for word in [
        SubpacketData::SignatureCreationTime(Timestamp::from_secs(at)),
        SubpacketData::IssuerFingerprint(key.fingerprint()),
    ] {
        config.hashed_subpackets.push(Subpacket::regular(word).expect(FITS));
    }
    config
}
