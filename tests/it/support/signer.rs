//! Somebody who signs files, with an OpenPGP key of their own.

use std::fs;
use std::path::{Path, PathBuf};

use pgp::composed::{ArmorOptions, SignedKeyDetails, SignedPublicKey};
use pgp::crypto::ed25519::{self, Mode};
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::public_key::PublicKeyAlgorithm;
use pgp::packet::{
    KeyFlags, PacketTrait as _, PubKeyInner, PublicKey, SecretKey, SignatureConfig, SignatureType,
    Subpacket, SubpacketData, UserId,
};
use pgp::types::{
    KeyVersion, PacketHeaderVersion, Password, PlainSecretParams, PublicParams, SecretParams,
    SignedUser, SigningKey, Tag, Timestamp,
};

/// 2020-01-01, when all keys are made; all signatures are made a hundred days later.
const BORN: u32 = 1_577_836_800;
const SIGNED: u32 = BORN + 100 * 86_400;

/// A key, and what its owner says of it.
pub(crate) struct Signer {
    secret: SecretKey,
    public: SignedPublicKey,
}

impl Signer {
    /// The same seed gives the same key.
    pub(crate) fn new(seed: u8) -> Self {
        let secret = ed25519::SecretKey::try_from_bytes([seed; 32], Mode::Ed25519).unwrap();
        let public = PublicParams::Ed25519((&secret).into());
        let (algorithm, made) = (PublicKeyAlgorithm::Ed25519, Timestamp::from_secs(BORN));
        let inner = PubKeyInner::new(KeyVersion::V4, algorithm, made, None, public).unwrap();
        let params = SecretParams::Plain(PlainSecretParams::Ed25519(secret));
        let secret = SecretKey::new(PublicKey::from_inner(inner).unwrap(), params).unwrap();
        let details = SignedKeyDetails::new(vec![], vec![], vec![], vec![]);
        let mut public = SignedPublicKey::new(secret.public_key().clone(), details, vec![]);
        let name =
            UserId::from_str(PacketHeaderVersion::default(), "Builder <builder@example.org>")
                .unwrap();
        let mut flags = KeyFlags::default();
        flags.set_sign(true);
        let mut said = config(SignatureType::CertPositive, &secret, BORN);
        said.hashed_subpackets.push(Subpacket::regular(SubpacketData::KeyFlags(flags)).unwrap());
        let said = said
            .sign_certification(
                &secret,
                secret.public_key(),
                &Password::empty(),
                Tag::UserId,
                &name,
            )
            .unwrap();
        public.details.users.push(SignedUser::new(name, vec![said]));
        Self { secret, public }
    }

    /// Writes the public key into a directory, and says where it is.
    pub(crate) fn write_key(&self, directory: &Path) -> PathBuf {
        let path = directory.join("key.asc");
        fs::write(&path, self.public.to_armored_string(ArmorOptions::default()).unwrap()).unwrap();
        path
    }

    /// The detached signature of these bytes.
    pub(crate) fn sign(&self, content: &[u8]) -> Vec<u8> {
        let config = config(SignatureType::Binary, &self.secret, SIGNED);
        let signature = config.sign(&self.secret, &Password::empty(), content).unwrap();
        let mut bytes = Vec::new();
        signature.to_writer_with_header(&mut bytes).unwrap();
        bytes
    }

    /// Lays the signature of a file beside it, and says where it is.
    pub(crate) fn sign_file(&self, file: &Path) -> PathBuf {
        let mut path = file.as_os_str().to_owned();
        path.push(".sig");
        fs::write(&path, self.sign(&fs::read(file).unwrap())).unwrap();
        path.into()
    }
}

fn config(kind: SignatureType, key: &impl SigningKey, at: u32) -> SignatureConfig {
    let mut config = SignatureConfig::v4(kind, key.algorithm(), HashAlgorithm::Sha256);
    let mut add = |content| config.hashed_subpackets.push(Subpacket::regular(content).unwrap());
    add(SubpacketData::SignatureCreationTime(Timestamp::from_secs(at)));
    add(SubpacketData::IssuerFingerprint(key.fingerprint()));
    config
}
