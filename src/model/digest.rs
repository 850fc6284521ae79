//! A SHA-256 digest and its hexadecimal form.
//! No file is read here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The 32 bytes of a SHA-256 digest. Written and read as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha256Digest([u8; 32]);

/// Why a text is not a usable [`Sha256Digest`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// Not 64 hexadecimal digits.
    #[error("{text:?} is not a SHA-256 digest: expected 64 hexadecimal digits")]
    Malformed {
        /// What was given.
        text: String,
    },
    /// The digest of no bytes at all: published by accident more than once, never meant.
    #[error(
        "the SHA-256 digest given is that of an empty file; whoever computed it hashed nothing"
    )]
    OfNothing,
}

/// SHA-256 of the empty string (FIPS 180-4 test vector).
const OF_NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

impl Sha256Digest {
    /// The digest made of these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The digest of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Parses a digest that somebody states for a file they want checked.
    ///
    /// # Errors
    /// Refuses anything but 64 hexadecimal digits, and the digest of the empty file.
    pub fn parse_stated(text: &str) -> Result<Self, DigestError> {
        let digest: Self = text.parse()?;
        if digest.to_string() == OF_NOTHING {
            return Err(DigestError::OfNothing);
        }
        Ok(digest)
    }
}

impl FromStr for Sha256Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let malformed = || DigestError::Malformed { text: text.to_owned() };
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(malformed());
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair
                .iter()
                .try_fold(0, |sum, &digit| Some(sum * 16 + nibble(digit)?))
                .ok_or_else(malformed)?;
        }
        Ok(Self(bytes))
    }
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

impl TryFrom<String> for Sha256Digest {
    type Error = DigestError;

    fn try_from(text: String) -> Result<Self, DigestError> {
        text.parse()
    }
}

impl From<Sha256Digest> for String {
    fn from(digest: Sha256Digest) -> Self {
        digest.to_string()
    }
}

impl fmt::Display for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_in_and_out() {
        let text = "00ff10a0".repeat(8);
        let digest: Sha256Digest = text.to_uppercase().parse().unwrap();
        assert_eq!(digest.to_string(), text);
    }

    #[test]
    fn wrong_length_and_foreign_digits_are_refused() {
        for text in ["", "00", &"g0".repeat(32), &"00".repeat(33)] {
            assert!(text.parse::<Sha256Digest>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_sum_of_an_empty_file_is_no_statement() {
        assert_eq!(Sha256Digest::parse_stated(OF_NOTHING), Err(DigestError::OfNothing));
    }
}
