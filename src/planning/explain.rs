//! What a step does, as a sentence: the one source of words for the dry run, the progress and the report.

use crate::model::Step;

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
        Step::Prove(prove) => {
            format!("start the server in the dark and prove that it is {}", prove.release)
        }
        Step::StopServer(old) if old.service.is_none() => {
            format!("be sure that no server runs from {}", old.tree)
        }
        Step::StopServer(old) => format!("stop {} by {}", old.release, old.service),
        Step::StartServer(start) => {
            format!("start {} by {} and be sure that it serves", start.release, start.service)
        }
        Step::RunHooks(hooks) => {
            format!("run the hooks in {}", hooks.directory.join(hooks.phase.name()).display())
        }
        Step::Settle => "write the receipt".to_owned(),
    }
}
