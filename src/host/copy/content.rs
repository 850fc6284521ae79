//! The bytes of files: copied, and compared.
//! Their names and attributes are no concern here.

#![expect(clippy::disallowed_types, reason = "this is the door")]

use std::fs::File;
use std::io::{self, Read, Write};

use crate::host::meter::Meter;

/// How much is read at once; each such piece is one mutation of the copy.
const PIECE: usize = 1024 * 1024;

/// Appends all that is left of one file to another. Gives the number of bytes.
pub(in crate::host) fn append(from: &mut File, to: &mut File, meter: &Meter) -> io::Result<u64> {
    let mut buffer = vec![0; PIECE];
    let mut total = 0;
    loop {
        let piece = fill(from, &mut buffer)?;
        if piece.is_empty() {
            return Ok(total);
        }
        meter.admit()?;
        to.write_all(piece)?;
        total += piece.len() as u64;
    }
}

/// Lets an empty file have the bytes of another one until one of the two changes. Says whether the file system can.
pub(super) fn share(from: &File, to: &File, meter: &Meter) -> io::Result<bool> {
    meter.admit()?;
    Ok(rustix::fs::ioctl_ficlone(to, from).is_ok())
}

/// Are all bytes that are left the same?
pub(super) fn is_same(a: &mut File, b: &mut File) -> io::Result<bool> {
    let (mut buffer_a, mut buffer_b) = (vec![0; PIECE], vec![0; PIECE]);
    loop {
        let piece = fill(a, &mut buffer_a)?;
        if piece != fill(b, &mut buffer_b)? {
            return Ok(false);
        }
        if piece.is_empty() {
            return Ok(true);
        }
    }
}

/// Reads until the buffer is full or the file is at its end.
fn fill<'b>(from: &mut impl Read, buffer: &'b mut [u8]) -> io::Result<&'b [u8]> {
    let mut filled = 0;
    loop {
        match from.read(buffer.get_mut(filled..).unwrap_or_default()) {
            Ok(0) => return Ok(buffer.get(..filled).unwrap_or_default()),
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
