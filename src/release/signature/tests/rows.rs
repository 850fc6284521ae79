//! The rows in which the signature is one of the file: what then matters is the key.

use pgp::armor::BlockType;
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::RevocationCode;

use super::owner::{BORN, DAY, How, Owner, PLAINLY, SIGNS, Said};
use super::*;

fn lives(days: u32) -> Said {
    Said { lives: Some(days * DAY), ..SIGNS }
}

pub(super) fn good() -> Vec<Row> {
    let (a, b) = (Owner::new(1), Owner::new(2));
    let plain = a.signs(FILE, PLAINLY);
    let twice = [plain.clone(), b.signs(FILE, PLAINLY)].concat();
    let one_good = [b.signs(FILE, PLAINLY), b.signs(OTHER, PLAINLY), plain.clone()].concat();
    let rsa = Owner::rsa(RSA_2048);
    let sub = Owner::new(1).subkey(3, SIGNS);
    let six = Owner::v6(4);
    let direct = Owner::silent(1).says_of_key(SIGNS);
    let mute = Owner::silent(1).says(Said { signs: None, ..SIGNS });
    let armored = armor_of(BlockType::Signature, &plain);
    let blocks = [armor_of(BlockType::Signature, &b.signs(FILE, PLAINLY)), armored.clone()];
    let windows = String::from_utf8(armored.clone()).unwrap().replace('\n', "\r\n");
    let wrapped = [b"Here it is:\n\n".to_vec(), armored.clone(), b"\nBye\n".to_vec()].concat();
    vec![
        row("good", &a.keyring(), plain.clone(), 200, "Good", GOOD),
        row("good, armored", &a.keyring(), armored, 200, "Good", GOOD),
        row("good, armored, in two blocks", &a.keyring(), blocks.concat(), 200, "Good", GOOD),
        row("good, armored, CRLF", &a.keyring(), windows, 200, "Good", GOOD),
        row("good, armored, with text around", &a.keyring(), wrapped, 200, "Good", GOOD),
        row("good, RSA 2048", &rsa.keyring(), rsa.signs(FILE, PLAINLY), 200, "Good", GOOD),
        row("good, SHA-512", &a.keyring(), a.signs(FILE, sha512()), 200, "Good", GOOD),
        row("good, version 6", &six.keyring(), six.signs(FILE, sha512()), 200, "Good", GOOD),
        row("key spoken of without a name", &direct.keyring(), plain.clone(), 200, "Good", GOOD),
        row("key of unstated purpose", &mute.keyring(), plain.clone(), 200, "Good", GOOD),
        row("rotated key, signed by the old one", &both(&a, &b), plain.clone(), 200, "Good", GOOD),
        row("rotated key, signed by the new one", &both(&b, &a), plain.clone(), 200, "Good", GOOD),
        row("two signatures, both good", &both(&a, &b), twice.clone(), 200, "Good", GOOD),
        row("two signatures, one unknown", &a.keyring(), twice, 200, "Good", GOOD),
        row("three signatures, one good", &both(&a, &b), one_good, 200, "Good", GOOD),
        row("by a subkey", &sub.keyring(), sub.subkey_signs(FILE, PLAINLY), 200, "Good", GOOD),
        row("clock a little behind", &a.keyring(), a.signs(FILE, soon(599)), 200, "Good", GOOD),
    ]
}

fn sha512() -> How {
    How { digest: HashAlgorithm::Sha512, ..PLAINLY }
}

/// So many seconds after day 200.
fn soon(seconds: u32) -> How {
    How { at: Some(BORN + 200 * DAY + seconds), ..PLAINLY }
}

pub(super) fn dates() -> Vec<Row> {
    [of_keys(), of_subkeys(), of_signatures()].into_iter().flatten().collect()
}

fn of_keys() -> Vec<Row> {
    let signs = |days| Owner::new(1).signs(FILE, on(days));
    let mortal = Owner::silent(1).says(lives(150)).keyring();
    let renewed = Owner::silent(1).says(lives(90)).says(Said { at: BORN + 95 * DAY, ..lives(300) });
    let renewed = renewed.keyring();
    let shortened = Owner::new(1).says(Said { at: BORN + 95 * DAY, ..lives(99) }).keyring();
    vec![
        row("expired", &mortal, signs(150), 200, "KeyExpired", PROVES_NOTHING),
        row("expired just now", &mortal, signs(150), 150, "KeyExpired", PROVES_NOTHING),
        row("expires tomorrow", &mortal, signs(100), 149, "Good", GOOD),
        row("expired since", &mortal, signs(149), 150, "KeyExpiredSince", KNOWN),
        row("renewed", &renewed, signs(100), 200, "Good", GOOD),
        row("renewed, expired since", &renewed, signs(100), 300, "KeyExpiredSince", KNOWN),
        row("cut short", &shortened, signs(100), 200, "KeyExpired", PROVES_NOTHING),
    ]
}

fn of_subkeys() -> Vec<Row> {
    let sub = Owner::silent(1).says(lives(150)).subkey(3, lives(90));
    let key = Owner::silent(1).says(lives(90)).subkey(3, lives(150));
    let since = Owner::silent(1).says(lives(150)).subkey(3, lives(110));
    let by_sub = |name, owner: Owner, verdict, judged| {
        let signed = owner.subkey_signs(FILE, PLAINLY);
        row(name, &owner.keyring(), signed, 120, verdict, judged)
    };
    vec![
        by_sub("expired subkey", sub, "KeyExpired", PROVES_NOTHING),
        by_sub("expired key of a subkey", key, "KeyExpired", PROVES_NOTHING),
        by_sub("subkey expired since", since, "KeyExpiredSince", KNOWN),
    ]
}

fn of_signatures() -> Vec<Row> {
    let a = Owner::new(1);
    let keys = a.keyring();
    let signs = |days| a.signs(FILE, on(days));
    let short = |days| a.signs(FILE, How { counts: Some(days * DAY), ..PLAINLY });
    let both = Owner::silent(1).says(lives(150)).keyring();
    let early = a.signs(FILE, How { at: Some(BORN - 1), ..PLAINLY });
    let too_soon = a.signs(FILE, soon(601));
    vec![
        row("expired signature", &keys, short(50), 150, "SignatureExpired", PROVES_NOTHING),
        row("signature expires tomorrow", &keys, short(50), 149, "Good", GOOD),
        row("expired key and signature", &both, short(20), 200, "SignatureExpired", PROVES_NOTHING),
        row("future", &keys, signs(201), 200, "FromTheFuture", BAD),
        row("clock too far behind", &keys, too_soon, 200, "FromTheFuture", BAD),
        row("before the key", &keys, early, 200, "BeforeTheKey", BAD),
    ]
}

pub(super) fn revoked() -> Vec<Row> {
    use RevocationCode::{KeyCompromised, KeyRetired, KeySuperseded, NoReason, Other};
    let signed = Owner::new(1).signs(FILE, PLAINLY);
    let key = |name, day, code, verdict, judged| {
        let owner = Owner::new(1).revokes(BORN + day * DAY, code);
        row(name, &owner.keyring(), signed.clone(), 200, verdict, judged)
    };
    let sub = |day, code| Owner::new(1).subkey(3, SIGNS).revokes_subkey(BORN + day * DAY, code);
    let by_sub = |name, owner: Owner, verdict, judged| {
        let signed = owner.subkey_signs(FILE, PLAINLY);
        row(name, &owner.keyring(), signed, 200, verdict, judged)
    };
    let whole = Owner::new(1).subkey(3, SIGNS).revokes(BORN + 150 * DAY, Some(KeyCompromised));
    let twice = Owner::new(1)
        .revokes(BORN + 150 * DAY, Some(KeyRetired))
        .revokes(BORN + 180 * DAY, Some(KeyCompromised))
        .keyring();
    let not_the_key = sub(150, None).keyring();
    vec![
        key("compromised later", 150, Some(KeyCompromised), "KeyRevoked", BAD),
        key("compromised before", 50, Some(KeyCompromised), "KeyRevoked", BAD),
        key("revoked without a reason", 150, None, "KeyRevoked", BAD),
        key("revoked, no reason stated", 150, Some(NoReason), "KeyRevoked", BAD),
        key("revoked for an unknown reason", 150, Some(Other(77)), "KeyRevoked", BAD),
        key("superseded later", 150, Some(KeySuperseded), "KeyRetiredSince", KNOWN),
        key("superseded before", 100, Some(KeySuperseded), "KeyRevoked", BAD),
        key("retired later", 101, Some(KeyRetired), "KeyRetiredSince", KNOWN),
        key("retired before", 50, Some(KeyRetired), "KeyRevoked", BAD),
        row("retired, then compromised", &twice, signed.clone(), 200, "KeyRevoked", BAD),
        by_sub("subkey compromised", sub(150, Some(KeyCompromised)), "KeyRevoked", BAD),
        by_sub("subkey retired later", sub(150, Some(KeyRetired)), "KeyRetiredSince", KNOWN),
        by_sub("subkey retired before", sub(50, Some(KeyRetired)), "KeyRevoked", BAD),
        by_sub("key of the subkey compromised", whole, "KeyRevoked", BAD),
        row("subkey compromised, not the key", &not_the_key, signed.clone(), 200, "Good", GOOD),
    ]
}

pub(super) fn purposes() -> Vec<Row> {
    let sub = |said| Owner::new(1).subkey(3, said);
    let encrypts = Said { signs: Some(false), ..SIGNS };
    let by_sub = |name, owner: Owner| {
        let signed = owner.subkey_signs(FILE, PLAINLY);
        row(name, &owner.keyring(), signed, 200, "NotForSigning", BAD)
    };
    let certifies = Owner::silent(1).says(encrypts);
    let by_key = certifies.signs(FILE, PLAINLY);
    let thief = Owner::new(5).steals(&sub(SIGNS));
    let lent = sub(SIGNS).lends(Owner::new(5)).keyring();
    let past = Said { counts: Some(50 * DAY), ..SIGNS };
    let mut changed = sub(SIGNS).keyring();
    changed.add(sub(Said { at: BORN + DAY, ..encrypts }).keyring());
    let by_signing = sub(SIGNS).subkey_signs(FILE, PLAINLY);
    vec![
        by_sub("subkey without back signature", sub(Said { back: None, ..SIGNS })),
        by_sub("subkey with the back signature to another key", thief),
        by_sub("encryption-only subkey", sub(encrypts)),
        by_sub("subkey of unstated purpose", sub(Said { signs: None, ..SIGNS })),
        by_sub("subkey bound for a while", sub(past)),
        row(
            "subkey no longer for signing",
            &changed,
            by_signing.clone(),
            200,
            "NotForSigning",
            BAD,
        ),
        row("subkey of another key", &lent, by_signing, 200, "UnknownKey", PROVES_NOTHING),
        row("key not for signing", &certifies.keyring(), by_key, 200, "NotForSigning", BAD),
    ]
}
