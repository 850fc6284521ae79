//! How an installation is arranged, and whether its tree can become the live one.

use super::AdoptError;
use crate::engine::state_files::read_maker;
use crate::host::{FileSystems, Host, Kind, PathError};
use crate::model::{AdoptRequest, Arrangement, GitLab, RelPath};
use crate::planning::AdoptRefusal;

/// The names of the server's program in its tree.
pub(super) const PROGRAMS: [&str; 2] = ["bin/mattermost", "bin/platform"];

/// Sees how the installation is arranged.
pub(super) fn see_arrangement(
    host: &Host,
    request: &AdoptRequest,
) -> Result<Arrangement, AdoptError> {
    let from = &request.from;
    let absolute = || host.tree.absolute(from);
    match host.tree.stat(from)?.map(|stat| stat.kind) {
        Some(Kind::Directory) if !from.as_str().is_empty() => {}
        _ => return Err(AdoptRefusal::NoDirectory { from: absolute() }.into()),
    }
    for program in PROGRAMS {
        if is_file(host, &from.join(program))? {
            refuse_ours(host, request)?;
            return Ok(Arrangement::Tree);
        }
    }
    match GitLab::around(from) {
        Some(gitlab) if is_file(host, &gitlab.program)? => Ok(Arrangement::GitLab(gitlab)),
        _ => Err(AdoptRefusal::NoServer { from: absolute() }.into()),
    }
}

fn is_file(host: &Host, path: &RelPath) -> Result<bool, PathError> {
    Ok(host.tree.stat(path)?.is_some_and(|stat| matches!(stat.kind, Kind::File | Kind::Symlink)))
}

/// Another application's tree, or a retired one, is no installation of somebody else's.
fn refuse_ours(host: &Host, request: &AdoptRequest) -> Result<(), AdoptError> {
    let from = &request.from;
    if *from != request.prefix.live() && read_maker(host, from)?.is_some() {
        return Err(AdoptRefusal::Ours { from: host.tree.absolute(from) }.into());
    }
    Ok(())
}

/// Can the tree be renamed to the live path, with all that is in it?
pub(super) fn refuse_immovable(host: &Host, request: &AdoptRequest) -> Result<(), AdoptError> {
    let (from, live) = (&request.from, request.prefix.live());
    if *from == live {
        return Ok(());
    }
    if live.is_within(from) {
        return Err(AdoptRefusal::Around { from: from.clone(), live }.into());
    }
    let (from, live) = (host.tree.absolute(from), host.tree.absolute(&live));
    let systems = FileSystems::read()?;
    if let Some(mount) = systems.mounts_at_or_below(&from)?.into_iter().next() {
        return Err(AdoptRefusal::Mounted { from, mount }.into());
    }
    if !systems.of(&from)?.can_rename_to(&systems.of(&live)?) {
        return Err(AdoptRefusal::OtherFileSystem { from, live }.into());
    }
    Ok(())
}
