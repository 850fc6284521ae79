//! The variables that are read apart from those that stand in for an option, which the options themselves name.

#![expect(clippy::disallowed_methods, reason = "these are the ones")]

use std::env::var_os;
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
