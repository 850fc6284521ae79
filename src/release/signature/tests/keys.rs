//! Files of keys: which are taken, what is refused, and what copies of one key make together.

use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::RevocationCode;

use super::owner::{BORN, DAY, Owner, PLAINLY, SIGNS, Said};
use super::*;

fn refused(bytes: impl AsRef<[u8]>) -> KeyringError {
    Keyring::from_bytes(bytes.as_ref()).unwrap_err()
}

#[test]
fn the_built_in_key_is_the_pinned_one() {
    let keys = Keyring::built_in().unwrap();
    let pinned = "A1B31D46F0F3A10B02CF2D44F8F2C31744774B28".parse().unwrap();
    assert_eq!(keys.fingerprints().collect::<Vec<_>>(), [pinned]);
    assert_eq!(
        Keyring::pinned(&Owner::new(1).bytes(), &[pinned]).unwrap_err(),
        KeyringError::NotPinned { found: Owner::new(1).fingerprint() }
    );
}

/// As GnuPG shows it: expired on 2024-04-06.
#[test]
fn the_built_in_key_expires_when_it_says() {
    let keys = Keyring::built_in().unwrap();
    let candidates: Vec<_> = keys.candidates().collect();
    let [key] = candidates.as_slice() else { panic!("{}", candidates.len()) };
    let today: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let statement = key.primary.current(today).unwrap();
    assert_eq!(statement.lack, None);
    let expires = Timestamp::from_second(statement.key_until.unwrap()).unwrap();
    assert_eq!(expires.to_string(), "2024-04-06T09:05:44Z");
    assert_eq!(key.primary.revocation(), None);
    // Before it said so, nothing is known of it.
    assert_eq!(key.primary.current("2021-01-01T00:00:00Z".parse().unwrap()), None);
}

#[test]
fn several_keys_come_from_one_file_or_many() {
    let (a, b, c) = (Owner::new(1), Owner::new(2), Owner::v6(3));
    let mut all: Vec<_> = [&a, &b, &c].map(Owner::fingerprint).into();
    all.sort_unstable();
    let binary = [a.bytes(), b.bytes(), c.bytes()].concat();
    let armored = ["Our keys:\n", &a.armored(), "and\n", &b.armored(), &c.armored()].concat();
    let mut added = a.keyring();
    added.add(b.keyring());
    added.add(c.keyring());
    for keys in [Keyring::from_bytes(&binary), Keyring::from_bytes(armored.as_bytes()), Ok(added)] {
        assert_eq!(keys.unwrap().fingerprints().collect::<Vec<_>>(), all);
    }
}

#[test]
fn the_same_key_twice_counts_once() {
    let a = Owner::new(1);
    let twice = Keyring::from_bytes(&a.bytes().repeat(2)).unwrap();
    assert_eq!(twice.fingerprints().count(), 1);
    let signatures = a.signs(FILE, PLAINLY).repeat(2);
    let verdicts = at(200, &twice, &signatures);
    assert_eq!(
        verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Good { .. })).count(),
        2
    );
    let policy = Policy { threshold: 2.try_into().unwrap(), ..Policy::default() };
    assert_eq!(policy.judge(&verdicts), Warned);
}

#[test]
fn copies_of_a_key_know_more_together() {
    let old = Owner::silent(1).says(Said { lives: Some(50 * DAY), ..SIGNS });
    let signature = old.signs(FILE, PLAINLY);
    let best = |keys: &Keyring| name(at(200, keys, &signature).best());
    assert_eq!(best(&old.keyring()), "KeyExpired");

    let renewed = Owner::silent(1).says(Said { at: BORN + 40 * DAY, ..SIGNS });
    let revoked = Owner::new(1).revokes(BORN + 150 * DAY, Some(RevocationCode::KeyCompromised));
    for (first, second) in [(&old, &renewed), (&renewed, &old)] {
        let mut keys = first.keyring();
        keys.add(second.keyring());
        assert_eq!(best(&keys), "Good");
        keys.add(revoked.keyring());
        assert_eq!(best(&keys), "KeyRevoked");
        keys.add(renewed.keyring());
        assert_eq!(best(&keys), "KeyRevoked");
    }
}

#[test]
fn a_subkey_that_came_later_is_learned() {
    let mut keys = Owner::new(1).keyring();
    let with = Owner::new(1).subkey(3, SIGNS);
    let signature = with.subkey_signs(FILE, PLAINLY);
    assert_eq!(name(at(200, &keys, &signature).best()), "UnknownKey");
    keys.add(with.keyring());
    assert_eq!(name(at(200, &keys, &signature).best()), "Good");
    assert_eq!(keys.fingerprints().count(), 1);
}

#[test]
fn what_is_no_key_is_refused() {
    let malformed = KeyringError::Malformed;
    assert_eq!(refused(""), malformed(Malformed::Empty));
    assert_eq!(refused("<html>"), malformed(Malformed::WebPage));
    assert_eq!(refused("ssh-ed25519 AAAA"), malformed(Malformed::NotOpenPgp));
    assert_eq!(refused(vec![0x99; 2 << 20]), malformed(Malformed::TooLarge));
    let key = Owner::new(1);
    assert_eq!(refused(key.signs(FILE, PLAINLY)), KeyringError::NoKey);
    assert_eq!(refused(key.secret()), KeyringError::Secret);
    let both = [key.armored(), Owner::new(2).secret()].concat();
    assert_eq!(refused(both), KeyringError::Secret);
}

#[test]
fn a_key_cut_off_anywhere_is_refused_or_whole() {
    let key = Owner::new(1).subkey(3, SIGNS).bytes();
    let whole: Vec<usize> =
        (0..key.len()).filter(|length| Keyring::from_bytes(&key[..*length]).is_ok()).collect();
    // Where its own statement ends, and where its subkey ends, which then is not bound.
    assert_eq!(whole.len(), 2, "{whole:?}");
    let armored = Owner::new(1).armored();
    let armored = armored.trim_end();
    for length in 0..armored.len() {
        assert!(Keyring::from_bytes(&armored.as_bytes()[..length]).is_err(), "{length}");
    }
}

#[test]
fn a_key_that_proves_nothing_is_refused() {
    assert_eq!(
        refused(Owner::rsa(RSA_1024).bytes()),
        KeyringError::Weak(Weakness::ShortKey { bits: 1024 })
    );
    let silent = Owner::silent(1);
    assert!(matches!(refused(silent.bytes()), KeyringError::Unstated { .. }));
    assert!(matches!(
        refused(Owner::new(1).withdraws(BORN).bytes()),
        KeyringError::Unstated { .. }
    ));
    let again = Owner::new(1).withdraws(BORN + DAY).says(Said { at: BORN + 2 * DAY, ..SIGNS });
    assert_eq!(again.keyring().fingerprints().count(), 1);
}

#[test]
fn statements_with_a_weak_digest_do_not_count_but_revocations_do() {
    let rsa = Owner::rsa(RSA_2048);
    let longer = Said { at: BORN + DAY, digest: HashAlgorithm::Sha1, lives: Some(DAY), ..SIGNS };
    let keys = rsa.clone().says(longer).keyring();
    let signature = rsa.signs(FILE, PLAINLY);
    assert_eq!(name(at(200, &keys, &signature).best()), "Good");
    let revoked = rsa.revokes_weakly(BORN + DAY).keyring();
    assert_eq!(name(at(200, &revoked, &signature).best()), "KeyRevoked");
}

/// A name with what another has certified, and a revocation by another: neither is the owner's word.
#[test]
fn what_others_say_of_a_key_does_not_count() {
    let (a, b) = (Owner::new(1), Owner::new(2));
    let signature = a.signs(FILE, PLAINLY);
    let keys = a.clone().revoked_by(&b, BORN + DAY).keyring();
    assert_eq!(name(at(200, &keys, &signature).best()), "Good");
    let keys =
        a.clone().certified_by(&b, Said { at: BORN + DAY, lives: Some(DAY), ..SIGNS }).keyring();
    assert_eq!(name(at(200, &keys, &signature).best()), "Good");
    let keys = Owner::silent(1).says(Said { lives: Some(50 * DAY), ..SIGNS });
    let keys = keys.certified_by(&b, Said { at: BORN + DAY, ..SIGNS }).keyring();
    assert_eq!(name(at(200, &keys, &signature).best()), "KeyExpired");
}
