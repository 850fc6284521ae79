//! What was expected of a case against what came of it.
//! Values are compared by what they say, and secrets are shown to nobody.

use std::fmt;

use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use super::CaseResult;
use crate::config::diff::{Difference, Pair, pairs};
use crate::config::document::{Document, View, text};
use crate::config::forecast::GENERATED;
use crate::config::mask::Shown;

/// What is expected of a case.
#[derive(Clone, Copy, Debug, Default)]
pub struct Expected<'a> {
    /// The file. [`GENERATED`] in it stands for any value that is not empty.
    pub document: Option<&'a Document>,
    /// What happens on the way; not compared without.
    pub ledger: Option<&'a str>,
}

/// What is not as expected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CaseVerdict {
    /// What is wrong about where it ended.
    pub ended: Option<String>,
    /// The settings that are not as expected: before is the expectation, after what came.
    pub settings: Vec<Difference>,
    /// The lines of the ledger that are not as expected.
    pub ledger: Vec<LineChange>,
}

/// A line that was expected and did not come, or the other way round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineChange {
    /// It was expected.
    Missing(String),
    /// It was not.
    Unexpected(String),
}

impl CaseVerdict {
    /// Is everything as expected?
    #[must_use]
    pub fn is_pass(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for LineChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(line) => write!(f, "-  {line}"),
            Self::Unexpected(line) => write!(f, "+  {line}"),
        }
    }
}

impl CaseResult {
    /// Compares what came with what was expected.
    #[must_use]
    pub fn against(&self, expected: Expected<'_>) -> CaseVerdict {
        let document = expected.document.map(|document| compared(document, &self.document));
        let ledger = expected.ledger.map(|ledger| changed_lines(ledger, &self.ledger));
        CaseVerdict {
            ended: self.ended.clone(),
            settings: document.unwrap_or_default(),
            ledger: ledger.unwrap_or_default(),
        }
    }

    /// The file that would have been as expected, as the server lays it out. Where `expected` has the mark of a random value,
    /// and something else than nothing came, the mark stays.
    #[must_use]
    pub fn blessed(&self, expected: Option<&Document>) -> Document {
        let mut blessed = self.document.clone();
        for leaf in expected.iter().flat_map(|expected| expected.leaves()) {
            let came = self.document.get(&leaf.setting);
            if is_mark(&leaf.value) && came.is_some_and(|value| !value.is_empty()) {
                // It is in both documents: nothing stands in its way.
                let _marked = blessed.set_raw(&leaf.setting, leaf.value.raw());
            }
        }
        let value = View::of_json(&blessed.to_text()).to_value();
        let laid_out = Document::from_value(&value).unwrap_or(blessed).to_text();
        // The server escapes angle brackets. People read and write the mark without.
        let readable = laid_out.replace(&text::encode(GENERATED), &format!("{GENERATED:?}"));
        Document::parse(readable.as_bytes()).unwrap_or_else(|_| self.document.clone())
    }
}

fn is_mark(value: &View<'_>) -> bool {
    value.as_text().is_some_and(|said| said == GENERATED)
}

fn compared(expected: &Document, came: &Document) -> Vec<Difference> {
    let is_any = |pair: &Pair<'_>| {
        let wanted = pair.before.as_ref().is_some_and(is_mark);
        wanted && pair.after.as_ref().is_some_and(|value| !value.is_empty())
    };
    let differing = pairs(expected, came).into_iter().filter(|pair| !is_any(pair));
    differing
        .map(|pair| {
            let shown = |value: Option<&View<'_>>| value.map(|value| shown(&pair, value));
            Difference {
                before: shown(pair.before.as_ref()),
                after: shown(pair.after.as_ref()),
                setting: pair.setting.clone(),
            }
        })
        .collect()
}

/// The mark of a random value is no secret, and says more than asterisks.
fn shown(pair: &Pair<'_>, value: &View<'_>) -> Shown {
    if is_mark(value) {
        Shown::Plain(format!("{GENERATED:?}"))
    } else {
        Shown::of(&pair.setting, value)
    }
}

fn changed_lines(expected: &str, came: &str) -> Vec<LineChange> {
    let [expected, came] = [expected, came].map(|text| text.lines().collect::<Vec<_>>());
    if expected == came {
        return Vec::new();
    }
    let diff = TextDiff::from_slices(&expected, &came);
    let changes = diff.iter_all_changes();
    changes
        .filter_map(|change| match change.tag() {
            ChangeTag::Equal => None,
            ChangeTag::Delete => Some(LineChange::Missing(change.value().to_owned())),
            ChangeTag::Insert => Some(LineChange::Unexpected(change.value().to_owned())),
        })
        .collect()
}
