//! What can go wrong while unpacking, told so that the archive, the entry and the rule are named.
//! Nothing is decided here.

use std::fmt;
use std::path::PathBuf;

use super::rule::{Breach, Rule};
use crate::host::PathError;
use crate::model::Sha256Digest;

/// Why an archive was not unpacked. The stage is then of no use and is to be removed.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// The archive breaks a rule.
    #[error(transparent)]
    Refused(Box<Refusal>),
    /// The archive is not the one that was asked for. Whatever else may be wrong with it follows from that.
    #[error("{}: SHA-256 is {actual}, expected {expected}", archive.display())]
    Digest {
        /// The archive.
        archive: PathBuf,
        /// What its digest should have been.
        expected: Sha256Digest,
        /// What it is.
        actual: Sha256Digest,
    },
    /// The archive cannot be opened or read.
    #[error(transparent)]
    Unreadable(PathError),
    /// The host would not do what unpacking needs: no space, no permission, no thread.
    #[error(transparent)]
    System(PathError),
}

impl UnpackError {
    /// Is it the archive that must not be used (as opposed to the host that could not hold it)?
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        !matches!(self, Self::System(_))
    }

    /// The rule that was broken, if it is one.
    #[must_use]
    pub fn rule(&self) -> Option<Rule> {
        match self {
            Self::Refused(refusal) => Some(refusal.rule),
            Self::Digest { .. } | Self::Unreadable(_) | Self::System(_) => None,
        }
    }

    /// Did a test stop the world here?
    #[must_use]
    pub fn is_crash(&self) -> bool {
        matches!(self, Self::System(error) if error.is_crash())
    }
}

/// An archive that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The archive.
    pub archive: PathBuf,
    /// The entry at which it was noticed, unless it concerns the archive as a whole.
    pub entry: Option<EntryName>,
    /// The rule.
    pub rule: Rule,
    /// The particulars, such as the other one of two names.
    pub particulars: Option<String>,
}

/// An entry of an archive, as it is called in messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryName {
    /// Its number, the first being 1.
    pub number: u64,
    /// Its name: printable, and cut at 200 bytes.
    pub name: String,
}

/// Names in messages are cut here: long enough to recognise, short enough for a terminal.
const SHOWN: usize = 200;

impl EntryName {
    pub(super) fn new(number: u64, name: &[u8]) -> Self {
        Self { number, name: printable(name) }
    }
}

impl Refusal {
    pub(super) fn new(archive: PathBuf, entry: Option<EntryName>, breach: Breach) -> Self {
        Self { archive, entry, rule: breach.rule, particulars: breach.particulars }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.archive.display())?;
        if let Some(EntryName { number, name }) = &self.entry {
            write!(f, "entry {number} \"{name}\": ")?;
        }
        f.write_str(self.rule.says)?;
        if let Some(particulars) = &self.particulars {
            write!(f, ": {particulars}")?;
        }
        write!(f, " (rule {})", self.rule.id)
    }
}

impl std::error::Error for Refusal {}

/// Bytes of a hostile archive as text that cannot move a cursor, fake a line or reverse a reading order.
pub(super) fn printable(bytes: &[u8]) -> String {
    let mut shown = String::new();
    for chunk in bytes.utf8_chunks() {
        let valid = chunk.valid().chars().map(|c| c.escape_debug().to_string());
        let invalid = chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}"));
        for piece in valid.chain(invalid) {
            if shown.len() + piece.len() > SHOWN {
                shown.push('…');
                return shown;
            }
            shown.push_str(&piece);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_archive_entry_and_rule() {
        let refusal = Refusal::new(
            PathBuf::from("mattermost-11.6.0.tar.gz"),
            Some(EntryName::new(17, b"mattermost/../../x")),
            Rule::PATH_DOTDOT.into(),
        );
        assert_eq!(
            refusal.to_string(),
            "mattermost-11.6.0.tar.gz: entry 17 \"mattermost/../../x\": \
             path leaves the release directory (rule T-PATH-DOTDOT)"
        );
    }

    #[test]
    fn names_are_escaped_and_cut() {
        assert_eq!(printable(b"a\n\x1b[31m\"\xff"), "a\\n\\u{1b}[31m\\\"\\xff");
        assert_eq!(printable("\u{202e}".as_bytes()), "\\u{202e}");
        let long = printable("ä".repeat(5000).as_bytes());
        assert_eq!(long.len(), 200 + '…'.len_utf8());
        assert!(printable(&[0xff; 5000]).len() <= 204);
    }
}
