//! What happens on a journey as a text: one event a line, in the order in which it happens.
//! Secrets are masked, as the events have them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::config::document::Document;
use crate::config::journey::Stop;
use crate::config::setting::SettingPath;

/// The settings that somebody named.
pub(super) struct Named(BTreeSet<SettingPath>);

impl Named {
    pub(super) fn by(document: &Document) -> Self {
        Self(document.leaves().iter().map(|leaf| leaf.setting.folded()).collect())
    }

    /// Is it named itself, or what it lies in, or something in it?
    fn has(&self, setting: &SettingPath) -> bool {
        let setting = setting.folded();
        let within =
            |outer: &SettingPath, inner: &SettingPath| inner.parts().starts_with(outer.parts());
        self.0.iter().any(|named| within(named, &setting) || within(&setting, named))
    }
}

/// Tells all events; where settings are named, only theirs.
pub(super) fn tell(stops: &[Stop], named: Option<&Named>) -> String {
    stops.iter().fold(String::new(), |mut text, stop| {
        for line in events(stop, named) {
            writeln!(text, "{line}").expect("a string can be written to");
        }
        text
    })
}

fn events(stop: &Stop, named: Option<&Named>) -> Vec<String> {
    let counts = |setting: &SettingPath| named.is_none_or(|named| named.has(setting));
    let from = stop.from.as_ref().map_or_else(|| "new".to_owned(), ToString::to_string);
    let mut lines = vec![format!("# {from} -> {}", stop.to)];
    let carried = stop.carried.iter().filter(|it| counts(&it.from) || counts(&it.to));
    lines.extend(carried.map(|carried| format!("> {} -> {}", carried.from, carried.to)));
    let conflicts = stop.conflicts.iter().map(|conflict| &conflict.setting);
    let conflicts = conflicts.filter(|setting| counts(setting));
    lines.extend(conflicts.map(|setting| format!("! {setting}: user and host changed it")));
    let decisions = stop.decisions.iter().filter(|decision| counts(&decision.setting));
    lines.extend(decisions.map(ToString::to_string));
    if !stop.obstacles.is_empty() {
        lines.extend(stop.obstacles.iter().map(|obstacle| format!("x {obstacle}")));
        return lines;
    }
    let effects = stop.forecast.effects.iter().filter(|effect| counts(&effect.setting));
    let mut effects = effects.peekable();
    if !stop.forecast.is_saved && effects.peek().is_some() {
        lines.push("= the server leaves the file as it is; in its memory only:".to_owned());
    }
    lines.extend(effects.map(ToString::to_string));
    lines
}
