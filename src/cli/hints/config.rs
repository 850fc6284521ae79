//! What to do about a configuration that cannot be used: where it lies, or what it says.

use std::path::Path;

use crate::cli::call::{Call, quoted};
use crate::cli::system;
use crate::config::Rule;
use crate::engine::{ConfigPlaceError, ConfigureError, FileRule, newest_good_config};
use crate::host::Host;
use crate::model::Prefix;

/// What to do about a text that breaks a rule, whosever it is.
pub(crate) fn for_text(rule: Rule, path: &Path) -> String {
    match rule {
        Rule::Bom => {
            let path = quoted(&path.to_string_lossy());
            format!("take the mark away with `mmembed config fix --strip-bom {path}`")
        }
        Rule::Empty
        | Rule::Truncated
        | Rule::Encoding
        | Rule::Top
        | Rule::Trailing
        | Rule::Duplicate
        | Rule::DuplicateByCase
        | Rule::Utf8
        | Rule::Depth
        | Rule::Size
        | Rule::Syntax
        | Rule::Type => "mend the file at that place".to_owned(),
    }
}

/// What to do about the configuration of an installation.
pub(crate) fn for_configure(error: &ConfigureError, host: &Host, prefix: &Prefix) -> String {
    match error {
        ConfigureError::Path(_) => system::advice_and_again(error),
        ConfigureError::Place(error) => for_place(error).to_owned(),
        ConfigureError::Document { path, source }
            if matches!(source.rule, Rule::Empty | Rule::Truncated) =>
        {
            for_torn(path, host, prefix)
        }
        ConfigureError::Document { path, source } => for_text(source.rule, path),
        ConfigureError::Missing { .. }
        | ConfigureError::Stored(_)
        | ConfigureError::StoredClosed(_)
        | ConfigureError::NoneStored
        | ConfigureError::StoredDocument(_)
        | ConfigureError::Overridden(_)
        | ConfigureError::Policy(_)
        | ConfigureError::Passage { .. }
        | ConfigureError::Merge { .. } => "mend the configuration at that place".to_owned(),
    }
}

/// A server writes its file in place, so that a crash leaves half of it. What was in it is in a backup.
fn for_torn(path: &Path, host: &Host, prefix: &Prefix) -> String {
    let call = Call::of(host, prefix);
    match newest_good_config(host, prefix) {
        Some(id) => {
            let saved = host.tree.absolute(&prefix.backup(&id));
            let restore = call.with("backup restore", id.as_str());
            format!(
                "the newest backup with a whole configuration is {id}: put its file back from {} over {}, or all of that \
                 installation, its database included, with {restore}",
                saved.display(),
                path.display(),
            )
        }
        None => format!(
            "put the file back from a backup of your own: {} shows none with a whole configuration",
            call.word("backup list")
        ),
    }
}

/// What to do about a configuration file that lies as it should not.
const fn for_place(error: &ConfigPlaceError) -> &'static str {
    match error.rule {
        FileRule::Link => {
            "put the file itself there, or keep it elsewhere with --config-file from the installation on"
        }
        FileRule::HardLinks => {
            "remove the other names, or say --break-hardlink to `config set`: they keep the former content then"
        }
        FileRule::Kind => "move it away, and put the configuration there from a backup",
        FileRule::Immutable => {
            "take the protection away with `chattr -i -a`, then run the command again"
        }
        FileRule::Mount => "mount the directory that holds it instead of the single file",
    }
}
