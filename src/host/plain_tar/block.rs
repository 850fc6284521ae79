//! The header of a plain file: the one way to write it, and whether a block is one.

use tar::{EntryType, Header};

use super::error::TarFault;

/// The length of a header, and the unit that contents are padded to (POSIX.1-2017, pax, "ustar Interchange Format").
pub(super) const BLOCK: u64 = 512;

/// A block as it lies in the file.
pub(super) type Block = [u8; 512];

/// A block with nothing in it.
pub(super) const EMPTY: Block = [0; 512];

/// The longest name that a header holds without a second field (as above).
const LONGEST_NAME: usize = 100;

/// What a header says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plain {
    pub(super) name: String,
    pub(super) size: u64,
}

/// The header of a file with this name and size; `None` where the name is not plain.
pub(super) fn header(name: &str, size: u64) -> Option<Block> {
    if !is_plain(name) {
        return None;
    }
    let mut header = Header::new_ustar();
    header.set_path(name).ok()?;
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(size);
    header.set_cksum();
    Some(*header.as_bytes())
}

/// How many bytes a content takes with what fills its last block; `None` where no file is so large.
pub(super) const fn padded(size: u64) -> Option<u64> {
    size.checked_next_multiple_of(BLOCK)
}

/// Reads the header at `at`, which is not all zeros.
pub(super) fn read(block: &Block, at: u64) -> Result<Plain, TarFault> {
    let header = Header::from_byte_slice(block);
    if !has_checksum(header) {
        return Err(if at == 0 { TarFault::NoTar } else { TarFault::Damaged { at } });
    }
    let name = String::from_utf8_lossy(&header.path_bytes()).into_owned();
    match block.get(156) {
        Some(b'0') => {}
        Some(b'x' | b'g' | b'L' | b'K' | b'S' | b'V' | b'M') => {
            return Err(TarFault::Extension { name });
        }
        Some(_) | None => return Err(TarFault::NoFile { name }),
    }
    if !is_plain(&name) {
        return Err(TarFault::Name { name });
    }
    let size = header.entry_size().map_err(|_| TarFault::Damaged { at })?;
    // Whatever else a header can say, this one does not.
    if self::header(&name, size).as_ref() != Some(block) {
        return Err(TarFault::Unusual { name });
    }
    Ok(Plain { name, size })
}

/// Its own bytes are counted as spaces.
fn has_checksum(header: &Header) -> bool {
    let field = &header.as_old().cksum;
    let sum = |bytes: &[u8]| bytes.iter().copied().map(u32::from).sum::<u32>();
    let counted = sum(header.as_bytes()) - sum(field) + 8 * u32::from(b' ');
    header.cksum().is_ok_and(|stored| stored == counted)
}

fn is_plain(name: &str) -> bool {
    let is_usual = |byte: u8| byte.is_ascii_graphic() && !b"/\\\"'`$*?<>|&;".contains(&byte);
    (1..=LONGEST_NAME).contains(&name.len())
        && !name.starts_with(['.', '-'])
        && name.bytes().all(is_usual)
}
