//! What a step does, as a sentence: the one source of words for the dry run, the progress and the report.

use crate::model::{DataPolicy, Step};

/// What the step does.
#[must_use]
pub fn explain(step: &Step) -> String {
    match step {
        Step::MakeDirectory { path, mode, owner, content: _ } => {
            let owner = owner.map(|owner| format!(", owner {owner}")).unwrap_or_default();
            format!("make the directory {path} (mode {mode:04o}{owner})")
        }
        Step::Unpack { archive, release, into, .. } => {
            format!("verify {} and unpack {release} into {into}", archive.display())
        }
        Step::ConfirmRelease { tree, release, .. } => {
            format!("confirm that {tree} holds {release} and that it runs here")
        }
        Step::SetOwner { tree, owner } => format!("hand {tree} to its owner {owner}"),
        Step::GrantDirectory { path, .. } => format!("let the server write to {path}"),
        Step::RemoveEmptyDirectory { path, .. } => format!("remove the empty directory {path}"),
        Step::MoveDirectory { from, to } => format!("move {from} to {to}"),
        Step::CopyDirectory { from, to } => {
            format!("copy {from} to {to}, on another file system, and compare")
        }
        Step::RemoveDirectory { path } => format!("remove {path}, whose copy is in use now"),
        Step::Configure(configure) => format!("merge the configuration into {}", configure.file),
        Step::Activate { live, .. } => format!("activate the new tree as {live}"),
        Step::BackUp(backup) => {
            let what = match (backup.database, backup.policy) {
                (true, DataPolicy::Skip) => "configuration and database",
                (true, DataPolicy::Link | DataPolicy::Copy) => "configuration, database and files",
                (false, DataPolicy::Skip) => "the configuration",
                (false, DataPolicy::Link | DataPolicy::Copy) => "configuration and files",
            };
            let rehearse = if backup.verify_restore { ", and bring it back on trial" } else { "" };
            format!("back up {what} as {}{rehearse}", backup.id)
        }
        Step::Prove(prove) => {
            format!("start the server in the dark and prove that it is {}", prove.release)
        }
        Step::Settle => "write the receipt".to_owned(),
    }
}
