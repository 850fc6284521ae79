//! One 512-byte header of a tar archive, read strictly: what two programs could read differently is refused.
//! No name is judged here, and nothing beyond the block is read.

use tar::Header;

use super::rule::{Breach, Rule};

/// Length of a header, and the unit that contents are padded to (POSIX.1-2017, pax, "ustar Interchange Format").
pub(super) const BLOCK: usize = 512;

/// A block as it lies in the archive.
pub(super) type Block = [u8; BLOCK];

/// What a header announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Member(MemberKind),
    Extension(Extension),
}

/// The types of entry that a release may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MemberKind {
    File,
    Directory,
    Symlink,
}

/// Records that say more about an entry than its header can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extension {
    /// `x`: PAX records for the next entry.
    Pax,
    /// `g`: PAX records for all later entries.
    PaxGlobal,
    /// `L`: the next entry's name, too long for its header.
    LongName,
    /// `K`: the same for its link target.
    LongLink,
}

/// Which of the three header layouts it is. Only the two later ones have extension records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    V7,
    Ustar,
    Gnu,
}

/// The fields of a header that matter here. Owners, their names and device numbers are never even read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fields {
    pub(super) kind: Kind,
    pub(super) format: Format,
    pub(super) name: Vec<u8>,
    pub(super) link: Vec<u8>,
    pub(super) size: u64,
    pub(super) mode: u32,
    /// Seconds since 1970.
    pub(super) mtime: i64,
}

/// The name that the header itself gives, before anything about it is believed: for messages.
pub(super) fn own_name(block: &Block) -> Vec<u8> {
    Header::from_byte_slice(block).path_bytes().into_owned()
}

/// Reads a header that is not all zeros.
pub(super) fn read(block: &Block) -> Result<Fields, Breach> {
    let header = Header::from_byte_slice(block);
    verify_checksum(header)?;
    let old = header.as_old();
    let [flag] = old.linkflag;
    let kind = kind(flag)?;
    let format = format(header)?;
    let size = number(&old.size).and_then(|size| u64::try_from(size).ok());
    let mtime = number(&old.mtime).ok_or(Rule::FIELD_MTIME)?;
    Ok(Fields {
        kind,
        format,
        name: header.path_bytes().into_owned(),
        link: until_nul(&old.linkname).to_vec(),
        size: size.ok_or(Rule::FIELD_SIZE)?,
        mode: octal(&old.mode).and_then(|mode| u32::try_from(mode).ok()).ok_or(Rule::FIELD_MODE)?,
        mtime: clamp(mtime),
    })
}

/// POSIX sums unsigned bytes. Some ancient programs summed signed ones, which differs only for names outside
/// ASCII: such an archive is refused, since accepting either sum doubles what damage may look like.
fn verify_checksum(header: &Header) -> Result<(), Breach> {
    let stored = octal(&header.as_old().cksum);
    let all: u64 = header.as_bytes().iter().copied().map(u64::from).sum();
    let own: u64 = header.as_old().cksum.iter().copied().map(u64::from).sum();
    let blank = 8 * u64::from(b' ');
    Rule::HEADER_CHECKSUM.demands(stored == Some(all - own + blank))
}

/// The allow-list of types. Whatever is not on it has never been in a release.
fn kind(flag: u8) -> Result<Kind, Breach> {
    match flag {
        b'0' | 0 => Ok(Kind::Member(MemberKind::File)),
        b'2' => Ok(Kind::Member(MemberKind::Symlink)),
        b'5' => Ok(Kind::Member(MemberKind::Directory)),
        b'x' => Ok(Kind::Extension(Extension::Pax)),
        b'g' => Ok(Kind::Extension(Extension::PaxGlobal)),
        b'L' => Ok(Kind::Extension(Extension::LongName)),
        b'K' => Ok(Kind::Extension(Extension::LongLink)),
        b'1' => Err(Rule::TYPE_HARDLINK.into()),
        b'3' | b'4' | b'6' => Err(Rule::TYPE_SPECIAL.into()),
        b'S' => Err(Rule::TYPE_SPARSE.into()),
        _ => Err(Rule::TYPE_UNKNOWN.with(format!("type {:?}", char::from(flag)))),
    }
}

fn format(header: &Header) -> Result<Format, Breach> {
    /// Where magic and version lie in a header that has them.
    const MAGIC: std::ops::Range<usize> = 257..265;
    if header.as_ustar().is_some() {
        return Ok(Format::Ustar);
    }
    if header.as_gnu().is_some() {
        return Ok(Format::Gnu);
    }
    let blank = header.as_bytes().get(MAGIC) == Some(&[0; 8]);
    Rule::HEADER_MAGIC.demands(blank)?;
    Ok(Format::V7)
}

/// A numeric field: octal digits, or GNU's base-256 form, recognised by its highest bit.
fn number(field: &[u8]) -> Option<i128> {
    let (&first, rest) = field.split_first()?;
    if first & 0x80 == 0 {
        return octal(field).map(i128::from);
    }
    // The second-highest bit is the sign of a two's complement number of 95 bits at most.
    let top = i128::from(first & 0x7f) - if first & 0x40 == 0 { 0 } else { 0x80 };
    Some(rest.iter().fold(top, |sum, &byte| sum * 256 + i128::from(byte)))
}

/// Octal digits between optional spaces before and spaces or NULs after. Nothing else, and at least one digit.
fn octal(field: &[u8]) -> Option<u64> {
    let start = field.iter().position(|&byte| byte != b' ')?;
    let text = field.get(start..)?;
    let end = text.iter().position(|byte| !(b'0'..=b'7').contains(byte)).unwrap_or(text.len());
    let (digits, padding) = text.split_at(end);
    if digits.is_empty() || padding.iter().any(|&byte| byte != b' ' && byte != 0) {
        return None;
    }
    digits
        .iter()
        .try_fold(0u64, |sum, digit| sum.checked_mul(8)?.checked_add(u64::from(digit - b'0')))
}

fn until_nul(field: &[u8]) -> &[u8] {
    field.split(|&byte| byte == 0).next().unwrap_or_default()
}

pub(super) fn clamp(seconds: i128) -> i64 {
    i64::try_from(seconds).unwrap_or(if seconds < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_octal_or_base_256_and_nothing_else() {
        let cases: [(&[u8], Option<i128>); 14] = [
            (b"00000000017\0", Some(15)),
            (b"       17 \0\0", Some(15)),
            (b"777777777777", Some(0o777_777_777_777)),
            (b"\0\0\0\0\0\0\0\0\0\0\0\0", None),
            (b"            ", None),
            (b"0000000+017\0", None),
            (b"+0000000017\0", None),
            (b"00000000018\0", None),
            (b"0000 000017\0", None),
            (b"0x0000000017", None),
            (b"\x80\0\0\0\0\0\0\0\0\0\x01\x02", Some(258)),
            (b"\x80\0\0\0\x80\0\0\0\0\0\0\0", Some(1 << 63)),
            (b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe", Some(-2)),
            (b"", None),
        ];
        for (field, expected) in cases {
            assert_eq!(number(field), expected, "{:?}", field.escape_ascii());
        }
    }

    #[test]
    fn a_header_with_one_byte_changed_is_refused() {
        let mut header = Header::new_ustar();
        header.set_path("mattermost/a").unwrap();
        header.set_mode(0o644);
        header.set_mtime(1);
        header.set_size(3);
        header.set_cksum();
        let good = *header.as_bytes();
        assert_eq!(read(&good).unwrap().size, 3);
        for at in 0..BLOCK {
            let mut bad = good;
            bad[at] ^= 0x11;
            assert!(read(&bad).is_err(), "byte {at}");
        }
    }
}
