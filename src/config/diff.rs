//! What differs between two configurations, setting by setting.
//! Order, layout and spelling of names are no difference, and secrets are shown to nobody.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::document::{Document, Kind, Leaf, View};
use super::mask::Shown;
use super::register::Register;
use super::setting::SettingPath;

/// One setting that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The setting.
    pub setting: SettingPath,
    /// Its value before; `None` if it was not there.
    pub before: Option<Shown>,
    /// Its value after; `None` if it is not there.
    pub after: Option<Shown>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { setting, before, after } = self;
        match (before, after) {
            (Some(before), Some(after)) => write!(f, "~ {setting}: {before} -> {after}"),
            (Some(before), None) => write!(f, "- {setting}: {before}"),
            (None, Some(after)) => write!(f, "+ {setting}: {after}"),
            (None, None) => write!(f, "  {setting}"),
        }
    }
}

/// All differences: first those of settings that were there before, in the order of that document, then the new ones in
/// the order of the other. Values are compared by what they say.
#[must_use]
pub fn diff(before: &Document, after: &Document) -> Vec<Difference> {
    pairs(before, after)
        .into_iter()
        .map(|pair| Difference {
            before: pair.before.map(|value| Shown::of(&pair.setting, &value)),
            after: pair.after.map(|value| Shown::of(&pair.setting, &value)),
            setting: pair.setting,
        })
        .collect()
}

/// A setting that differs, with its values.
pub(super) struct Pair<'a> {
    pub(super) setting: SettingPath,
    pub(super) before: Option<View<'a>>,
    pub(super) after: Option<View<'a>>,
}

/// The settings that differ. An empty object that has been filled, or emptied, is told by what was in it.
pub(super) fn pairs<'a>(before: &'a Document, after: &'a Document) -> Vec<Pair<'a>> {
    let leaves = after.leaves().into_iter();
    let mut new: Register<View<'a>> = leaves.map(|leaf| (leaf.setting, leaf.value)).collect();
    let mut pairs = Vec::new();
    before.each_leaf(|Leaf { setting, value }| {
        let other = new.take(setting).map(|(_, other)| other);
        let same = match &other {
            Some(other) => other.is_same_as(value),
            None => was_opened(setting, value, after),
        };
        if !same {
            pairs.push(Pair {
                setting: setting.clone(),
                before: Some(value.clone()),
                after: other,
            });
        }
    });
    let news = new.into_rest().filter(|(setting, value)| !was_opened(setting, value, before));
    let pair = |(setting, value)| Pair { setting, before: None, after: Some(value) };
    pairs.extend(news.map(pair));
    pairs
}

/// Is this an empty object that the other document has filled?
fn was_opened(setting: &SettingPath, value: &View<'_>, other: &Document) -> bool {
    let is_object = |value: &View<'_>| value.kind() == Kind::Object;
    is_object(value) && value.is_empty() && other.get(setting).as_ref().is_some_and(is_object)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn differences_are_told_by_setting_and_masked() {
        let before =
            json!({"A": {"same": 1.0, "gone": true, "x": "old", "Key": "canary"}, "Maps": {}});
        let after = json!({"Maps": {"new": [1]}, "a": {"Key": "canary2", "X": "new", "SAME": 1}});
        let [before, after] = [before, after].map(|value| Document::from_value(&value).unwrap());
        let lines: Vec<String> = diff(&before, &after).iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            [
                "- A.gone: true",
                "~ A.x: \"old\" -> \"new\"",
                "~ A.Key: *** -> ***",
                "+ Maps.new: [1]"
            ]
        );
        assert_eq!(diff(&after, &after), []);
        assert_eq!(diff(&after, &before).len(), 4);
    }
}
