//! The variables that are read apart from those that stand in for an option, which the options themselves name.

#![expect(clippy::disallowed_methods, reason = "these are the ones")]

use std::env::{var_os, vars_os};
use std::path::PathBuf;

use crate::host::is_root;

/// Where downloaded archives and imported catalogues are kept unless an option says so: `/var/lib/mmembed` for root, else
/// `mmembed` in the user's directory of application data (`XDG_DATA_HOME`, or `.local/share` in `HOME`).
pub(crate) fn usual_store() -> Option<PathBuf> {
    if is_root() {
        return Some(PathBuf::from("/var/lib/mmembed"));
    }
    let named = |name| var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let shared = || Some(named("HOME")?.join(".local/share"));
    Some(named("XDG_DATA_HOME").or_else(shared)?.join("mmembed"))
}

/// All that are set, sorted; what is no UTF-8 is shown as far as it goes.
pub(crate) fn set_variables() -> Vec<(String, String)> {
    let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
    let mut set: Vec<(String, String)> =
        vars_os().map(|(name, value)| (text(name), text(value))).collect();
    set.sort();
    set
}
