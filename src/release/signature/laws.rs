//! What holds for any bytes: nothing panics, and nobody but the owner of a key makes a good signature.

use std::sync::LazyLock;

use pgp::armor::BlockType;
use proptest::prelude::*;
use proptest::sample::Index;

use super::packets::{Packet, blocks, packets};
use super::tests::owner::{DAY, Owner, PLAINLY, SIGNS, Said};
use super::tests::{FILE, RSA_2048, armor_of, at, day};
use super::*;

/// A way of spoiling bytes.
#[derive(Clone, Debug)]
enum Harm {
    Flip(Index, u8),
    Set(Index, u8),
    Cut(Index),
    Drop(Index),
    Insert(Index, u8),
    Repeat(Index, Index),
}

fn harms() -> impl Strategy<Value = Vec<Harm>> {
    let harm = prop_oneof![
        4 => (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| Harm::Flip(at, bit)),
        2 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Harm::Set(at, byte)),
        1 => any::<Index>().prop_map(Harm::Cut),
        1 => any::<Index>().prop_map(Harm::Drop),
        1 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Harm::Insert(at, byte)),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Harm::Repeat(from, to)),
    ];
    prop::collection::vec(harm, 1..4)
}

fn harmed(mut bytes: Vec<u8>, harms: &[Harm]) -> Vec<u8> {
    for harm in harms {
        if bytes.is_empty() {
            break;
        }
        let length = bytes.len();
        match harm {
            Harm::Flip(at, bit) => bytes[at.index(length)] ^= 1 << bit,
            Harm::Set(at, byte) => bytes[at.index(length)] = *byte,
            Harm::Cut(at) => bytes.truncate(at.index(length)),
            Harm::Drop(at) => drop(bytes.remove(at.index(length))),
            Harm::Insert(at, byte) => bytes.insert(at.index(length), *byte),
            Harm::Repeat(from, to) => {
                let (from, to) = (from.index(length), to.index(length));
                bytes.extend_from_within(from.min(to)..from.max(to));
            }
        }
    }
    bytes
}

/// What a signature proves, without what it proves nothing by: how it is packed, and what it says unsigned.
fn signed_parts(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut parts = Vec::new();
    for block in blocks(bytes).unwrap_or_default() {
        for signature in packets(&block.bytes).0.iter().filter_map(Packet::signature) {
            let Some(config) = signature.config() else {
                continue;
            };
            let hashed = &config.hashed_subpackets;
            let kind = (u8::from(signature.version()), config.typ, config.pub_alg, config.hash_alg);
            let proof = signature.signature();
            parts.push(format!("{kind:?} {hashed:?} {proof:?}").into_bytes());
        }
    }
    parts
}

fn is_good(verdicts: &Verdicts) -> bool {
    matches!(verdicts.best(), Verdict::Good { .. })
}

/// Somebody who is believed, and what they have signed.
struct Signing {
    keys: Keyring,
    signature: Vec<u8>,
}

/// Of each kind of key one.
static SIGNED: LazyLock<[Signing; 4]> = LazyLock::new(|| {
    let mortal = Owner::silent(3).says(Said { lives: Some(500 * DAY), ..SIGNS });
    [Owner::new(1), Owner::v6(2), Owner::rsa(RSA_2048), mortal]
        .map(|owner| Signing { keys: owner.keyring(), signature: owner.signs(FILE, PLAINLY) })
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_spoiled_signature_is_good_only_if_it_says_the_same(
        which in 0..SIGNED.len(),
        armored in any::<bool>(),
        harms in harms(),
    ) {
        let Signing { keys, signature: plain } = &SIGNED[which];
        let whole = if armored {
            armor_of(BlockType::Signature, plain)
        } else {
            plain.clone()
        };
        prop_assert!(is_good(&at(200, keys, &whole)));
        let spoiled = harmed(whole, &harms);
        let verdicts = at(200, keys, &spoiled);
        if verdicts.best().signer().is_some() {
            let said = signed_parts(plain);
            prop_assert!(signed_parts(&spoiled).contains(&said[0]), "{:?}", verdicts);
        }
    }

    #[test]
    fn a_good_signature_is_of_no_other_file(which in 0..SIGNED.len(), harms in harms()) {
        let file = harmed(FILE.to_vec(), &harms);
        let Signing { keys, signature } = &SIGNED[which];
        let verdicts = verify(keys, signature, file.as_slice(), day(200)).unwrap();
        prop_assert_eq!(is_good(&verdicts), file == FILE);
    }

    /// A key that is changed in any way has another fingerprint, or says the same or less. It never signs what it did not.
    #[test]
    fn a_spoiled_key_signs_nothing_new(harms in harms(), armored in any::<bool>()) {
        let mortal = Said { lives: Some(50 * DAY), ..SIGNS };
        let owner = Owner::silent(1).says(mortal).subkey(3, Said { back: None, ..SIGNS });
        let bytes = if armored { owner.armored().into_bytes() } else { owner.bytes() };
        let Ok(keys) = Keyring::from_bytes(&harmed(bytes, &harms)) else {
            return Ok(());
        };
        for signature in [owner.signs(FILE, PLAINLY), owner.subkey_signs(FILE, PLAINLY)] {
            let verdicts = at(200, &keys, &signature);
            prop_assert!(!is_good(&verdicts), "{:?}", verdicts);
        }
    }

    #[test]
    fn any_bytes_get_a_verdict(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let verdicts = at(200, &SIGNED[0].keys, &bytes);
        prop_assert!(!is_good(&verdicts));
        let required = Policy { require: true, ..Policy::default() };
        prop_assert_eq!(required.judge(&verdicts), Judgement::Refused);
        prop_assert!(Keyring::from_bytes(&bytes).is_err());
    }
}
