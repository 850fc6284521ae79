//! How each step is performed and undone: one match, nothing else.
//!
//! The rules for both directions: `perform` makes it so, and changes nothing where it already is so; `undo` accepts a
//! step that is not done, half done or done; both work only from the step, the transaction's directory and what they
//! see; what they did is durable when they return.

mod activate;
mod backup;
mod carry;
mod carry_list;
mod clean_up;
mod configure;
mod confirm;
mod context;
mod database_before;
mod directory;
mod error;
mod facts;
mod gather;
mod hooks;
mod identify;
mod inherit;
mod keep;
mod keep_modified;
mod migration;
mod prove;
mod relocate;
mod restore;
mod rewritten;
mod service;
mod settle;
mod take_over;
mod unpack;

pub use activate::ActivateError;
pub use carry_list::CarryError;
pub use configure::ConfigureError;
pub(crate) use configure::{DEFAULTS, ENFORCED, LEDGER, read_applied, read_document, read_settled};
pub use confirm::ConfirmError;
pub(super) use context::Losses;
pub(crate) use context::StepContext;
pub(crate) use database_before::leaves_database;
pub use error::StepError;
pub use hooks::HooksError;
pub use identify::IdentifyError;
pub use inherit::InheritError;
pub use prove::AcceptError;
pub(crate) use prove::site_path;
pub use relocate::RelocationError;
pub(crate) use relocate::words as not_kept;
pub use take_over::TakeOverError;
pub(super) use unpack::Staging;

use activate::Trees;

use crate::model::Step;

pub(crate) fn perform(step: &Step, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    match step {
        Step::MakeDirectory { path, mode, owner, .. } => directory::make(path, *mode, *owner, cx),
        Step::RemoveEmptyDirectory { path, .. } => {
            cx.host.tree.remove_if_empty(path)?;
            Ok(())
        }
        Step::Unpack { archive, release, expect, into } => {
            unpack::perform(archive, release, *expect, into, cx)
        }
        Step::ConfirmRelease { tree, release, run_as } => {
            confirm::perform(tree, release, *run_as, cx)
        }
        Step::SetOwner { tree, owner } => {
            cx.host.tree.set_owner_of_all(tree, *owner)?;
            Ok(cx.host.tree.sync_file_system(tree)?)
        }
        Step::GrantDirectory { path, owner } => directory::grant(path, *owner, cx),
        Step::Configure(configure) => configure::perform(configure, cx),
        Step::RehearseMerge(configure) => configure::rehearse(configure, cx),
        Step::MoveDirectory { from, to } => directory::rename(from, to, cx),
        Step::Activate { staged, live, maker, retired } => {
            activate::perform(&Trees { staged, live, maker, retired: retired.as_ref() }, cx)
        }
        Step::CheckCarry(carry) => carry::check(carry, cx),
        Step::Carry(carry) => carry::perform(carry, cx),
        Step::KeepModified { tree, into } => keep_modified::perform(tree, into, cx),
        Step::InheritAttributes { from, to } => inherit::perform(from, to, cx),
        Step::Identify { tree, release, like, in_tree } => {
            identify::perform(tree, release, like.as_ref(), in_tree, cx)
        }
        Step::TakeOver { from, live } => take_over::perform(from, live, cx),
        Step::GatherSettings { config, environment, version, into } => {
            gather::perform(config, environment, version, into, cx)
        }
        Step::CopyDirectory { from, to } => relocate::copy(from, to, cx),
        Step::RemoveDirectory { path } => relocate::remove_original(path, cx),
        Step::PrepareBackUp(what) => backup::look_ahead(what, cx),
        Step::BackUp(what) => backup::perform(what, cx),
        Step::RestoreConfig(restore) => restore::config(restore, cx),
        Step::RestoreData(restore) => restore::data(restore, cx),
        Step::RestoreDatabase(restore) => restore::database(restore, cx),
        Step::Prove(prove) => prove::perform(prove, cx),
        Step::CleanUp { keep, needed } => clean_up::perform(*keep, needed, cx),
        Step::StopServer(order) => service::stop(order, cx),
        Step::StartServer(start) => service::start(start, cx),
        Step::RunHooks(hooks) => hooks::perform(hooks, cx),
        Step::Settle => settle::perform(cx),
    }
}

pub(crate) fn undo(step: &Step, cx: &mut StepContext<'_>) -> Result<(), StepError> {
    match step {
        Step::MakeDirectory { path, content, .. } => directory::unmake(path, *content, cx),
        Step::RemoveEmptyDirectory { path, mode, owner } => {
            directory::put_back_empty(path, *mode, *owner, cx)
        }
        Step::Unpack { into, .. } => unpack::undo(into, cx),
        Step::Configure(configure) => configure::undo(configure, cx),
        Step::MoveDirectory { from, to } => directory::rename_back(from, to, cx),
        Step::Activate { staged, live, maker, retired } => {
            activate::undo(&Trees { staged, live, maker, retired: retired.as_ref() }, cx)
        }
        Step::Carry(carry) => carry::undo(carry, cx),
        Step::KeepModified { into, .. } => keep_modified::undo(into, cx),
        Step::Identify { tree, .. } => identify::undo(tree, cx),
        Step::TakeOver { from, live } => take_over::undo(from, live, cx),
        Step::CopyDirectory { to, .. } => relocate::undo(to, cx),
        Step::BackUp(what) => backup::undo(what, cx),
        Step::RestoreConfig(restore) => restore::undo_config(restore, cx),
        Step::RestoreData(restore) => restore::undo_data(restore, cx),
        Step::RestoreDatabase(restore) => restore::undo_database(restore, cx),
        Step::Prove(prove) => prove::undo(prove, cx),
        Step::StopServer(order) => service::start_again(order, cx),
        Step::RunHooks(hooks) => {
            hooks::undo(hooks, cx);
            Ok(())
        }
        // The first ones change nothing but the staged tree, which the undo of unpacking takes away, if anything; the
        // last ones run after the commit, from where there is no way back.
        Step::ConfirmRelease { .. }
        | Step::SetOwner { .. }
        | Step::GatherSettings { .. }
        | Step::GrantDirectory { .. }
        | Step::CheckCarry(_)
        | Step::InheritAttributes { .. }
        | Step::RehearseMerge(_)
        | Step::PrepareBackUp(_)
        | Step::RemoveDirectory { .. }
        | Step::StartServer(_)
        | Step::CleanUp { .. }
        | Step::Settle => Ok(()),
    }
}
