//! Why a text is no usable config.json: rule and position, never a value.
//! Nothing is parsed here.

use std::fmt;

use serde::Serialize;

/// The rule that a refused document breaks. Its text form is the rule's published id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(into = "&'static str")]
pub enum Rule {
    /// Starts with a byte order mark; the server cannot read it.
    Bom,
    /// UTF-16 or another foreign encoding.
    Encoding,
    /// Nothing, or only white space. From 5.37 a server takes an empty file for "all defaults".
    Empty,
    /// The document is no object.
    Top,
    /// Something follows the document.
    Trailing,
    /// The text ends inside the document, as after an interrupted write.
    Truncated,
    /// A key occurs twice.
    Duplicate,
    /// Two keys differ only by case: the server reads them as one.
    DuplicateByCase,
    /// Not valid UTF-8.
    Utf8,
    /// Nested deeper than 512 levels.
    Depth,
    /// Larger than 16 MiB.
    Size,
    /// Not JSON.
    Syntax,
    /// A known section is no object.
    Type,
}

impl Rule {
    /// The published id.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Bom => "C-BOM",
            Self::Encoding => "C-ENC",
            Self::Empty => "C-EMPTY",
            Self::Top => "C-TOP",
            Self::Trailing => "C-TRAIL",
            Self::Truncated => "C-TRUNC",
            Self::Duplicate => "C-DUP",
            Self::DuplicateByCase => "C-DUPCASE",
            Self::Utf8 => "C-UTF8",
            Self::Depth => "C-DEPTH",
            Self::Size => "C-SIZE",
            Self::Syntax => "C-SYNTAX",
            Self::Type => "C-TYPE",
        }
    }
}

impl From<Rule> for &'static str {
    fn from(rule: Rule) -> Self {
        rule.id()
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// A place in a text: line and column count characters from 1, the offset counts bytes from 0.
/// `\n`, `\r\n` and a lone `\r` each end a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Offset in bytes, from 0.
    pub offset: usize,
}

impl Position {
    /// The position of a byte. Bytes that are no UTF-8 count as one character each.
    #[must_use]
    pub fn in_bytes(bytes: &[u8], offset: usize) -> Self {
        let before = bytes.get(..offset).unwrap_or(bytes);
        let mut line = 1;
        let mut start = 0;
        for (at, byte) in before.iter().enumerate() {
            let ends_line = match byte {
                b'\n' => true,
                b'\r' => bytes.get(at + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends_line {
                line += 1;
                start = at + 1;
            }
        }
        let continues = |byte: &&u8| **byte & 0xc0 != 0x80;
        let column = before.iter().skip(start).filter(continues).count() + 1;
        Self { line, column, offset }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Why a text is no usable config.json. Never contains a value, only names of settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {what} (rule {rule}){}", also(*other))]
pub struct DocumentError {
    /// The broken rule.
    pub rule: Rule,
    /// Where.
    pub at: Position,
    /// The other place of two that contradict each other.
    pub other: Option<Position>,
    /// What is wrong there.
    pub what: String,
}

fn also(other: Option<Position>) -> String {
    other.map_or_else(String::new, |at| format!("; first at {at}"))
}

/// A fault as the scanner sees it, before anyone has counted lines.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) rule: Rule,
    pub(super) at: usize,
    pub(super) other: Option<usize>,
    pub(super) what: String,
}

impl Fault {
    pub(super) fn new(rule: Rule, at: usize, what: impl Into<String>) -> Self {
        Self { rule, at, other: None, what: what.into() }
    }

    /// The fault with its places counted in `bytes`.
    pub(super) fn placed(self, bytes: &[u8]) -> DocumentError {
        DocumentError {
            rule: self.rule,
            at: Position::in_bytes(bytes, self.at),
            other: self.other.map(|at| Position::in_bytes(bytes, at)),
            what: self.what,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_end_counts_once() {
        let text = "a\nb\r\nc\rdé x".as_bytes();
        let at = |offset| Position::in_bytes(text, offset).to_string();
        assert_eq!(at(0), "1:1");
        assert_eq!(at(2), "2:1");
        assert_eq!(at(5), "3:1");
        assert_eq!(at(7), "4:1");
        assert_eq!(at(11), "4:4");
    }
}
