//! Random identifiers in the server's alphabet.
//! They are not secret: nothing that the stand-in guards is.

use std::fs::File;
use std::io::Read as _;

const ALPHABET: &[u8; 32] = b"ybndrfg8ejkmcpqxot1uwisza345h769";

/// `length` random characters.
pub(crate) fn token(length: usize) -> String {
    let mut bytes = vec![0; length];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .expect("every Linux has /dev/urandom");
    bytes
        .iter()
        .filter_map(|byte| ALPHABET.get(usize::from(byte % 32)))
        .map(|&c| char::from(c))
        .collect()
}

/// A random number below `limit`.
pub(crate) fn below(limit: u64) -> u64 {
    let text = token(12);
    text.bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)))
        % limit.max(1)
}
