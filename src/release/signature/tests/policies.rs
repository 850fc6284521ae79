//! What is made of verdicts: thresholds, ends, and what is said.

use std::io::{self, Read};

use super::owner::{SIGNS, Said};
use super::*;

fn policy(require: bool, expiry: Expiry, threshold: u8) -> Policy {
    Policy { require, expiry, threshold: threshold.try_into().unwrap() }
}

#[test]
fn the_end_of_a_key_means_what_the_policy_says() {
    let mortal = Owner::silent(1).says(Said { lives: Some(150 * DAY), ..SIGNS });
    let signed = |day: u32| {
        let how = How { at: Some(BORN + day * DAY), ..PLAINLY };
        at(200, &mortal.keyring(), &mortal.signs(FILE, how))
    };
    let (in_time, late) = (signed(100), signed(160));
    for (expiry, require, of_in_time, of_late) in [
        (Expiry::Refuse, false, Refused, Refused),
        (Expiry::Refuse, true, Refused, Refused),
        (Expiry::InTime, false, Noted, Warned),
        (Expiry::InTime, true, Noted, Refused),
        (Expiry::Warn, false, Warned, Warned),
        (Expiry::Warn, true, Warned, Warned),
    ] {
        let policy = policy(require, expiry, 1);
        let judged = (policy.judge(&in_time), policy.judge(&late));
        assert_eq!(judged, (of_in_time, of_late), "{policy:?}");
    }
}

#[test]
fn a_threshold_counts_different_keys() {
    let (a, b) = (Owner::new(1).subkey(3, SIGNS), Owner::new(2));
    let mut keys = both(&a, &b);
    keys.add(Owner::new(4).keyring());
    let one = a.signs(FILE, PLAINLY);
    let with_subkey = [one.clone(), a.subkey_signs(FILE, PLAINLY)].concat();
    let two = [one.clone(), b.signs(FILE, PLAINLY)].concat();
    let wrong = [one.clone(), b.signs(OTHER, PLAINLY)].concat();
    for (signatures, threshold, by_default, required) in [
        (&one, 1, Accepted, Accepted),
        (&one, 2, Warned, Refused),
        (&with_subkey, 2, Warned, Refused),
        (&two, 2, Accepted, Accepted),
        (&two, 3, Warned, Refused),
        (&wrong, 1, Accepted, Accepted),
        (&wrong, 2, Refused, Refused),
    ] {
        let verdicts = at(200, &keys, signatures);
        let judged = [false, true]
            .map(|require| policy(require, Expiry::InTime, threshold).judge(&verdicts));
        assert_eq!(judged, [by_default, required], "{threshold}: {verdicts:?}");
    }
}

#[test]
fn no_signature_is_refused_only_where_one_is_required() {
    assert_eq!(policy(false, Expiry::InTime, 1).judge_unsigned(), Noted);
    assert_eq!(policy(true, Expiry::Warn, 1).judge_unsigned(), Refused);
    assert!(Warned.is_taken() && !Refused.is_taken());
}

/// Gives one byte at a time, interrupted, and fails in the end if it should.
struct Slow<'c>(&'c [u8], bool, bool);

impl Read for Slow<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.1 = !self.1;
        if self.1 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        if self.0.is_empty() && self.2 {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        self.0.read(&mut into[..1])
    }
}

#[test]
fn a_file_may_come_in_pieces_but_must_come_whole() {
    let owner = Owner::new(1);
    let (keys, signature) = (owner.keyring(), owner.signs(FILE, PLAINLY));
    let pieces = |fails| verify(&keys, &signature, Slow(FILE, false, fails), day(200));
    assert_eq!(pieces(false).unwrap(), at(200, &keys, &signature));
    assert_eq!(pieces(true).unwrap_err().kind(), io::ErrorKind::ConnectionReset);
}

#[test]
fn a_file_is_not_read_where_nothing_depends_on_it() {
    let (a, b) = (Owner::new(1), Owner::new(2));
    let unknown = b.signs(FILE, PLAINLY);
    assert!(!Check::begin(&a.keyring(), &unknown).wants_content());
    let failing = Slow(b"", false, true);
    let verdicts = verify(&a.keyring(), &unknown, failing, day(200)).unwrap();
    assert_eq!(name(verdicts.best()), "UnknownKey");
}

#[test]
fn what_is_said() {
    let owner = Owner::new(1).subkey(3, SIGNS);
    let keys = owner.keyring();
    let said = |signature: &[u8]| at(200, &keys, signature).best().to_string();
    insta::assert_snapshot!(said(&owner.signs(FILE, PLAINLY)), @"signed at 2020-04-10T00:00:00Z by key DE6544917364630862C6A8B69705AA797D57BAEC");
    insta::assert_snapshot!(said(&owner.subkey_signs(FILE, PLAINLY)), @"signed at 2020-04-10T00:00:00Z by subkey 570C6BD317353B5EDC8CFFA129F73983B74C1E4C of key DE6544917364630862C6A8B69705AA797D57BAEC");
    insta::assert_snapshot!(said(&owner.signs(OTHER, PLAINLY)), @"made by key DE6544917364630862C6A8B69705AA797D57BAEC for another file: its digest is not that of this one");
    insta::assert_snapshot!(said(&Owner::new(2).signs(FILE, PLAINLY)), @"made by the key with the id 23F663D9CB7A0F0A, which is not among the keys that are believed");
    insta::assert_snapshot!(said(b"<html>"), @"no OpenPGP signature: it is a web page");
    insta::assert_snapshot!(said(owner.armored().as_bytes()), @"not the detached signature of a file: it is a key");
    let mortal = Owner::silent(1).says(Said { lives: Some(99 * DAY), ..SIGNS });
    let late = at(200, &mortal.keyring(), &mortal.signs(FILE, PLAINLY));
    insta::assert_snapshot!(late.best().to_string(), @"signed at 2020-04-10T00:00:00Z by key DE6544917364630862C6A8B69705AA797D57BAEC, which had expired at 2020-04-09T00:00:00Z; a newer copy of the key may say that it was renewed");
}
