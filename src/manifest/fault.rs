//! What is wrong with a manifest, and where.

use std::fmt;
use std::ops::Range;

/// One thing that is wrong. It shows no value of a setting.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The line, from 1 on.
    pub line: usize,
    /// The column, in characters from 1 on.
    pub column: usize,
    /// What is wrong, as a sentence without its full stop.
    pub text: String,
}

/// All that is wrong with a manifest, in the order of the text; never empty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.text)
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&all.join("; "))
    }
}

/// Faults that are being found.
pub(super) struct Found<'t> {
    text: &'t str,
    faults: Vec<Fault>,
}

impl<'t> Found<'t> {
    pub(super) const fn of(text: &'t str) -> Self {
        Self { text, faults: Vec::new() }
    }

    /// Something is wrong with these bytes.
    pub(super) fn add(&mut self, span: &Range<usize>, text: impl Into<String>) {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        self.faults.push(Fault { line, column, text: text.into() });
    }

    /// What was read, if nothing was wrong.
    pub(super) fn settle<T>(mut self, read: Option<T>) -> Result<T, Faults> {
        self.faults.sort();
        read.filter(|_| self.faults.is_empty()).ok_or(Faults(self.faults))
    }
}
