//! The keys that are believed: the one that is built in, and those that the operator trusts.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use pgp::composed::{Deserializable as _, SignedPublicKey};
use pgp::packet::Packet;
use pgp::types::Tag;

use super::certificate::{Candidate, Certificate, Unfit};
use super::fingerprint::Fingerprint;
use super::packets::{Block, blocks, packets};
use super::strength::Weakness;
use super::verdict::Malformed;

/// The largest file of keys that is looked at.
const LARGEST: usize = 1 << 20;

/// The key with which Mattermost signs its releases.
const MATTERMOST: Fingerprint = Fingerprint::v4([
    0xa1, 0xb3, 0x1d, 0x46, 0xf0, 0xf3, 0xa1, 0x0b, 0x02, 0xcf, 0x2d, 0x44, 0xf8, 0xf2, 0xc3, 0x17,
    0x44, 0x77, 0x4b, 0x28,
]);

/// A copy of it in which it says, on 2022-04-07, that it expires on 2024-04-06.
const MATTERMOST_COPY: &[u8] = include_bytes!("mattermost.asc");

/// The keys that are believed, each once: copies of one key are put together, so that a newer one adds that the key was
/// renewed or revoked.
#[derive(Clone, Debug, Default)]
pub struct Keyring {
    keys: BTreeMap<Fingerprint, Certificate>,
}

/// Why keys cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// No keys, or broken ones.
    #[error("these are no OpenPGP keys: {0}")]
    Malformed(Malformed),
    /// OpenPGP without a key in it, such as a signature.
    #[error("there is no key in it")]
    NoKey,
    /// Secret keys have no business here.
    #[error(
        "it contains a secret key; export the public key, and keep the secret one away from here"
    )]
    Secret,
    /// A key that proves nothing.
    #[error("one of its keys proves nothing: {0}")]
    Weak(Weakness),
    /// A key without any valid statement of its own. One with a weak digest is none.
    #[error("key {key} has no valid signature of its own")]
    Unstated {
        /// Which.
        key: String,
    },
    /// Another key than one of those that are pinned.
    #[error("key {found} is none of those that are expected")]
    NotPinned {
        /// Which.
        found: Fingerprint,
    },
}

impl Keyring {
    /// The keys that come with mmembed: that of Mattermost, pinned by its fingerprint.
    ///
    /// The copy that is built in does not know of renewals after 2022. For what was signed later than it says that the key lives,
    /// [add](Self::add) a newer copy of the same key.
    ///
    /// # Errors
    /// When the copy holds another key than the one that is pinned, which a test excludes.
    pub fn built_in() -> Result<Self, KeyringError> {
        Self::pinned(MATTERMOST_COPY, &[MATTERMOST])
    }

    /// The keys of a file, armored or binary, one or several.
    ///
    /// # Errors
    /// When it holds no key, a secret key, or a key of which nothing is proven. All keys are refused then.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyringError> {
        if bytes.len() > LARGEST {
            return Err(KeyringError::Malformed(Malformed::TooLarge));
        }
        let mut keyring = Self::default();
        for block in blocks(bytes).map_err(KeyringError::Malformed)? {
            for certificate in certificates(&block)? {
                keyring.learn(certificate);
            }
        }
        if keyring.keys.is_empty() { Err(KeyringError::NoKey) } else { Ok(keyring) }
    }

    /// The keys of a file that may hold these keys and no others.
    ///
    /// # Errors
    /// As [`Keyring::from_bytes`], and when there is another key in it.
    pub fn pinned(bytes: &[u8], pins: &[Fingerprint]) -> Result<Self, KeyringError> {
        let keyring = Self::from_bytes(bytes)?;
        let foreign = keyring.fingerprints().find(|found| !pins.contains(found));
        match foreign {
            Some(found) => Err(KeyringError::NotPinned { found }),
            None => Ok(keyring),
        }
    }

    /// Believes these keys too.
    pub fn add(&mut self, other: Self) {
        other.keys.into_values().for_each(|certificate| self.learn(certificate));
    }

    /// The fingerprints of the keys, each once, in order.
    pub fn fingerprints(&self) -> impl Iterator<Item = Fingerprint> {
        self.keys.keys().copied()
    }

    pub(super) fn candidates(&self) -> impl Iterator<Item = Candidate<'_>> {
        self.keys.values().flat_map(Certificate::candidates)
    }

    fn learn(&mut self, certificate: Certificate) {
        match self.keys.entry(certificate.fingerprint()) {
            Entry::Vacant(place) => drop(place.insert(certificate)),
            Entry::Occupied(mut known) => known.get_mut().learn(certificate),
        }
    }
}

/// The keys of a block. Packets that cannot be read prove nothing and are left out, but for a key that cannot be read.
fn certificates(block: &Block) -> Result<Vec<Certificate>, KeyringError> {
    let damaged = || KeyringError::Malformed(Malformed::Damaged);
    let (raw, malformed) = packets(&block.bytes);
    if raw.iter().any(|packet| matches!(packet.header.tag(), Tag::SecretKey | Tag::SecretSubkey)) {
        return Err(KeyringError::Secret);
    }
    if let Some(malformed) = malformed {
        return Err(KeyringError::Malformed(malformed));
    }
    let mut packets: Vec<Packet> = Vec::new();
    for packet in &raw {
        match packet.read() {
            Some(read) => packets.push(read),
            None if packet.header.tag() == Tag::PublicKey => return Err(damaged()),
            None => {}
        }
    }
    let packets = packets.into_iter().map(Ok).peekable();
    let keys = SignedPublicKey::from_packets(packets);
    keys.map(|key| examine(key.map_err(|_| damaged())?)).collect()
}

fn examine(key: SignedPublicKey) -> Result<Certificate, KeyringError> {
    let name = Fingerprint::of(&key.primary_key);
    Certificate::examine(key).map_err(|unfit| match unfit {
        Unfit::Weak(weakness) => KeyringError::Weak(weakness),
        Unfit::Unstated => KeyringError::Unstated {
            key: name.map_or_else(|| "of an unknown kind".to_owned(), |name| name.to_string()),
        },
    })
}
