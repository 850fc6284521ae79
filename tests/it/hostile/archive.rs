//! Writes tar archives byte by byte, right or wrong as a case wants them.

use std::io::Write;
use std::ops::Range;

use flate2::Compression;
use flate2::write::GzEncoder;

pub(crate) const BLOCK: usize = 512;
pub(crate) const MTIME: i64 = 1_700_000_000;

const MODE: Range<usize> = 100..108;
const UID: Range<usize> = 108..116;
const SIZE: Range<usize> = 124..136;
const TIME: Range<usize> = 136..148;
const SUM: Range<usize> = 148..156;
const LINK: Range<usize> = 157..257;
const MAGIC: Range<usize> = 257..265;
const UNAME: Range<usize> = 265..297;
const PREFIX: Range<usize> = 345..500;

/// A header in the making.
#[derive(Clone)]
pub(crate) struct Head {
    block: [u8; BLOCK],
    sum: Sum,
}

#[derive(Clone, Copy)]
enum Sum {
    Right,
    OffByOne,
    Signed,
}

impl Head {
    pub(crate) fn new(kind: u8, name: impl AsRef<[u8]>) -> Self {
        let mut block = [0; BLOCK];
        block[156] = kind;
        Self { block, sum: Sum::Right }
            .raw(0..100, name)
            .mode(0o644)
            .raw(UID, b"0003720\0")
            .raw(116..124, b"0003720\0")
            .size(0)
            .raw(TIME, format!("{MTIME:011o}\0"))
            .raw(MAGIC, b"ustar\x0000")
            .raw(UNAME, b"builder")
    }

    pub(crate) fn file(name: impl AsRef<[u8]>) -> Self {
        Self::new(b'0', name)
    }

    pub(crate) fn directory(name: impl AsRef<[u8]>) -> Self {
        Self::new(b'5', name).mode(0o755)
    }

    pub(crate) fn symlink(name: impl AsRef<[u8]>, target: impl AsRef<[u8]>) -> Self {
        Self::new(b'2', name).link(target).mode(0o777)
    }

    pub(crate) fn hardlink(name: impl AsRef<[u8]>, target: impl AsRef<[u8]>) -> Self {
        Self::new(b'1', name).link(target)
    }

    /// Overwrites a field; what the bytes do not fill becomes NUL.
    pub(crate) fn raw(mut self, field: Range<usize>, bytes: impl AsRef<[u8]>) -> Self {
        let field = &mut self.block[field];
        field.fill(0);
        let bytes = &bytes.as_ref()[..bytes.as_ref().len().min(field.len())];
        field[..bytes.len()].copy_from_slice(bytes);
        self
    }

    pub(crate) fn link(self, target: impl AsRef<[u8]>) -> Self {
        self.raw(LINK, target)
    }

    pub(crate) fn mode(self, mode: u32) -> Self {
        self.mode_field(format!("{mode:07o}\0"))
    }

    pub(crate) fn mode_field(self, field: impl AsRef<[u8]>) -> Self {
        self.raw(MODE, field)
    }

    pub(crate) fn size(self, size: usize) -> Self {
        self.size_field(format!("{size:011o}\0"))
    }

    pub(crate) fn size_field(self, field: impl AsRef<[u8]>) -> Self {
        self.raw(SIZE, field)
    }

    pub(crate) fn mtime_field(self, field: impl AsRef<[u8]>) -> Self {
        self.raw(TIME, field)
    }

    pub(crate) fn uid_field(self, field: impl AsRef<[u8]>) -> Self {
        self.raw(UID, field)
    }

    pub(crate) fn prefix(self, prefix: impl AsRef<[u8]>) -> Self {
        self.raw(PREFIX, prefix)
    }

    pub(crate) fn owners(self, name: impl AsRef<[u8]>) -> Self {
        self.raw(UNAME, &name).raw(297..329, name)
    }

    pub(crate) fn gnu(self) -> Self {
        self.raw(MAGIC, b"ustar  \0")
    }

    /// The format of 1979: nothing after the link name.
    pub(crate) fn v7(self) -> Self {
        self.raw(MAGIC.start..BLOCK, b"")
    }

    pub(crate) fn bad_sum(mut self) -> Self {
        self.sum = Sum::OffByOne;
        self
    }

    pub(crate) fn signed_sum(mut self) -> Self {
        self.sum = Sum::Signed;
        self
    }

    pub(crate) fn block(self) -> [u8; BLOCK] {
        let sum = self.sum;
        let blank = self.raw(SUM, b"        ");
        let unsigned: i64 = blank.block.iter().map(|&byte| i64::from(byte)).sum();
        let signed: i64 = blank.block.iter().map(|&byte| i64::from(byte.cast_signed())).sum();
        let sum = match sum {
            Sum::Right => unsigned,
            Sum::OffByOne => unsigned + 1,
            Sum::Signed => signed,
        };
        blank.raw(SUM, format!("{sum:06o}\0 ")).block
    }
}

/// An archive in the making.
#[derive(Clone, Default)]
pub(crate) struct Tar(Vec<u8>);

impl Tar {
    pub(crate) fn empty() -> Self {
        Self::default()
    }

    /// The smallest release: five entries.
    pub(crate) fn release() -> Self {
        Self::empty()
            .head(Head::directory("mattermost/"))
            .head(Head::directory("mattermost/bin/"))
            .file_as(Head::file("mattermost/bin/mattermost").mode(0o755), b"\x7fELF")
            .head(Head::directory("mattermost/config/"))
            .file_as(Head::file("mattermost/config/config.json").mode(0o600), b"{}\n")
    }

    pub(crate) fn head(mut self, head: Head) -> Self {
        self.0.extend(head.block());
        self
    }

    pub(crate) fn bytes(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.0.extend(bytes.as_ref());
        self
    }

    /// Bytes, and zeros up to the next block.
    pub(crate) fn padded(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.0.extend(bytes.as_ref());
        self.0.resize(self.0.len().next_multiple_of(BLOCK), 0);
        self
    }

    pub(crate) fn file_as(self, head: Head, content: impl AsRef<[u8]>) -> Self {
        self.head(head.size(content.as_ref().len())).padded(content)
    }

    pub(crate) fn file(self, name: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Self {
        self.file_as(Head::file(name), content)
    }

    /// An `x` header with these records.
    pub(crate) fn pax(self, records: &[(&str, &[u8])]) -> Self {
        self.extension(b'x', pax_records(records))
    }

    /// A `g` header with these records.
    pub(crate) fn pax_global(self, records: &[(&str, &[u8])]) -> Self {
        self.extension(b'g', pax_records(records))
    }

    /// An extension header of any kind with any content.
    pub(crate) fn extension(self, kind: u8, content: impl AsRef<[u8]>) -> Self {
        let head = match kind {
            b'L' | b'K' => Head::new(kind, "././@LongLink").gnu(),
            _ => Head::new(kind, "PaxHeaders/x"),
        };
        self.file_as(head, content)
    }

    /// The archive without an end marker.
    pub(crate) fn open_ended(self) -> Vec<u8> {
        self.0
    }

    /// The archive with its end marker.
    pub(crate) fn tar(self) -> Vec<u8> {
        self.bytes([0; 2 * BLOCK]).0
    }

    /// The finished archive, compressed.
    pub(crate) fn gz(self) -> Vec<u8> {
        gzip(&self.tar())
    }
}

pub(crate) fn pax_records(records: &[(&str, &[u8])]) -> Vec<u8> {
    records.iter().flat_map(|(key, value)| pax_record(key, value)).collect()
}

fn pax_record(key: &str, value: &[u8]) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    let mut record = format!("{length} {key}=").into_bytes();
    record.extend(value);
    record.push(b'\n');
    record
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
