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
    let rows = known(setting);
    let is_empty_object = leaf.value.kind() == Kind::Object && leaf.value.is_empty();
    if is_free(setting) || (is_empty_object && rows.is_empty()) {
        return None;
    }
    if let Some((above, wanted)) = plain_above(setting, version) {
        return Some(wrong_type(&above, Kind::Object, wanted));
    }
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
    Some(wrong_type(setting, leaf.value.kind(), &wanted.join(" or ")))
}

fn wrong_type(setting: &SettingPath, kind: Kind, wanted: &str) -> Complaint {
    let text = format!("{setting} is {kind}, but must be {wanted}");
    about(setting, Severity::Error, "C-TYPE", text).advise(format!("give it {wanted}"))
}

/// The setting above, if the version knows it as one that has nothing below it, and its type in words.
fn plain_above(setting: &SettingPath, version: &Version) -> Option<(SettingPath, &'static str)> {
    let above = (2..setting.parts().len())
        .filter_map(|count| SettingPath::from_parts(setting.parts().iter().take(count).cloned()));
    above.into_iter().find_map(|above| {
        let row = known(&above).iter().find(|row| row.exists_in(version))?;
        let is_plain = !matches!(row.kind, Type::Map | Type::Any);
        is_plain.then(|| (above, row.kind.in_words()))
    })
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
