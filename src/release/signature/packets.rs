//! From bytes to packets: armor is taken off, and each packet is cut out by the length that it states.
//! What packets mean is not asked here. No more memory is taken than a few times the size of the input.

use std::io::{ErrorKind, Read as _};

use pgp::armor::Dearmor;
use pgp::packet::{PacketHeader, Signature};
use pgp::types::{PacketLength, Tag};

use super::verdict::{Malformed, Verdict, WrongKind};

/// The largest file of signatures that is looked at. A signature has some hundred bytes.
const LARGEST: usize = 64 << 10;
/// The most signatures that are looked at: each takes the digest of the whole file.
const MOST: usize = 16;

/// A run of packets: a binary file, or what one armored block holds.
pub(super) struct Block {
    /// Does it begin a text that contains its signature? Then there is nothing in it.
    is_cleartext: bool,
    /// The packets, one after the other.
    pub(super) bytes: Vec<u8>,
}

/// One packet.
pub(super) struct Packet<'b> {
    pub(super) header: PacketHeader,
    pub(super) body: &'b [u8],
}

const BEGIN: &str = "-----BEGIN PGP ";
const TAIL: &str = "-----";
/// The label of a text that contains its signature. What has this label has no end of its own.
const CLEARTEXT: &str = "SIGNED MESSAGE";

/// The blocks of a file. Text around armored blocks does not count, as the standard has it.
pub(super) fn blocks(bytes: &[u8]) -> Result<Vec<Block>, Malformed> {
    let Some(first) = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) else {
        return Err(Malformed::Empty);
    };
    // No packet begins with a byte of ASCII, and no text with a byte that has the highest bit, but for the mark of UTF-8.
    if bytes.first().is_some_and(|byte| byte & 0x80 != 0) && !bytes.starts_with(b"\xef\xbb\xbf") {
        return Ok(vec![Block { is_cleartext: false, bytes: bytes.to_vec() }]);
    }
    let mut blocks = Vec::new();
    let mut rest = bytes;
    while let Some(next) = next_armored(rest)? {
        let bytes = if next.is_cleartext { Vec::new() } else { dearmor(next.block)? };
        blocks.push(Block { is_cleartext: next.is_cleartext, bytes });
        rest = next.after;
    }
    match blocks.is_empty() {
        false => Ok(blocks),
        true if *first == b'<' => Err(Malformed::WebPage),
        true => Err(Malformed::NotOpenPgp),
    }
}

/// An armored block in a text.
struct Armored<'t> {
    is_cleartext: bool,
    block: &'t [u8],
    /// The text after it.
    after: &'t [u8],
}

fn next_armored(text: &[u8]) -> Result<Option<Armored<'_>>, Malformed> {
    let Some((_, begun)) = at(text, BEGIN.as_bytes()) else {
        return Ok(None);
    };
    let inside = begun.get(BEGIN.len()..).unwrap_or_default();
    let (label, body) = at(inside, TAIL.as_bytes()).ok_or(Malformed::Truncated)?;
    if label == CLEARTEXT.as_bytes() {
        return Ok(Some(Armored { is_cleartext: true, block: &[], after: body }));
    }
    let footer = [b"-----END PGP ", label, TAIL.as_bytes()].concat();
    let before = at(begun, &footer).ok_or(Malformed::Truncated)?.0;
    let length = before.len() + footer.len();
    let (block, after) = begun.split_at_checked(length).ok_or(Malformed::Truncated)?;
    Ok(Some(Armored { is_cleartext: false, block, after }))
}

/// What is before the first occurrence, and what begins with it.
fn at<'b>(bytes: &'b [u8], sought: &[u8]) -> Option<(&'b [u8], &'b [u8])> {
    let position = bytes.windows(sought.len()).position(|window| window == sought)?;
    bytes.split_at_checked(position)
}

/// What an armored block holds.
fn dearmor(block: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut bytes = Vec::new();
    Dearmor::new(block).read_to_end(&mut bytes).map_err(|_| Malformed::Damaged)?;
    Ok(bytes)
}

/// The packets of a block, and what is wrong with what comes after them.
pub(super) fn packets(mut rest: &[u8]) -> (Vec<Packet<'_>>, Option<Malformed>) {
    let mut packets = Vec::new();
    while !rest.is_empty() {
        let header = match PacketHeader::try_from_reader(&mut rest) {
            Ok(header) => header,
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                return (packets, Some(Malformed::Truncated));
            }
            Err(_) => return (packets, Some(Malformed::Damaged)),
        };
        let length = match header.packet_length() {
            PacketLength::Fixed(length) => usize::try_from(length).unwrap_or(usize::MAX),
            // Content, encrypted or not, may go on to the end of the file, or in pieces: then the rest does not matter.
            PacketLength::Indeterminate | PacketLength::Partial(_) => rest.len(),
        };
        let Some((body, after)) = rest.split_at_checked(length) else {
            return (packets, Some(Malformed::Truncated));
        };
        packets.push(Packet { header, body });
        rest = after;
    }
    (packets, None)
}

/// The signatures of a file of detached signatures, each or what it is instead.
pub(super) fn signatures(bytes: &[u8]) -> Vec<Result<Signature, Verdict>> {
    if bytes.len() > LARGEST {
        return vec![Err(Verdict::Malformed(Malformed::TooLarge))];
    }
    let blocks = match blocks(bytes) {
        Ok(blocks) => blocks,
        Err(malformed) => return vec![Err(Verdict::Malformed(malformed))],
    };
    let mut found = Vec::new();
    for block in &blocks {
        match signatures_of(block) {
            Ok(some) => found.extend(some),
            Err(kind) => return vec![Err(Verdict::WrongKind(kind))],
        }
    }
    match found.len() {
        0 => vec![Err(Verdict::Malformed(Malformed::NotOpenPgp))],
        1..=MOST => found,
        _ => vec![Err(Verdict::Malformed(Malformed::TooLarge))],
    }
}

type Found = Vec<Result<Signature, Verdict>>;

/// A file that brings anything but signatures is of another kind, whatever signatures it has as well.
fn signatures_of(block: &Block) -> Result<Found, WrongKind> {
    if block.is_cleartext {
        return Err(WrongKind::Cleartext);
    }
    let (packets, malformed) = packets(&block.bytes);
    let mut found = Vec::new();
    for packet in packets {
        let tag = packet.header.tag();
        if let Some(kind) = other_kind(tag) {
            return Err(kind);
        }
        // A packet that has no business here makes a signature of none.
        if !matches!(tag, Tag::Marker | Tag::Padding) {
            found.push(packet.signature().ok_or(Verdict::Malformed(Malformed::Damaged)));
        }
    }
    found.extend(malformed.map(|malformed| Err(Verdict::Malformed(malformed))));
    Ok(found)
}

fn other_kind(tag: Tag) -> Option<WrongKind> {
    let is_message = matches!(tag, Tag::OnePassSignature | Tag::LiteralData | Tag::CompressedData);
    let is_encrypted = matches!(
        tag,
        Tag::PublicKeyEncryptedSessionKey
            | Tag::SymKeyEncryptedSessionKey
            | Tag::SymEncryptedData
            | Tag::SymEncryptedProtectedData
            | Tag::GnupgAeadData
    );
    let is_key =
        matches!(tag, Tag::PublicKey | Tag::PublicSubkey | Tag::SecretKey | Tag::SecretSubkey);
    is_message
        .then_some(WrongKind::Message)
        .or_else(|| is_encrypted.then_some(WrongKind::Encrypted))
        .or_else(|| is_key.then_some(WrongKind::Key))
}

impl Packet<'_> {
    /// The signature that this is. `None` if it is something else, damaged, or states no length.
    pub(super) fn signature(&self) -> Option<Signature> {
        let is_cut_out = matches!(self.header.packet_length(), PacketLength::Fixed(_))
            && self.header.tag() == Tag::Signature;
        let mut body = self.body;
        let signature = Signature::try_from_reader(self.header, &mut body).ok()?;
        (is_cut_out && body.is_empty()).then_some(signature)
    }

    /// The packet in full.
    pub(super) fn read(&self) -> Option<pgp::packet::Packet> {
        pgp::packet::Packet::from_reader(self.header, self.body).ok()
    }
}
