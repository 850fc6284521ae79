//! The rows in which the signature is none of the file, or nothing that counts as one.

use pgp::armor::BlockType;
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::SignatureType;
use pgp::types::Tag;

use super::owner::{Owner, PLAINLY, SIGNS};
use super::*;

const HTML: &str = "<!DOCTYPE html>\n<html><body>404 Not Found</body></html>\n";
const CLEARTEXT: &str = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nmattermost\n";

/// A packet with this content, whatever it is.
fn packet(tag: Tag, body: &[u8]) -> Vec<u8> {
    let length = u8::try_from(body.len()).unwrap();
    [&[0xc0 | u8::from(tag), length], body].concat()
}

/// Another byte at a place.
fn altered(mut bytes: Vec<u8>, at: usize, byte: u8) -> Vec<u8> {
    assert_ne!(bytes[at], byte);
    bytes[at] = byte;
    bytes
}

/// Another bit at the end: in the proof itself.
fn flipped(mut bytes: Vec<u8>) -> Vec<u8> {
    *bytes.last_mut().unwrap() ^= 1;
    bytes
}

pub(super) fn rows() -> Vec<Row> {
    [foreign(), weak(), kinds(), malformed()].into_iter().flatten().collect()
}

fn foreign() -> Vec<Row> {
    let (a, b) = (Owner::new(1), Owner::new(2));
    let keys = a.keyring();
    let mixed = [b.signs(FILE, PLAINLY), a.signs(OTHER, PLAINLY)].concat();
    let rsa = Owner::rsa(RSA_2048);
    let forged = flipped(rsa.signs(FILE, PLAINLY));
    vec![
        row("unknown", &keys, b.signs(FILE, PLAINLY), 200, "UnknownKey", PROVES_NOTHING),
        row(
            "no keys at all",
            &Keyring::default(),
            a.signs(FILE, PLAINLY),
            200,
            "UnknownKey",
            PROVES_NOTHING,
        ),
        row("of another version", &keys, a.signs(OTHER, PLAINLY), 200, "WrongFile", BAD),
        row("of an empty file", &keys, a.signs(b"", PLAINLY), 200, "WrongFile", BAD),
        row("of a part of the file", &keys, a.signs(&FILE[1..], PLAINLY), 200, "WrongFile", BAD),
        row("unknown, and one of another version", &keys, mixed, 200, "WrongFile", BAD),
        row("forged", &keys, flipped(a.signs(FILE, PLAINLY)), 200, "Forged", BAD),
        row("forged, RSA", &rsa.keyring(), forged, 200, "Forged", BAD),
    ]
}

fn weak() -> Vec<Row> {
    let rsa = Owner::rsa(RSA_2048);
    let keys = rsa.keyring();
    let with = |digest| rsa.signs(FILE, How { digest, ..PLAINLY });
    let good = with(HashAlgorithm::Sha256);
    // The version stands first in the packet, after a header of three bytes.
    let old = altered(v3(&good), 3, 3);
    let mut both = with(HashAlgorithm::Sha1);
    both.extend(&good);
    vec![
        row("SHA-1", &keys, with(HashAlgorithm::Sha1), 200, "Weak(Digest", PROVES_NOTHING),
        row("MD5", &keys, with(HashAlgorithm::Md5), 200, "Weak(Digest", PROVES_NOTHING),
        row(
            "RIPEMD-160",
            &keys,
            with(HashAlgorithm::Ripemd160),
            200,
            "Weak(Digest",
            PROVES_NOTHING,
        ),
        row("version 3", &keys, old, 200, "Weak(Version", PROVES_NOTHING),
        row("SHA-1 and a good one", &keys, both, 200, "Good", GOOD),
    ]
}

/// A signature of version 3 in the place of one of version 4, its version still to be set.
fn v3(good: &[u8]) -> Vec<u8> {
    let proof = &good[good.len() - 258..];
    let mut body = vec![4, 5, 0, 0x5f, 0, 0, 0];
    body.extend([0x11; 8]);
    body.extend([1, 8, 0, 0]);
    body.extend(proof);
    let length = u16::try_from(body.len() - 192).unwrap();
    let [high, low] = length.to_be_bytes();
    [&[0xc2, high + 192, low], body.as_slice()].concat()
}

fn kinds() -> Vec<Row> {
    let a = Owner::new(1);
    let keys = a.keyring();
    let good = a.signs(FILE, PLAINLY);
    let text = a.signs(FILE, How { kind: SignatureType::Text, ..PLAINLY });
    let block = String::from_utf8(armor_of(BlockType::Signature, &good)).unwrap();
    let inline = [good.clone(), packet(Tag::LiteralData, FILE)].concat();
    let message = armor_of(BlockType::Message, &packet(Tag::LiteralData, FILE));
    let encrypted = packet(Tag::SymEncryptedProtectedData, b"\x01secret");
    // The type stands second in the packet, after a header of two bytes.
    let time_stamp = altered(good.clone(), 3, 0x40);
    let one_pass = packet(Tag::OnePassSignature, &[3, 0, 8, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    vec![
        row("detached, but of a text", &keys, text, 200, "WrongKind(Text)", BAD),
        row("cleartext", &keys, format!("{CLEARTEXT}{block}"), 200, "WrongKind(Cleartext)", BAD),
        row("inline-signed", &keys, inline, 200, "WrongKind(Message)", BAD),
        row("inline-signed, with one pass", &keys, one_pass, 200, "WrongKind(Message)", BAD),
        row("a message", &keys, message, 200, "WrongKind(Message)", BAD),
        row("encrypted", &keys, encrypted, 200, "WrongKind(Encrypted)", BAD),
        row("the key instead", &keys, a.bytes(), 200, "WrongKind(Key)", BAD),
        row("the key instead, armored", &keys, a.armored(), 200, "WrongKind(Key)", BAD),
        row("a secret key", &keys, a.secret(), 200, "WrongKind(Key)", BAD),
        row("a certification", &keys, a.statement(), 200, "WrongKind(OfKey)", BAD),
        row("a time stamp", &keys, time_stamp, 200, "WrongKind(Other(64))", BAD),
    ]
}

fn malformed() -> Vec<Row> {
    let a = Owner::new(1).subkey(3, SIGNS);
    let keys = a.keyring();
    let good = a.signs(FILE, PLAINLY);
    let signs = |how| a.signs(FILE, how);
    let many = good.repeat(17);
    let armored = armor_of(BlockType::Signature, &good);
    let garbled = String::from_utf8(armored.clone()).unwrap().replacen('w', "!", 1);
    let unended = String::from_utf8(armored).unwrap().replace("-----END", "-----BEND");
    // Without a length: the old form of the header, which says that the packet goes on to the end.
    let endless = [&[0x8b], &good[2..]].concat();
    vec![
        row("empty", &keys, "", 200, "Malformed(Empty)", BAD),
        row("blank", &keys, "\n \n", 200, "Malformed(Empty)", BAD),
        row("HTML", &keys, HTML, 200, "Malformed(WebPage)", BAD),
        row(
            "a checksum",
            &keys,
            "d41d8cd9  mattermost.tar.gz\n",
            200,
            "Malformed(NotOpenPgp)",
            BAD,
        ),
        row("an archive", &keys, &b"\x1f\x8b\x08\0\0"[..], 200, "Malformed(NotOpenPgp)", BAD),
        row("bytes", &keys, [0xff; 100], 200, "Malformed(Truncated)", BAD),
        row("truncated", &keys, &good[..40], 200, "Malformed(Truncated)", BAD),
        row("armor without its end", &keys, unended, 200, "Malformed(Truncated)", BAD),
        row("garbled armor", &keys, garbled, 200, "Malformed(Damaged)", BAD),
        row("of no stated length", &keys, endless, 200, "Malformed(Damaged)", BAD),
        row(
            "of unknown version",
            &keys,
            altered(good.clone(), 2, 9),
            200,
            "Malformed(UnknownVersion",
            BAD,
        ),
        row("undated", &keys, signs(How { at: None, ..PLAINLY }), 200, "Malformed(Undated)", BAD),
        row(
            "anonymous",
            &keys,
            signs(How { names: false, ..PLAINLY }),
            200,
            "Malformed(Anonymous)",
            BAD,
        ),
        row(
            "with a condition",
            &keys,
            signs(How { asks: true, ..PLAINLY }),
            200,
            "Malformed(UnknownCondition)",
            BAD,
        ),
        row("too many", &keys, many, 200, "Malformed(TooLarge)", BAD),
        row("endless", &keys, vec![0xc2; 1 << 20], 200, "Malformed(TooLarge)", BAD),
        row("good, and the rest cut off", &keys, [&good, &good[..40]].concat(), 200, "Good", GOOD),
    ]
}

#[test]
fn a_signature_cut_off_anywhere_is_no_signature() {
    let owner = Owner::new(1);
    let (keys, good) = (owner.keyring(), owner.signs(FILE, PLAINLY));
    let armored = armor_of(BlockType::Signature, &good);
    for whole in [good.as_slice(), armored.trim_ascii_end()] {
        for length in 0..whole.len() {
            let verdicts = at(200, &keys, &whole[..length]);
            assert!(matches!(verdicts.best(), Verdict::Malformed(_)), "{length}: {verdicts:?}");
            assert_eq!(Policy::default().judge(&verdicts), Refused);
        }
        assert!(matches!(at(200, &keys, whole).best(), Verdict::Good { .. }));
    }
}
