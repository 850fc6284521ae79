//! Owners of keys who say and sign what they are asked to, also what nobody should.

use pgp::composed::{
    ArmorOptions, Deserializable as _, SignedKeyDetails, SignedPublicKey, SignedPublicSubKey,
    SignedSecretKey,
};
use pgp::crypto::ed25519::{self, Mode};
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::public_key::PublicKeyAlgorithm;
use pgp::packet::{
    KeyFlags, Notation, PacketTrait as _, PubKeyInner, PublicKey, PublicSubkey, RevocationCode,
    SecretKey, SecretSubkey, Signature, SignatureConfig, SignatureType, Subpacket, SubpacketData,
    UserId,
};
use pgp::ser::Serialize as _;
use pgp::types::{
    Duration, KeyVersion, PacketHeaderVersion, Password, PlainSecretParams, PublicParams,
    SecretParams, SignedUser, SigningKey, Tag, Timestamp,
};

use super::super::{Fingerprint, Keyring};

/// 2020-01-01, when all keys are made.
pub(in super::super) const BORN: u32 = 1_577_836_800;
pub(in super::super) const DAY: u32 = 86_400;

/// What an owner says of a key.
#[derive(Clone, Copy)]
pub(in super::super) struct Said {
    pub(in super::super) at: u32,
    /// Is the key for signing? `None` says nothing about it.
    pub(in super::super) signs: Option<bool>,
    /// How long the key lives.
    pub(in super::super) lives: Option<u32>,
    /// How long this word counts.
    pub(in super::super) counts: Option<u32>,
    pub(in super::super) digest: HashAlgorithm,
    /// With which digest a subkey confirms it.
    pub(in super::super) back: Option<HashAlgorithm>,
}

/// That the key signs, for ever, confirmed by the subkey.
pub(in super::super) const SIGNS: Said = Said {
    at: BORN,
    signs: Some(true),
    lives: None,
    counts: None,
    digest: HashAlgorithm::Sha256,
    back: Some(HashAlgorithm::Sha256),
};

/// How a file is signed.
#[derive(Clone, Copy)]
pub(in super::super) struct How {
    pub(in super::super) at: Option<u32>,
    pub(in super::super) kind: SignatureType,
    pub(in super::super) digest: HashAlgorithm,
    /// How long the signature counts.
    pub(in super::super) counts: Option<u32>,
    /// Does it say who signed?
    pub(in super::super) names: bool,
    /// Does it ask for something that nobody knows?
    pub(in super::super) asks: bool,
}

/// A hundred days after the key was made, and in no way special.
pub(in super::super) const PLAINLY: How = How {
    at: Some(BORN + 100 * DAY),
    kind: SignatureType::Binary,
    digest: HashAlgorithm::Sha256,
    counts: None,
    names: true,
    asks: false,
};

/// Somebody who has a key, and what has been said of it.
#[derive(Clone, Debug)]
pub(in super::super) struct Owner {
    secret: SecretKey,
    subkeys: Vec<SecretSubkey>,
    public: SignedPublicKey,
}

fn parts(seed: u8, version: KeyVersion) -> (PubKeyInner, SecretParams) {
    let secret = ed25519::SecretKey::try_from_bytes([seed; 32], Mode::Ed25519).unwrap();
    let public = PublicParams::Ed25519((&secret).into());
    let (algorithm, made) = (PublicKeyAlgorithm::Ed25519, Timestamp::from_secs(BORN));
    let inner = PubKeyInner::new(version, algorithm, made, None, public).unwrap();
    (inner, SecretParams::Plain(PlainSecretParams::Ed25519(secret)))
}

fn salted(kind: SignatureType, key: &impl SigningKey, digest: HashAlgorithm) -> SignatureConfig {
    if key.version() == KeyVersion::V6 {
        let salt = vec![7; digest.salt_len().unwrap()];
        return SignatureConfig::v6_with_salt(kind, key.algorithm(), digest, salt);
    }
    SignatureConfig::v4(kind, key.algorithm(), digest)
}

fn config(kind: SignatureType, key: &impl SigningKey, said: Said) -> SignatureConfig {
    let mut config = salted(kind, key, said.digest);
    let mut add = |data| config.hashed_subpackets.push(Subpacket::regular(data).unwrap());
    add(SubpacketData::SignatureCreationTime(Timestamp::from_secs(said.at)));
    add(SubpacketData::IssuerFingerprint(key.fingerprint()));
    if let Some(signs) = said.signs {
        let mut flags = KeyFlags::default();
        flags.set_sign(signs);
        flags.set_encrypt_storage(!signs);
        add(SubpacketData::KeyFlags(flags));
    }
    if let Some(lives) = said.lives {
        add(SubpacketData::KeyExpirationTime(Duration::from_secs(lives)));
    }
    if let Some(counts) = said.counts {
        add(SubpacketData::SignatureExpirationTime(Duration::from_secs(counts)));
    }
    config
}

fn nobody() -> Password {
    Password::empty()
}

impl Owner {
    /// With a key that is for signing.
    pub(in super::super) fn new(seed: u8) -> Self {
        Self::silent(seed).says(SIGNS)
    }

    /// With a key of which nothing has been said.
    pub(in super::super) fn silent(seed: u8) -> Self {
        Self::of(parts(seed, KeyVersion::V4))
    }

    /// With a key of version 6.
    pub(in super::super) fn v6(seed: u8) -> Self {
        Self::of(parts(seed, KeyVersion::V6)).says_of_key(SIGNS)
    }

    fn of((inner, params): (PubKeyInner, SecretParams)) -> Self {
        let public = PublicKey::from_inner(inner).unwrap();
        Self::with(SecretKey::new(public, params).unwrap())
    }

    /// With the RSA key of a fixture.
    pub(in super::super) fn rsa(armored: &str) -> Self {
        let (key, _) = SignedSecretKey::from_string(armored).unwrap();
        Self::with(key.primary_key).says(SIGNS)
    }

    fn with(secret: SecretKey) -> Self {
        let details = SignedKeyDetails::new(vec![], vec![], vec![], vec![]);
        let public = SignedPublicKey::new(secret.public_key().clone(), details, vec![]);
        Self { secret, subkeys: vec![], public }
    }

    /// Says something together with a name.
    pub(in super::super) fn says(mut self, said: Said) -> Self {
        let name =
            UserId::from_str(PacketHeaderVersion::default(), "Builder <builder@example.org>")
                .unwrap();
        let signature = config(SignatureType::CertPositive, &self.secret, said)
            .sign_certification(
                &self.secret,
                self.secret.public_key(),
                &nobody(),
                Tag::UserId,
                &name,
            )
            .unwrap();
        match self.public.details.users.first_mut() {
            Some(user) => user.signatures.push(signature),
            None => self.public.details.users.push(SignedUser::new(name, vec![signature])),
        }
        self
    }

    /// Says something of the key alone.
    pub(in super::super) fn says_of_key(mut self, said: Said) -> Self {
        let signature = self.on_key(config(SignatureType::Key, &self.secret, said));
        self.public.details.direct_signatures.push(signature);
        self
    }

    fn on_key(&self, config: SignatureConfig) -> Signature {
        config.sign_key(&self.secret, &nobody(), self.secret.public_key()).unwrap()
    }

    /// Takes back what was said with the name.
    pub(in super::super) fn withdraws(mut self, at: u32) -> Self {
        let user = &mut self.public.details.users[0];
        let said = Said { at, signs: None, ..SIGNS };
        let signature = config(SignatureType::CertRevocation, &self.secret, said)
            .sign_certification(
                &self.secret,
                self.secret.public_key(),
                &nobody(),
                Tag::UserId,
                &user.id,
            )
            .unwrap();
        user.signatures.push(signature);
        self
    }

    /// Gives up the key.
    pub(in super::super) fn revokes(mut self, at: u32, code: Option<RevocationCode>) -> Self {
        let config = revocation(SignatureType::KeyRevocation, &self.secret, at, code);
        let signature = self.on_key(config);
        self.public.details.revocation_signatures.push(signature);
        self
    }

    /// Gives up the key by a digest that proves nothing.
    pub(in super::super) fn revokes_weakly(mut self, at: u32) -> Self {
        let mut config = revocation(SignatureType::KeyRevocation, &self.secret, at, None);
        config.hash_alg = HashAlgorithm::Sha1;
        let signature = self.on_key(config);
        self.public.details.revocation_signatures.push(signature);
        self
    }

    /// Is given up by another, who has no say.
    pub(in super::super) fn revoked_by(mut self, other: &Self, at: u32) -> Self {
        let signature = revocation(SignatureType::KeyRevocation, &other.secret, at, None)
            .sign_key(&other.secret, &nobody(), self.secret.public_key())
            .unwrap();
        self.public.details.revocation_signatures.push(signature);
        self
    }

    /// Lets another say something of the key.
    pub(in super::super) fn certified_by(mut self, other: &Self, said: Said) -> Self {
        let user = &mut self.public.details.users[0];
        let signature = config(SignatureType::CertPositive, &other.secret, said)
            .sign_certification_third_party(
                &other.secret,
                &nobody(),
                self.secret.public_key(),
                Tag::UserId,
                &user.id,
            )
            .unwrap();
        user.signatures.push(signature);
        self
    }

    /// Gets a subkey.
    pub(in super::super) fn subkey(self, seed: u8, said: Said) -> Self {
        let (inner, params) = parts(seed, KeyVersion::V4);
        let public = PublicSubkey::from_inner(inner).unwrap();
        self.binds(SecretSubkey::new(public, params).unwrap(), said)
    }

    fn binds(mut self, subkey: SecretSubkey, said: Said) -> Self {
        let mut binding = config(SignatureType::SubkeyBinding, &self.secret, said);
        if let Some(digest) = said.back {
            let back = config(SignatureType::KeyBinding, &subkey, Said { digest, ..SIGNS })
                .sign_primary_key_binding(
                    &subkey,
                    subkey.public_key(),
                    &nobody(),
                    self.secret.public_key(),
                )
                .unwrap();
            let embedded = SubpacketData::EmbeddedSignature(Box::new(back));
            binding.hashed_subpackets.push(Subpacket::regular(embedded).unwrap());
        }
        let binding = binding
            .sign_subkey_binding(
                &self.secret,
                self.secret.public_key(),
                &nobody(),
                subkey.public_key(),
            )
            .unwrap();
        let public = SignedPublicSubKey::new(subkey.public_key().clone(), vec![binding]);
        self.public.public_subkeys.push(public);
        self.subkeys.push(subkey);
        self
    }

    /// Gives up the first subkey.
    pub(in super::super) fn revokes_subkey(
        mut self,
        at: u32,
        code: Option<RevocationCode>,
    ) -> Self {
        let subkey = self.subkeys[0].public_key().clone();
        let signature = revocation(SignatureType::SubkeyRevocation, &self.secret, at, code)
            .sign_subkey_binding(&self.secret, self.secret.public_key(), &nobody(), &subkey)
            .unwrap();
        self.public.public_subkeys[0].signatures.push(signature);
        self
    }

    /// Claims the first subkey of another, with the confirmation that the other's subkey gave to its own key.
    pub(in super::super) fn steals(mut self, other: &Self) -> Self {
        let subkey = other.subkeys[0].clone();
        self = self.binds(subkey, Said { back: None, ..SIGNS });
        let own = other.public.public_subkeys[0].signatures[0].embedded_signature().unwrap();
        let embedded = SubpacketData::EmbeddedSignature(Box::new(own.clone()));
        let binding = &mut self.public.public_subkeys[0].signatures[0];
        binding.unhashed_subpacket_push(Subpacket::regular(embedded).unwrap()).unwrap();
        self
    }

    /// Shows the first subkey as if it were that of another, who never said so.
    pub(in super::super) fn lends(&self, mut other: Self) -> Self {
        other.public.public_subkeys.push(self.public.public_subkeys[0].clone());
        other
    }

    /// Signs with the key.
    pub(in super::super) fn signs(&self, content: &[u8], how: How) -> Vec<u8> {
        sign(&self.secret, content, how)
    }

    /// Signs with the first subkey.
    pub(in super::super) fn subkey_signs(&self, content: &[u8], how: How) -> Vec<u8> {
        sign(&self.subkeys[0], content, how)
    }

    /// The public key, in binary.
    pub(in super::super) fn bytes(&self) -> Vec<u8> {
        self.public.to_bytes().unwrap()
    }

    pub(in super::super) fn armored(&self) -> String {
        self.public.to_armored_string(ArmorOptions::default()).unwrap()
    }

    /// What must be kept.
    pub(in super::super) fn secret(&self) -> String {
        let details = self.public.details.clone();
        SignedSecretKey::new(self.secret.clone(), details, vec![], vec![])
            .to_armored_string(ArmorOptions::default())
            .unwrap()
    }

    pub(in super::super) fn keyring(&self) -> Keyring {
        Keyring::from_bytes(&self.bytes()).unwrap()
    }

    pub(in super::super) fn fingerprint(&self) -> Fingerprint {
        self.keyring().fingerprints().next().unwrap()
    }

    /// What the key says of itself, as a file.
    pub(in super::super) fn statement(&self) -> Vec<u8> {
        bytes(&self.public.details.users[0].signatures[0])
    }
}

fn revocation(
    kind: SignatureType,
    key: &impl SigningKey,
    at: u32,
    code: Option<RevocationCode>,
) -> SignatureConfig {
    let mut config = config(kind, key, Said { at, signs: None, ..SIGNS });
    if let Some(code) = code {
        let reason = SubpacketData::RevocationReason(code, "".into());
        config.hashed_subpackets.push(Subpacket::regular(reason).unwrap());
    }
    config
}

fn sign(key: &impl SigningKey, content: &[u8], how: How) -> Vec<u8> {
    let mut config = salted(how.kind, key, how.digest);
    let mut add = |data| config.hashed_subpackets.push(Subpacket::regular(data).unwrap());
    if let Some(at) = how.at {
        add(SubpacketData::SignatureCreationTime(Timestamp::from_secs(at)));
    }
    if how.names {
        add(SubpacketData::IssuerFingerprint(key.fingerprint()));
    }
    if let Some(counts) = how.counts {
        add(SubpacketData::SignatureExpirationTime(Duration::from_secs(counts)));
    }
    if how.asks {
        let (name, value) = ("only@example.org".into(), "if it rains".into());
        let notation = SubpacketData::Notation(Notation { readable: true, name, value });
        config.hashed_subpackets.push(Subpacket::critical(notation).unwrap());
    }
    bytes(&config.sign(key, &nobody(), content).unwrap())
}

fn bytes(signature: &Signature) -> Vec<u8> {
    let mut bytes = Vec::new();
    signature.to_writer_with_header(&mut bytes).unwrap();
    bytes
}
