//! The name of a transaction.
//! No transaction is run here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Names one transaction for ever: the second it began, in UTC, and in four hexadecimal digits which of the 65,536 parts of
/// that second, as in `20261123T205143Z-9f3a`. Sorts by time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TransactionId(String);

/// Of one second.
const PARTS: i64 = 0x1_0000;

/// Of one second.
const NANOSECONDS: i64 = 1_000_000_000;

/// Why a text names no transaction.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is not the name of a transaction, nor of a backup, which look like 20261123T205143Z-9f3a"
)]
pub struct TransactionIdError {
    text: String,
}

impl TransactionId {
    /// The name for a transaction that begins at `at`.
    #[must_use]
    pub fn new(at: jiff::Timestamp) -> Self {
        let second = at.strftime("%Y%m%dT%H%M%SZ");
        let part = i64::from(at.subsec_nanosecond()).rem_euclid(NANOSECONDS) * PARTS / NANOSECONDS;
        Self(format!("{second}-{part:04x}"))
    }

    /// The day on which it began, in UTC, as in `2026-11-23`.
    #[must_use]
    pub fn day(&self) -> String {
        let [year, month, day] =
            [0..4, 4..6, 6..8].map(|part| self.0.get(part).unwrap_or_default());
        format!("{year}-{month}-{day}")
    }

    /// The name as text, safe as a file name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TransactionId {
    type Err = TransactionIdError;

    fn from_str(text: &str) -> Result<Self, TransactionIdError> {
        let shape = "00000000T000000Z-xxxx";
        let fits = |(given, wanted): (char, char)| match wanted {
            '0' => given.is_ascii_digit(),
            'x' => given.is_ascii_hexdigit(),
            _ => given == wanted,
        };
        if text.len() == shape.len() && text.chars().zip(shape.chars()).all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(TransactionIdError { text: text.to_owned() })
        }
    }
}

impl TryFrom<String> for TransactionId {
    type Error = TransactionIdError;

    fn try_from(text: String) -> Result<Self, TransactionIdError> {
        text.parse()
    }
}

impl From<TransactionId> for String {
    fn from(id: TransactionId) -> Self {
        id.0
    }
}

impl fmt::Display for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_other_file_names_do_not() {
        let id = TransactionId::new("2026-11-23T20:51:43.62198Z".parse().unwrap());
        assert_eq!(id.as_str(), "20261123T205143Z-9f3a");
        assert_eq!(id.as_str().parse(), Ok(id));
        for text in ["", "..", "20261123T205143Z-9f3", "20261123T205143Z-9f3a/", "lost+found"] {
            assert!(text.parse::<TransactionId>().is_err(), "{text}");
        }
    }

    #[test]
    fn later_ones_sort_later_also_within_a_second() {
        let id = |at: &str| TransactionId::new(at.parse().unwrap());
        assert_eq!(id("2026-11-23T20:51:43Z").as_str(), "20261123T205143Z-0000");
        assert!(id("2026-11-23T20:51:43.09Z") < id("2026-11-23T20:51:43.1Z"));
        assert_eq!(id("2026-11-23T20:51:43.999999999Z").as_str(), "20261123T205143Z-ffff");
    }
}
