//! What a key is called: its whole fingerprint, by which keys are pinned, and the short form that signatures hint with.

use std::fmt;
use std::str::FromStr;

/// The fingerprint of an OpenPGP key: 20 bytes for keys of version 4, 32 for those of version 6. Written as hexadecimal digits,
/// read with spaces between them too.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint {
    length: usize,
    bytes: [u8; 32],
}

/// A text that is no fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not the fingerprint of a key: expected 40 or 64 hexadecimal digits")]
pub struct FingerprintError {
    /// What was given.
    pub text: String,
}

impl Fingerprint {
    /// The fingerprint of a key of version 4.
    #[must_use]
    pub const fn v4(bytes: [u8; 20]) -> Self {
        let mut all = [0; 32];
        if let Some((start, _)) = all.split_first_chunk_mut() {
            *start = bytes;
        }
        Self { length: 20, bytes: all }
    }

    /// `None` for a fingerprint of another length: such keys are of versions that are not believed.
    pub(super) fn from_slice(bytes: &[u8]) -> Option<Self> {
        if let Ok(bytes) = bytes.try_into() {
            return Some(Self::v4(bytes));
        }
        Some(Self { length: 32, bytes: bytes.try_into().ok()? })
    }

    pub(super) fn of(key: &impl pgp::types::KeyDetails) -> Option<Self> {
        Self::from_slice(key.fingerprint().as_bytes())
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let digits: Option<Vec<u8>> = text
            .chars()
            .filter(|letter| *letter != ' ')
            .map(|letter| u8::try_from(letter.to_digit(16)?).ok())
            .collect();
        digits
            .filter(|digits| digits.len().is_multiple_of(2))
            .map(|digits| {
                digits.chunks(2).map(|pair| pair.iter().fold(0, |sum, x| sum << 4 | x)).collect()
            })
            .and_then(|bytes: Vec<u8>| Self::from_slice(&bytes))
            .ok_or_else(|| FingerprintError { text: text.to_owned() })
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hexadecimal(self.bytes.iter().take(self.length), f)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The short form of a fingerprint. Others can make a key with the same one, so it finds a key but proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 8]);

impl KeyId {
    pub(super) const fn new(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hexadecimal(self.0.iter(), f)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn hexadecimal<'a>(
    bytes: impl IntoIterator<Item = &'a u8>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    bytes.into_iter().try_for_each(|byte| write!(f, "{byte:02X}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_read_and_written() {
        let text = "A1B3 1D46 F0F3 A10B 02CF  2D44 F8F2 C317 4477 4B28";
        let fingerprint: Fingerprint = text.parse().unwrap();
        assert_eq!(fingerprint.to_string(), text.replace(' ', ""));
        let long = "0f".repeat(32);
        assert_eq!(long.parse::<Fingerprint>().unwrap().to_string(), long.to_uppercase());
    }

    #[test]
    fn short_forms_and_other_texts_are_no_fingerprints() {
        for text in ["", "F8F2C31744774B28", &"0".repeat(39), &"g".repeat(40), &"0".repeat(41)] {
            assert!(text.parse::<Fingerprint>().is_err(), "{text}");
        }
    }
}
