//! How far a plan reaches: the only directories that carrying it out may change anything in.

use crate::model::{Plan, RelPath, Step};

/// The directories in which a plan changes anything, with all below them.
#[must_use]
pub fn reach(plan: &Plan) -> Vec<RelPath> {
    let mut tops = vec![plan.prefix.opt().clone(), plan.prefix.var().clone()];
    for planned in &plan.steps {
        match &planned.step {
            Step::MakeDirectory { path, .. } => tops.push(path.clone()),
            // What is moved leaves one directory and enters another, for a moment under another name.
            Step::MoveDirectory { from, to } | Step::CopyDirectory { from, to } => {
                tops.extend(from.parent());
                tops.extend(to.parent());
            }
            Step::RemoveDirectory { path } | Step::RemoveEmptyDirectory { path, .. } => {
                tops.extend(path.parent());
            }
            // The file is replaced by one that is written beside it, and so is the copy for the dark.
            Step::Configure(configure) => tops.extend(configure.file.parent()),
            Step::RestoreConfig(restore) => tops.extend(restore.file.parent()),
            Step::RestoreDatabase(restore) => tops.extend(restore.config.parent()),
            Step::Prove(prove) => tops.extend(prove.config.parent()),
            Step::Identify { tree, .. } => tops.push(tree.clone()),
            Step::TakeOver { from, .. } => tops.push(from.clone()),
            Step::Unpack { .. }
            | Step::ConfirmRelease { .. }
            | Step::SetOwner { .. }
            | Step::GatherSettings { .. }
            | Step::GrantDirectory { .. }
            | Step::RehearseMerge(_)
            | Step::Activate { .. }
            | Step::CheckCarry(_)
            | Step::Carry(_)
            | Step::KeepModified { .. }
            | Step::InheritAttributes { .. }
            | Step::StopServer(_)
            | Step::StartServer(_)
            | Step::RunHooks(_)
            | Step::PrepareBackUp(_)
            | Step::BackUp(_)
            | Step::CleanUp { .. }
            | Step::RestoreData(_)
            | Step::Settle => {}
        }
    }
    tops
}
