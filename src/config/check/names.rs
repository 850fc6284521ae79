//! Does the version know the setting, and with this type?
//! What is not known for certain is no error.

use super::{Complaint, Severity, about};
use crate::config::catalog::Type;
use crate::config::document::{Kind, Leaf};
use crate::config::known::{KnownSetting, is_free, known, knows_all_of, nearest};
use crate::config::rename::successor;
use crate::config::setting::SettingPath;
use crate::model::Version;

/// What is wrong with the name or the type of one setting, if anything.
pub(super) fn check(leaf: &Leaf<'_>, version: &Version) -> Option<Complaint> {
    let setting = &leaf.setting;
    if is_free(setting) || (leaf.value.kind() == Kind::Object && leaf.value.is_empty()) {
        return None;
    }
    let rows = known(setting);
    if rows.is_empty() {
        return Some(unknown(setting, version));
    }
    let here: Vec<Type> =
        rows.iter().filter(|row| row.exists_in(version)).map(|row| row.kind).collect();
    if here.is_empty() {
        return Some(elsewhere(setting, rows, version));
    }
    let value = &leaf.value;
    if here.iter().any(|kind| kind.accepts(value) || kind.coerces(value, version).is_some()) {
        return None;
    }
    let wanted: Vec<&str> = here.iter().map(|kind| kind.in_words()).collect();
    let wanted = wanted.join(" or ");
    let text = format!("{setting} is {}, but must be {wanted}", leaf.value.kind());
    Some(about(setting, Severity::Error, "C-TYPE", text).advise(format!("give it {wanted}")))
}

/// A setting of other versions.
fn elsewhere(setting: &SettingPath, rows: &[KnownSetting], version: &Version) -> Complaint {
    let intervals: Vec<String> = rows.iter().map(KnownSetting::interval).collect();
    let severity = if knows_all_of(version) { Severity::Warning } else { Severity::Note };
    let text = format!(
        "{setting} is not known in {version}, only in {}: the server would drop it",
        intervals.join(" and ")
    );
    let advice = successor(setting, version).map_or_else(
        || {
            "take it out, or keep it elsewhere if a version that knows it is to come back"
                .to_owned()
        },
        |other| format!("{other} took its place; see whether its value means the same"),
    );
    about(setting, severity, "C-VERSION", text).advise(advice)
}

fn unknown(setting: &SettingPath, version: &Version) -> Complaint {
    let near = nearest(setting, version);
    // A name that is almost another one is a slip of the pen, in whatever version.
    let severity =
        if near.is_some() || knows_all_of(version) { Severity::Warning } else { Severity::Note };
    let hint = near.map(|other| format!("; did you mean {other}?"));
    let hint = hint.unwrap_or_default();
    let text = format!("{setting} is not known{hint}");
    let advice = near.map_or_else(
        || "take it out: the server drops what it does not know".to_owned(),
        |other| format!("write {other}"),
    );
    about(setting, severity, "C-UNKNOWN", text).advise(advice)
}
