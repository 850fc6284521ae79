//! The stand-in's ELF file made smaller, then larger.
//! What the kernel loads is never touched.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The program at `path` without what the kernel does not load: symbols and debug information, most of an unoptimised program.
/// Each program is read once per process.
pub(super) fn without_symbols(path: &Path) -> Vec<u8> {
    static READ: Mutex<BTreeMap<PathBuf, Vec<u8>>> = Mutex::new(BTreeMap::new());
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    read.entry(path.to_owned()).or_insert_with(|| strip(path)).clone()
}

fn strip(path: &Path) -> Vec<u8> {
    let mut bytes = fs::read(path).unwrap_or_else(|error| {
        panic!(
            "cannot read the stand-in {}: {error}; build it with --features fakes",
            path.display()
        )
    });
    assert!(
        bytes.starts_with(b"\x7fELF\x02\x01"),
        "{} is no 64-bit little-endian ELF file",
        path.display()
    );
    let headers = number(&bytes, 0x20, 8);
    let (size, count) = (number(&bytes, 0x36, 2), number(&bytes, 0x38, 2));
    let end = (0..count)
        .map(|n| headers + n * size)
        .map(|header| number(&bytes, header + 0x08, 8) + number(&bytes, header + 0x20, 8))
        .max()
        .unwrap_or(bytes.len());
    bytes.truncate(end);
    // No section headers: offset, count and the index of the names are all zero.
    bytes[0x28..0x30].fill(0);
    bytes[0x3c..0x40].fill(0);
    bytes
}

/// Appends bytes that neither repeat nor compress, until there are `size`.
pub(super) fn pad(bytes: &mut Vec<u8>, size: u64) {
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    while (bytes.len() as u64) + 8 <= size {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
}

fn number(bytes: &[u8], at: usize, length: usize) -> usize {
    let mut whole = [0; 8];
    whole[..length].copy_from_slice(&bytes[at..at + length]);
    usize::try_from(u64::from_le_bytes(whole)).expect("a 64-bit machine")
}
