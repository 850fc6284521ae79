//! Which GNU C library a program needs, from the table of versions in its file.
//! No file is opened here; whoever asks hands over a way to read pieces of it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::elf::{ELF_HEAD, ElfHeader, NotElf};

/// A version of the GNU C library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GlibcVersion {
    /// The first number; 2 since 1997.
    pub major: u32,
    /// The second number.
    pub minor: u32,
}

/// Why the need of a program could not be told.
#[derive(Debug, thiserror::Error)]
pub enum GlibcError<E: std::error::Error + 'static> {
    /// It is no program, or a damaged one.
    #[error(transparent)]
    NotElf(#[from] NotElf),
    /// The file could not be read.
    #[error("cannot read the program")]
    Read(#[source] E),
}

/// The type of the section that names needed versions: `SHT_GNU_verneed` in `elf.h`.
const VERNEED: u32 = 0x6fff_fffe;
/// The size of a section header in a 64-bit file.
const SECTION: usize = 64;
/// Tables beyond this size are no honest ones; those of a large program have some hundred bytes, its names kilobytes.
const TABLE_CAP: usize = 16 * 1024 * 1024;

/// The newest version of the GNU C library that a program demands; `None` if it demands none, as static programs do.
///
/// `read_at(offset, length)` gives that piece of the file. Only 64-bit programs with the low byte first are understood
/// (all that are published); others demand nothing as far as this can tell.
pub fn needed_glibc<E: std::error::Error>(
    mut read_at: impl FnMut(u64, usize) -> Result<Vec<u8>, E>,
) -> Result<Option<GlibcVersion>, GlibcError<E>> {
    let mut read = |offset, length| match usize::try_from(length) {
        Ok(length) if length <= TABLE_CAP => read_at(offset, length).map_err(GlibcError::Read),
        _ => Err(NotElf::Damaged.into()),
    };
    let head = read(0, ELF_HEAD as u64)?;
    let header = ElfHeader::read(&head)?;
    if !(header.is_64_bit && header.is_little_endian) {
        return Ok(None);
    }
    // Where the section headers are, how large each is, and how many there are; see elf(5).
    let (at, size, count) = (u64_at(&head, 40)?, u16_at(&head, 58)?, u16_at(&head, 60)?);
    if usize::from(size) != SECTION {
        return if count == 0 { Ok(None) } else { Err(NotElf::Damaged.into()) };
    }
    let sections = read(at, u64::from(size) * u64::from(count))?;
    let Some(needs) =
        sections.chunks_exact(SECTION).find(|section| u32_at(section, 4) == Ok(VERNEED))
    else {
        return Ok(None);
    };
    let link = u32_at(needs, 40)? as usize;
    let names = sections.chunks_exact(SECTION).nth(link).ok_or(NotElf::Damaged)?;
    let needs = read(u64_at(needs, 24)?, u64_at(needs, 32)?)?;
    let names = read(u64_at(names, 24)?, u64_at(names, 32)?)?;
    Ok(newest(&needs, &names)?)
}

/// Walks the table: libraries, and for each of them the versions. All links lead forward, so the walk ends.
fn newest(needs: &[u8], names: &[u8]) -> Result<Option<GlibcVersion>, NotElf> {
    let mut newest = None;
    let mut library = needs;
    loop {
        let mut version = step(library, u32_at(library, 8)?)?;
        for _ in 0..u16_at(library, 2)? {
            let name = names.get(u32_at(version, 8)? as usize..);
            let name = name.and_then(|rest| rest.split(|&byte| byte == 0).next());
            let text = std::str::from_utf8(name.ok_or(NotElf::Damaged)?).unwrap_or_default();
            let found = text.strip_prefix("GLIBC_").and_then(|text| text.parse().ok());
            newest = newest.max(found);
            version = step(version, u32_at(version, 12)?)?;
        }
        match u32_at(library, 12)? {
            0 => return Ok(newest),
            next => library = step(library, next)?,
        }
    }
}

fn step(table: &[u8], by: u32) -> Result<&[u8], NotElf> {
    table.get(by as usize..).ok_or(NotElf::Damaged)
}

fn bytes<const N: usize>(table: &[u8], at: usize) -> Result<[u8; N], NotElf> {
    table.get(at..at + N).and_then(|bytes| bytes.try_into().ok()).ok_or(NotElf::Damaged)
}

fn u16_at(table: &[u8], at: usize) -> Result<u16, NotElf> {
    bytes(table, at).map(u16::from_le_bytes)
}

fn u32_at(table: &[u8], at: usize) -> Result<u32, NotElf> {
    bytes(table, at).map(u32::from_le_bytes)
}

fn u64_at(table: &[u8], at: usize) -> Result<u64, NotElf> {
    bytes(table, at).map(u64::from_le_bytes)
}

/// Why a text is not a [`GlibcVersion`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a version of the C library, such as 2.36")]
pub struct GlibcVersionError {
    text: String,
}

impl FromStr for GlibcVersion {
    type Err = GlibcVersionError;

    /// Reads `2.36`; a third number, as in `2.2.5`, is passed over.
    fn from_str(text: &str) -> Result<Self, GlibcVersionError> {
        let mut numbers = text.split('.').map(str::parse);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor))) => Ok(Self { major, minor }),
            _ => Err(GlibcVersionError { text: text.to_owned() }),
        }
    }
}

impl fmt::Display for GlibcVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    const NAMES: &[u8] =
        b"\0libc.so.6\0GLIBC_2.9\0GLIBC_2.34\0GLIBC_PRIVATE\0libm.so.6\0GLIBC_2.2.5\0";

    fn at_name(name: &str) -> u32 {
        let text = String::from_utf8(NAMES.to_vec()).unwrap();
        u32::try_from(text.find(&format!("\0{name}\0")).unwrap() + 1).unwrap()
    }

    /// The table for two libraries with two versions each, of 16 bytes an entry.
    fn needs() -> Vec<u8> {
        let mut table = Vec::new();
        for (next, names) in
            [(48_u32, ["GLIBC_2.9", "GLIBC_2.34"]), (0, ["GLIBC_PRIVATE", "GLIBC_2.2.5"])]
        {
            table.extend([1, 0, 2, 0]);
            for number in [0, 16, next] {
                table.extend(u32::to_le_bytes(number));
            }
            for (name, next) in names.iter().zip([16_u32, 0]) {
                table.extend([0; 8]);
                table.extend(at_name(name).to_le_bytes());
                table.extend(next.to_le_bytes());
            }
        }
        table
    }

    fn section(kind: u32, link: u32, offset: u64, size: u64) -> Vec<u8> {
        let mut section = vec![0; SECTION];
        section[4..8].copy_from_slice(&kind.to_le_bytes());
        section[24..32].copy_from_slice(&offset.to_le_bytes());
        section[32..40].copy_from_slice(&size.to_le_bytes());
        section[40..44].copy_from_slice(&link.to_le_bytes());
        section
    }

    fn program(needs: &[u8]) -> Vec<u8> {
        let (needs_at, names_at) = (64, 64 + needs.len() as u64);
        let sections_at = names_at + NAMES.len() as u64;
        let mut file = vec![0; 64];
        file[..6].copy_from_slice(b"\x7fELF\x02\x01");
        file[18] = 62;
        file[40..48].copy_from_slice(&sections_at.to_le_bytes());
        file[58] = 64;
        file[60] = 3;
        file.extend(needs);
        file.extend(NAMES);
        file.extend(section(0, 0, 0, 0));
        file.extend(section(VERNEED, 2, needs_at, needs.len() as u64));
        file.extend(section(3, 0, names_at, NAMES.len() as u64));
        file
    }

    fn needed(file: &[u8]) -> Result<Option<String>, GlibcError<Infallible>> {
        let read = |offset: u64, length: usize| {
            let rest = file.get(usize::try_from(offset).unwrap()..).unwrap_or_default();
            Ok(rest[..length.min(rest.len())].to_vec())
        };
        Ok(needed_glibc(read)?.map(|version| version.to_string()))
    }

    #[test]
    fn the_newest_version_of_all_libraries_counts() {
        assert_eq!(needed(&program(&needs())).unwrap().as_deref(), Some("2.34"));
    }

    #[test]
    fn a_static_program_needs_none() {
        let mut file = program(&needs());
        let sections = file.len() - 3 * SECTION;
        file[sections + SECTION + 4] = 0;
        assert_eq!(needed(&file).unwrap(), None);
        assert_eq!(needed(&file[..file.len() - 3 * SECTION]).unwrap(), None);
    }

    #[test]
    fn damage_is_found_and_never_read_past() {
        for length in [0, 10, 64, 100] {
            let mut needs = needs();
            needs.truncate(length.min(needs.len() - 1));
            assert!(needed(&program(&needs)).is_err(), "{length}");
        }
        let whole = program(&needs());
        for at in 0..whole.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut file = whole.clone();
                file[at] = value;
                // Any answer will do, as long as there is one.
                let _answer = needed(&file);
            }
        }
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        let version = |text: &str| text.parse::<GlibcVersion>().unwrap();
        assert!(version("2.9") < version("2.34"));
        assert_eq!(version("2.2.5").to_string(), "2.2");
        for text in ["", "2", "PRIVATE", "2.x"] {
            assert!(text.parse::<GlibcVersion>().is_err(), "{text}");
        }
    }
}
