//! Does a value say what its owner means?
//! Whether a version accepts it is asked elsewhere.

use super::{Complaint, Severity, about};
use crate::config::document::{Kind, Leaf, View, text};
use crate::config::mask::is_stars;
use crate::config::setting::SettingPath;
use crate::config::table::{Meaning, is_secret, row_of};

/// What is strange about one value.
pub(super) fn check(leaf: &Leaf<'_>) -> Vec<Complaint> {
    let Leaf { setting, value } = leaf;
    let mut complaints = Vec::new();
    let mut complain = |severity, rule, text: &str, advice: &str| {
        let complaint = about(setting, severity, rule, format!("{setting} {text}"));
        complaints.push(complaint.advise(advice));
    };
    if is_masked(setting, value) {
        let text = "is nothing but asterisks: a masked value was copied instead of the secret";
        complain(Severity::Error, "C-MASKED", text, "put the secret itself there");
    }
    if value.as_text().is_some_and(|said| said.contains('\0')) && is_used_here(setting) {
        complain(Severity::Error, "C-NUL", "contains a NUL character", "take it out");
    }
    if value.kind() == Kind::Number && value.raw().parse::<f64>().is_ok_and(f64::is_infinite) {
        let text = "is larger than any number the server can read";
        complain(Severity::Warning, "C-NUMBER", text, "give it a smaller number");
    }
    if text::has_lone_surrogate(value.raw()) {
        let text = "contains half a character, which the server reads as U+FFFD";
        complain(Severity::Warning, "C-SURROGATE", text, "write the whole character");
    }
    complaints
}

/// Asterisks stand for a secret wherever a secret belongs; elsewhere only the server's own mask of 32 does.
fn is_masked(setting: &SettingPath, value: &View<'_>) -> bool {
    let masked = |said: &str| is_stars(said) && (is_secret(setting) || said.len() == 32);
    match value.kind() {
        Kind::Text => value.as_text().is_some_and(|said| masked(&said)),
        Kind::List => {
            let items = value.to_value();
            let mut items = items.as_array().into_iter().flatten();
            items.any(|item| item.as_str().is_some_and(masked))
        }
        Kind::Null | Kind::Bool | Kind::Number | Kind::Object => false,
    }
}

/// Is the value used by an installer itself: a path, an address, a connection?
fn is_used_here(setting: &SettingPath) -> bool {
    let address = ["ServiceSettings.SiteURL", "ServiceSettings.ListenAddress"];
    row_of(setting).is_some_and(|row| row.meaning != Meaning::Secret)
        || address.iter().any(|name| SettingPath::known(name).is_same_as(setting))
}
